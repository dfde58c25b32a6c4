"""Asking other servers, addresses we do not ask, and what a source's state means."""

TEXTS: dict[str, tuple[str, str]] = {
    "fetch.bad_url": (
        "주소를 읽을 수 없어요. https://로 시작하는 주소를 그대로 붙여 넣어 주세요",
        "That is no readable address. Paste it whole, beginning with https://",
    ),
    "fetch.scheme": ("http나 https 주소만 됩니다", "Only http and https addresses work"),
    "fetch.userinfo": (
        "주소에 사용자 이름이나 비밀번호를 넣을 수 없어요. 그 부분을 빼고 다시 적어 주세요",
        "An address must not carry a user name or password. Write it without them",
    ),
    "fetch.port": (
        "{port}번 포트는 쓸 수 없어요. 80과 443만 됩니다 (SOSIK_ALLOWED_PORTS로 늘릴 수 있어요)",
        "Port {port} is not allowed, only 80 and 443 are (SOSIK_ALLOWED_PORTS adds others)",
    ),
    "fetch.private_address": ("내부 주소는 쓸 수 없어요", "Internal addresses are not allowed"),
    "fetch.too_large": ("응답이 {megabytes:g} MB를 넘어요", "The answer is larger than {megabytes:g} MB"),
    "fetch.gone": (
        "서버가 이 주소를 영구히 없앴다고 해요 (HTTP 410)",
        "The server says that this address is gone for good (HTTP 410)",
    ),
    "fetch.robots": ("robots.txt가 막고 있어요", "robots.txt does not allow it"),
    "fetch.robots_unknown": (
        "{host}의 robots.txt를 읽지 못해 기사 페이지를 열지 않았어요. 잠시 뒤 다시 확인해요",
        "The page was not opened because the robots.txt of {host} cannot be read; it is asked again soon",
    ),
    "fetch.page_quota": (
        "{host}에서 한 시간에 읽는 기사 페이지 {pages}건을 다 썼어요",
        "All {pages} pages an hour that are read from {host} are used up",
    ),
    "fetch.status": ("읽지 못했어요 (HTTP {status})", "Could not be read (HTTP {status})"),
    "fetch.timeout": (
        "{host}{host!p:이/가} 제때 답하지 않았어요",
        "{host} did not answer in time",
    ),
    "fetch.unreachable": ("{host}에 연결하지 못했어요", "No connection to {host}"),
    "fetch.no_such_name": (
        "{host}{host!p:이라는/라는} 서버를 찾지 못했어요. 주소를 확인해 주세요",
        "There is no server called {host}. Check the address",
    ),
    "fetch.tls": (
        "{host}의 보안 인증서를 믿을 수 없어요",
        "The security certificate of {host} cannot be trusted",
    ),
    "fetch.broken": ("{host}의 응답이 깨져 있어요", "The answer of {host} is broken"),
    "fetch.encoding": (
        "응답이 쓸 수 없는 방식({encoding})으로 압축되어 있어요",
        "The answer is compressed in a way that is not accepted ({encoding})",
    ),
    "fetch.redirects": (
        "주소가 {hops}번 넘게 다른 곳으로 넘어가요",
        "The address redirects more than {hops} times",
    ),
    # What the states of a source mean (`core/news.py` SourceState).
    "source_state.active": ("정상: 제때 읽고 있어요", "active: read on time"),
    "source_state.slow": (
        "느림: 방금 읽지 못해 간격을 두고 다시 읽어요",
        "slow: could not be read just now; tried again after a pause",
    ),
    "source_state.quiet": (
        "조용함: 잘 읽히지만 평소보다 오래 새 글이 없어요",
        "quiet: readable, but without news for much longer than usual",
    ),
    "source_state.failing": (
        "실패: 여섯 시간 넘게 읽지 못하고 있어요",
        "failing: unreadable for more than six hours",
    ),
    "source_state.dead": (
        "멈춤: 없어졌거나 일주일 넘게 읽지 못해 하루에 한 번만 확인해요",
        "dead: gone, or unreadable for more than a week; checked once a day",
    ),
    "source_state.paused": (
        "쉼: 사람이 멈춰 두었어요. 출처 resume으로 다시 켤 수 있어요",
        "paused: stopped by a person; `source resume` starts it again",
    ),
    # To managers, one for each incident and one when it is over.
    "source.failing": (
        "출처 #{number} '{name}'{name!p:을/를} 여섯 시간 넘게 읽지 못하고 있습니다. 계속 시도합니다",
        "Source #{number} '{name}' has been unreadable for more than six hours. It is tried on",
    ),
    "source.dead": (
        "출처 #{number} '{name}'{name!p:을/를} 일주일 넘게 읽지 못해 하루에 한 번만 확인합니다. 주소를 확인해 주십시오",
        "Source #{number} '{name}' has been unreadable for a week and is now checked once a day. Please check its address",
    ),
    "source.gone": (
        "출처 #{number} '{name}'{name!p:이/가} 없어졌습니다 (HTTP 410). 하루에 한 번만 확인합니다. 새 주소를 넣어 주십시오",
        "Source #{number} '{name}' is gone (HTTP 410) and is now checked once a day. Please add its new address",
    ),
    "source.recovered": (
        "출처 #{number} '{name}'{name!p:을/를} 다시 읽고 있습니다",
        "Source #{number} '{name}' can be read again",
    ),
    "source.quiet": (
        "출처 #{number} '{name}'에 평소와 달리 오래 새 글이 없습니다. 주소가 바뀌지 않았는지 확인해 주십시오",
        "Source #{number} '{name}' has had no news for unusually long. Please check whether its address has changed",
    ),
    "source.speaks_again": (
        "출처 #{number} '{name}'에 새 글이 다시 올라옵니다",
        "Source #{number} '{name}' has news again",
    ),
}
