"""Reading feeds, pages and dates."""

TEXTS: dict[str, tuple[str, str]] = {
    "feed.empty": (
        "빈 응답이라 읽을 것이 없어요. 주소가 맞는지 확인해 주세요",
        "The answer is empty: there is nothing to read. Check the address",
    ),
    "feed.not_a_feed": (
        "피드가 아니에요. RSS, Atom, JSON Feed, 뉴스 사이트맵 주소를 넣어 주세요",
        "This is no feed. Give the address of an RSS, Atom or JSON feed or of a news sitemap",
    ),
    "feed.is_page": (
        "피드가 아니라 웹 페이지예요. 그 사이트의 RSS 주소를 넣어 주세요",
        "This is a web page, not a feed. Give the address of the site's RSS feed",
    ),
    "feed.is_page_with_links": (
        "피드가 아니에요. 이 주소는 어때요? {links}",
        "This is no feed. How about this address? {links}",
    ),
    "feed.sitemap_index": (
        "사이트맵 목록이에요. 그 안의 뉴스 사이트맵 주소를 넣어 주세요",
        "This is an index of sitemaps. Give the address of a news sitemap in it",
    ),
    "feed.sitemap_index_with_links": (
        "사이트맵 목록이에요. 이 주소는 어때요? {links}",
        "This is an index of sitemaps. How about this address? {links}",
    ),
    "feed.sitemap_without_news": (
        "뉴스 제목이 없는 사이트맵이에요. 뉴스 사이트맵이나 RSS 주소를 넣어 주세요",
        "This sitemap has no news titles. Give the address of a news sitemap or an RSS feed",
    ),
    "feed.bad_json": (
        "JSON이 깨져 있어 읽을 수 없어요. 주소를 확인하거나 나중에 다시 해 주세요",
        "The JSON is broken and cannot be read. Check the address or try again later",
    ),
    "feed.too_deep": (
        "너무 깊이 중첩된 문서라 읽지 않아요. 다른 피드 주소를 넣어 주세요",
        "The document is nested too deeply and is not read. Give the address of another feed",
    ),
    "feed.broken": (
        "문서가 깨져 있어 읽을 수 없어요. 다른 피드 주소를 넣어 주세요",
        "The document is broken and cannot be read. Give the address of another feed",
    ),
    "feed.too_large": (
        "{megabytes} MB가 넘는 피드는 읽지 않아요. 더 작은 피드 주소를 넣어 주세요",
        "Feeds over {megabytes} MB are not read. Give the address of a smaller feed",
    ),
    "feed.entities": (
        "DOCTYPE에서 엔티티를 정의하는 문서는 안전을 위해 읽지 않아요. 다른 피드 주소를 넣어 주세요",
        "Documents that define entities in their DOCTYPE are not read, for safety. Give the address of another feed",
    ),
    "feed.problem.mended": (
        "XML이 조금 틀려서 고쳐 읽었습니다",
        "The XML was slightly wrong and was mended",
    ),
    "feed.problem.cut": (
        "피드가 중간에 끊겨서 온전한 기사까지만 읽었습니다",
        "The feed broke off; only its whole entries were read",
    ),
    "feed.problem.broken": (
        "XML이 깨져 있어 너그럽게 읽었습니다",
        "The XML is broken and was read leniently",
    ),
    "feed.problem.lost": (
        "깨진 기사 일부는 읽지 못했습니다",
        "Some broken entries could not be read",
    ),
    "feed.problem.many": (
        "기사가 너무 많아 앞의 500건만 읽었습니다",
        "There are too many entries; the first 500 were read",
    ),
    "page.empty": (
        "빈 페이지라 읽을 것이 없어요. 주소가 맞는지 확인해 주세요",
        "The page is empty: there is nothing to read. Check the address",
    ),
    "page.not_a_page": (
        "웹 페이지가 아니에요. 기사 페이지의 주소를 넣어 주세요",
        "This is no web page. Give the address of an article page",
    ),
    "page.too_large": (
        "{megabytes} MB가 넘는 페이지는 읽지 않아요",
        "Pages over {megabytes} MB are not read",
    ),
    "page.too_deep": (
        "너무 깊이 중첩된 페이지라 읽지 않아요",
        "The page is nested too deeply and is not read",
    ),
    "page.bad_selector": (
        "CSS 선택자를 읽을 수 없어요. #item=ul.list li&title=.tit&link=a 꼴로 적어 주세요",
        "The CSS selectors cannot be read. Write them like #item=ul.list li&title=.tit&link=a",
    ),
    "page.nothing_found": (
        "페이지에서 기사 목록을 찾지 못했어요. 선택자를 확인하거나 RSS 주소를 넣어 주세요",
        "No list of articles was found on the page. Check the selectors or give the address of an RSS feed",
    ),
    "source.unknown_kind": (
        "'{kind}'{kind!p:은/는} 모르는 출처 종류예요",
        "'{kind}' is no kind of source that is known",
    ),
    "source.add_what": (
        "주소나 매체 이름을 적어 주세요. 예: 출처 add https://example.com/rss.xml, 출처 add 매일경제",
        "Write an address or an outlet. For example: source add https://example.com/rss.xml, source add 매일경제",
    ),
    "source.quota": (
        "출처 한도 {most}개에 닿았어요. 안 쓰는 출처를 출처 remove로 지워 주세요",
        "You have as many sources as are allowed, {most}. Remove one with source remove",
    ),
    "source.shared": (
        "#{number}{number!p:은/는} 여러 워크스페이스가 함께 쓰는 출처라 운영자만 바꿀 수 있어요",
        "#{number} serves several workspaces, so only the bot's operator may change it",
    ),
    "source.only_here": (
        "이 출처만 보는 감시가 {count}개 있어요. 그래도 지울까요?",
        "{count} watches look at this source alone. Remove it anyway?",
    ),
    "source.switched_on": (
        "출처 {count}개를 켰어요: {names}. 지난 글은 올리지 않아요",
        "{count} sources are on: {names}. What is there already is not posted",
    ),
    "source.switched_on_more": (
        "출처 {count}개를 켰어요: {names} 외 {more}개. 지난 글은 올리지 않아요",
        "{count} sources are on: {names} and {more} more. What is there already is not posted",
    ),
    "source.switched_on_already": (
        "'{name}'{name!p:은/는} 이미 켜져 있어요. 출처 list를 보세요",
        "'{name}' is on already. See source list",
    ),
    "button.remove": ("지우기", "Remove"),
    "button.as_page": ("이 페이지의 제목들 읽기", "Read this page's headlines"),
    "gap.seconds": ("{count}초", "{count} seconds"),
    "search.naver": ("네이버 뉴스", "Naver News"),
    "search.google_news": ("구글 뉴스", "Google News"),
    "search.hackernews": ("Hacker News", "Hacker News"),
    "search.gdelt": ("GDELT", "GDELT"),
    "searches.line": (
        "{kind} 검색 {count}개 – 감시를 저절로 따라가요 · {fast}–{slow}에 한 번",
        "{kind}: {count} searches that follow the watches · once in {fast} to {slow}",
    ),
    "searches.spent": ("오늘 {spent:,}/{most:,}회", "{spent:,} of {most:,} calls today"),
    "searches.trouble": ("{count}개 실패", "{count} failing"),
    # To managers, one for each incident and one when it is over.
    "searches.failing": (
        "{kind} 검색을 여섯 시간 넘게 읽지 못하고 있습니다. 계속 시도합니다",
        "Searches at {kind} have been unreadable for more than six hours. They are tried on",
    ),
    "searches.recovered": ("{kind} 검색을 다시 읽고 있습니다", "Searches at {kind} can be read again"),
    "source.no_query": (
        "검색어가 없는 검색 출처예요",
        "This search source has no words to search for",
    ),
    "naver.refused": (
        "네이버 검색이 거절했어요 ({reason}). 키와 하루 한도를 확인해 주세요",
        "Naver search refused ({reason}). Check the keys and the daily quota",
    ),
    "naver.spent": (
        "네이버 검색의 하루 한도 {most:,}회를 다 썼어요. 자정에 다시 시작해요",
        "All {most:,} Naver searches of the day are used. They begin again at midnight",
    ),
    "naver.no_key": (
        "네이버 검색을 쓰려면 운영자가 NAVER_CLIENT_ID와 NAVER_CLIENT_SECRET을 설정해야 해요",
        "To search at Naver, the operator has to set NAVER_CLIENT_ID and NAVER_CLIENT_SECRET",
    ),
    "gdelt.refused": (
        "GDELT가 지금은 답하지 않았어요 ({reason})",
        "GDELT did not answer for now ({reason})",
    ),
    "reading.too_slow": (
        "읽는 데 {seconds}초가 넘게 걸려 멈췄어요. 다른 주소를 넣어 주세요",
        "Reading took more than {seconds} s and was stopped. Give another address",
    ),
    "reading.failed": (
        "문서가 너무 크거나 복잡해서 읽지 못했어요. 다른 주소를 넣어 주세요",
        "The document is too large or too complex to read. Give another address",
    ),
    "reading.closing": (
        "봇이 꺼지는 중이라 읽지 못했어요. 곧 다시 읽어요",
        "The bot is shutting down; it is read again soon",
    ),
}
