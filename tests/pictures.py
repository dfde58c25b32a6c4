"""`make pictures`: docs/images anew, from the real demo in a real browser."""

import asyncio
from pathlib import Path

from tests.browser import browsing, chromium, held_demo

IMAGES = Path(__file__).parents[1] / "docs" / "images"
STORY = "토론토대"
HIT = "AI 연구소"  # stands in the article's page only: a machine too busy to read it in time shows the headline instead


async def shoot() -> bool:
    """Whether the cards were as they are meant to be, and are written now."""
    async with held_demo(SOSIK_LANGUAGE="ko") as demo, browsing(width=640, scale=2) as (page, _):
        await page.goto(demo.address)
        cards = {name: page.locator(f".{name}", has_text=STORY).first for name in ("slack", "discord")}
        if HIT not in await cards["slack"].locator("blockquote strong").all_inner_texts():
            return False
        for name, card in cards.items():
            await card.screenshot(path=IMAGES / f"{name}.png")
    return True


async def main() -> None:
    for _ in range(3):
        if await shoot():
            return
    raise SystemExit("this machine is too busy to read the demo's pages in time; try again later")


if __name__ == "__main__":
    if chromium() is None:
        raise SystemExit("chromium was not found")
    IMAGES.mkdir(parents=True, exist_ok=True)
    asyncio.run(main())
