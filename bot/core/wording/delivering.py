"""Why a message could not be delivered."""

TEXTS: dict[str, tuple[str, str]] = {
    "delivery.broken": (
        "이 알림을 보낼 모양으로 만들지 못했어요 ({error})",
        "This alert could not be put into shape ({error})",
    ),
    "delivery.newer": ("더 새 버전이 만든 알림이에요", "A newer version made this alert"),
    "delivery.frozen": ("멈춰 있다가 깨어나 보내지 않고 확인해요", "It slept past its deadline; it is looked up first"),
    "delivery.timeout": ("제때 답이 없어 확인하고 있어요", "No answer in time; it is looked up"),
    "delivery.found": ("보낸 것이 채널에 있었어요", "It was found in the channel"),
    "delivery.not_found": ("채널에 없어 다시 보내요", "It was not in the channel and is sent again"),
}
