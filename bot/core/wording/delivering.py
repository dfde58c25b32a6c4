"""Why a message could not be delivered, what the bot lacks in a channel, and words that a platform's own surfaces add."""

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
    "slack.failed": (
        "문제가 생겨 처리하지 못했어요. 잠시 뒤에 다시 시도해 주세요",
        "Something went wrong on our side. Please try again in a moment",
    ),
    "slack.token": (
        "SLACK_BOT_TOKEN을 Slack이 받아들이지 않았어요 ({error}). 앱을 설치한 화면의 봇 토큰을 적어 주세요",
        "Slack refused SLACK_BOT_TOKEN ({error}). Write the bot token that installing the app shows",
    ),
    "slack.add_submit": ("구독", "Watch"),
    "slack.add_title": ("뉴스 감시 추가", "Add a news watch"),
    "slack.answer_title": ("소식", "sosik"),
    "slack.close": ("닫기", "Close"),
    "slack.days": ("{days}일", "{days} days"),
    "slack.earlier": ("◀ 이전", "◀ Previous"),
    "slack.field_channel": ("알릴 채널", "Channel"),
    "slack.field_days": ("기간", "Period"),
    "slack.field_delivery": ("전달", "Delivery"),
    "slack.field_expression": ("키워드", "Keywords"),
    "slack.field_outlet": ("매체", "Outlet"),
    "slack.field_scope": ("범위", "Scope"),
    "slack.hint_expression": (
        '쉼표는 또는, +는 함께, -는 제외예요. 예: LG전자, "AI 연구소" -채용',
        'A comma means or, + means also, - means without. For example: LG전자, "AI 연구소" -채용',
    ),
    "slack.hint_outlet": ("매체 이름을 적어 보세요", "Type the name of an outlet"),
    "slack.hub_add": ("추가", "Add"),
    "slack.hub_digest": ("요약", "Digest"),
    "slack.hub_list": ("이 채널 감시", "Watches here"),
    "slack.hub_search": ("검색", "Search"),
    "slack.hub_text": ("무엇을 할까요?", "What would you like to do?"),
    "slack.install_denied": (
        "설치를 그만두었습니다. 이 창은 닫아도 됩니다",
        "The installation was cancelled. You may close this window",
    ),
    "slack.install_expired": (
        "설치 주소의 시간이 지났습니다. 설치 링크를 다시 눌러 주세요",
        "This installation link has expired. Please follow the installation link again",
    ),
    "slack.installed": (
        "'{name}'에 설치했습니다. Slack에서 /news 도움말 을 적어 보세요",
        "Installed in '{name}'. In Slack, type /news help",
    ),
    "slack.later": ("다음 ▶", "Next ▶"),
    "slack.no_expression": ("키워드를 하나 이상 넣어 주세요", "Please enter at least one keyword"),
    "slack.retry": ("다시 시도", "Try again"),
    "slack.search_submit": ("검색", "Search"),
    "slack.search_title": ("뉴스 검색", "Search the news"),
    "slack.working": ("확인하고 있어요…", "Checking…"),
    "slack.try_again": (
        "시간이 지나 열지 못했어요. 다시 시도해 주세요",
        "That took too long to open. Please try again",
    ),
    "slack.unreachable": (
        "Slack에 연결하지 못했어요 ({error}). SLACK_API_URL과 네트워크를 확인해 주세요",
        "Slack could not be reached ({error}). Check SLACK_API_URL and the network",
    ),
    "delivery.broken": (
        "이 알림을 보낼 모양으로 만들지 못했어요 ({error})",
        "This alert could not be put into shape ({error})",
    ),
    "delivery.damaged": (
        "저장된 알림을 읽을 수 없어요. 데이터베이스를 확인해 주세요",
        "The stored alert cannot be read. Check the database",
    ),
    "delivery.restored": (
        "사본에서 되살린 알림인데 이미 보냈는지 확인할 수 없어요. 다시 시도하면 보내요",
        "It comes from a restored copy and nobody can see whether it was sent. Retrying sends it",
    ),
    "pause.channel": (
        "{channel}에 알림을 보낼 수 없어 멈췄어요: {reason}. 다시 쓸 수 있게 되면 밀린 알림부터 이어서 보내요",
        "Alerts for {channel} are paused: {reason}. Once it can be posted to again, what waits goes out first",
    ),
    "pause.workspace": (
        "{workspace} 전체에 알림을 멈췄습니다: {reason}. 설정과 밀린 알림은 그대로 두었습니다",
        "All alerts for {workspace} are paused: {reason}. Settings and waiting alerts are kept",
    ),
    "delivery.newer": ("더 새 버전이 만든 알림이에요", "A newer version made this alert"),
    "delivery.frozen": ("멈춰 있다가 깨어나 보내지 않고 확인해요", "It slept past its deadline; it is looked up first"),
    "delivery.timeout": ("제때 답이 없어 확인하고 있어요", "No answer in time; it is looked up"),
    "delivery.found": ("보낸 것이 채널에 있었어요", "It was found in the channel"),
    "delivery.not_found": ("채널에 없어 다시 보내요", "It was not in the channel and is sent again"),
}
