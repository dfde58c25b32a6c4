"""What only Discord needs: command and option texts, words that the renderer adds, rights, mistakes."""

TEXTS: dict[str, tuple[str, str]] = {
    "discord.link": ("링크", "link"),
}
