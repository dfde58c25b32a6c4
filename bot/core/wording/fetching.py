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
}
