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
    "source.no_query": (
        "검색어가 없는 검색 출처예요",
        "This search source has no words to search for",
    ),
    "naver.refused": (
        "네이버 검색이 거절했어요 ({reason}). 키와 하루 한도를 확인해 주세요",
        "Naver search refused ({reason}). Check the keys and the daily quota",
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
