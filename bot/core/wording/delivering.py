"""Why a message could not be delivered, what the bot lacks in a channel, and words that renderers add."""

TEXTS: dict[str, tuple[str, str]] = {
    "card.first_seen": ("확인", "seen"),
    "delivery.archived": ("보관된 채널이라 글을 쓸 수 없어요", "This channel is archived, nothing can be posted there"),
    "delivery.cannot_look": (
        "채널의 지난 글을 읽을 권한이 없어 알림이 올라갔는지 확인하지 못했어요",
        "I may not read this channel's history, so I could not check whether the alert is there",
    ),
    "delivery.channel_gone": (
        "채널이 없어졌거나 제가 볼 수 없어요",
        "The channel is gone, or I cannot see it",
    ),
    "delivery.direct_closed": (
        "DM이 막혀 있어요. 설정에서 DM을 허용해 주세요",
        "Your direct messages are closed. Please allow them in your settings",
    ),
    "delivery.message_gone": (
        "고치려던 알림이 지워졌거나 더는 고칠 수 없어요",
        "The alert to be edited was deleted or can no longer be edited",
    ),
    "delivery.no_permission": (
        "채널에 글을 쓸 권한이 없어요 ({error})",
        "I have no permission to post in this channel ({error})",
    ),
    "delivery.not_in_channel": (
        "이 채널에 저를 먼저 초대해 주세요",
        "Please invite me to this channel first",
    ),
    "delivery.payload": (
        "플랫폼이 알림의 모양을 받아들이지 않았어요 ({error})",
        "The platform refused the form of the alert ({error})",
    ),
    "delivery.rate_limited": (
        "플랫폼이 잠시 천천히 보내 달라고 했어요",
        "The platform asked to send more slowly for a while",
    ),
    "delivery.token": (
        "워크스페이스의 토큰이 더는 쓸 수 없어요 ({error}). 운영자가 토큰을 바꾸거나 앱을 다시 설치해야 해요",
        "The workspace's token no longer works ({error}). The operator has to replace it or install the app again",
    ),
    "delivery.unknown": (
        "알림이 올라갔는지 알 수 없어요 ({error})",
        "It is unknown whether the alert was posted ({error})",
    ),
    "delivery.unreachable": (
        "플랫폼에 연결하지 못했어요 ({error})",
        "The platform could not be reached ({error})",
    ),
    "right.archived": ("보관된 채널", "the channel is archived"),
    "right.invite": (
        "이 채널에 저를 먼저 초대해 주세요: /invite @뉴스봇",
        "Please invite me to this channel first: /invite @뉴스봇",
    ),
    "slack.app_token": (
        "SLACK_APP_TOKEN을 Slack이 받아들이지 않았어요 ({error}). connections:write가 있는 앱 토큰을 적어 주세요",
        "Slack refused SLACK_APP_TOKEN ({error}). Write an app-level token with connections:write",
    ),
    "slack.token": (
        "SLACK_BOT_TOKEN을 Slack이 받아들이지 않았어요 ({error}). 앱을 설치한 화면의 봇 토큰을 적어 주세요",
        "Slack refused SLACK_BOT_TOKEN ({error}). Write the bot token that installing the app shows",
    ),
    "slack.try_again": (
        "시간이 지나 열지 못했어요. 다시 시도해 주세요",
        "That took too long to open. Please try again",
    ),
    "slack.unreachable": (
        "Slack에 연결하지 못했어요 ({error}). SLACK_API_URL과 네트워크를 확인해 주세요",
        "Slack could not be reached ({error}). Check SLACK_API_URL and the network",
    ),
}
