"""The command line, settings, health."""

TEXTS: dict[str, tuple[str, str]] = {
    "channel.bad": (
        "'{text}'{text!p:은/는} 채널 주소가 아니에요. platform:workspace/channel 꼴로 적어 주세요 (예: console:local/main)",
        "'{text}' is no channel address. Write platform:workspace/channel (for example console:local/main)",
    ),
}
