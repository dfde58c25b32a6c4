"""`make pictures`: docs/images anew, from the real demo in a real browser."""

import asyncio
from pathlib import Path

from tests.browser import browsing, chromium, held_demo

IMAGES = Path(__file__).parents[1] / "docs" / "images"
STORY = "토론토대"  # the seed story: two watches on one card, further outlets


async def main() -> None:
    async with held_demo(SOSIK_LANGUAGE="ko") as demo, browsing(width=720, scale=2) as (page, _):
        await page.goto(demo.address)
        for platform in ("slack", "discord"):
            card = page.locator(f".{platform}", has_text=STORY).first
            await card.screenshot(path=IMAGES / f"{platform}.png")


if __name__ == "__main__":
    if chromium() is None:
        raise SystemExit("chromium was not found")
    IMAGES.mkdir(parents=True, exist_ok=True)
    asyncio.run(main())
