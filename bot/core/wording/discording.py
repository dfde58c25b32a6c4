"""What only Discord needs: command and option texts, words that the renderer adds, rights, mistakes."""

TEXTS: dict[str, tuple[str, str]] = {
    "discord.link": ("링크", "link"),
    "discord.api_url": (
        "DISCORD_API_URL '{url}'{url!p:은/는} 주소가 아니에요. 예: https://discord.com/api/v10",
        "DISCORD_API_URL '{url}' is no address. For example https://discord.com/api/v10",
    ),
    "discord.api_plain": (
        "DISCORD_API_URL '{url}'{url!p:은/는} 암호화되지 않은 주소예요. http는 이 컴퓨터(127.0.0.1)에서만 쓸 수 있어요",
        "DISCORD_API_URL '{url}' is not encrypted. Plain http works on this machine (127.0.0.1) only",
    ),
    "discord.blocked": (
        "서버의 자동 검열(AutoMod)이 알림을 막았어요 ({error})",
        "The server's AutoMod blocked the alert ({error})",
    ),
    "discord.tag_required": (
        "이 포럼은 글마다 태그가 있어야 해요. 포럼에 태그를 하나 만들어 주세요",
        "This forum wants a tag on every post. Please create one in the forum",
    ),
}
