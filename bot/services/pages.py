"""Article pages: read for articles whose feed carries no full text, politely, and matched when they come.

A page that comes within two seconds goes into the decision about its headline. A later one is decided about by itself:
the article waits in the database with `page_state = wanted`, so a restart goes on with it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.adapters.fetch import Fetcher
from bot.adapters.store import Store
from bot.adapters.store.articles import WatchesChanged
from bot.adapters.workers import Workers
from bot.core.errors import SosikError, TryLater
from bot.core.news import Article
from bot.core.plan import Audience, Context, PollPlan, plan_page
from bot.services.audience import LiveAudience
from bot.services.remembering import FurnitureMemory
from bot.sources.exchange import PAGE_BYTES, Request
from bot.sources.extract import Page, extract

log = structlog.get_logger(__name__)

READ_SECONDS = 15.0  # to find the text of one page
OWN_SECONDS = 5.0  # how much longer a headline waits for a page that is here and only to be parsed
AT_ONCE = 32  # pages asked for at the same time, over all hosts

Key = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Soon:
    """What came of the pages of one reading in the little time there was.

    Attributes:
        articles: those whose page came, by their first key.
        waiting: first keys of those still waiting.
        errors: why there is no page, likewise.
    """

    articles: Mapping[Key, Article]
    waiting: frozenset[bytes]
    errors: Mapping[Key, str]


@dataclass(slots=True)
class Pages:
    """The use case with what it needs.

    Attributes:
        queued: called when something was put into the outbox.
        wake: run `read_wanted` soon.
    """

    store: Store
    fetcher: Fetcher
    workers: Workers
    audience: LiveAudience
    queued: Callable[[], None] = lambda: None
    wake: Callable[[], None] = lambda: None
    furniture: FurnitureMemory = field(init=False)
    stopping: bool = False
    _under_way: dict[str, asyncio.Task[Page | SosikError]] = field(default_factory=dict)
    _arrived: set[str] = field(default_factory=set)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def __post_init__(self) -> None:
        self.furniture = FurnitureMemory(self.store)

    async def read_soon(self, articles: Sequence[Article], *, seconds: float) -> Soon:
        """Ask for the pages of new articles and wait a little."""
        bare = [article for article in articles if not article.body and article.keys]
        tasks = {article.keys[:1]: self._begin(article.url) for article in bare}
        if tasks:
            await asyncio.wait(set(tasks.values()), timeout=seconds)
        # The wait is for other servers: what has come and only waits for our own parser is waited for a little longer.
        if ours := {tasks[each.keys[:1]] for each in bare if each.url in self._arrived}:
            await asyncio.wait(ours, timeout=OWN_SECONDS)
        read: dict[Key, Article] = {}
        waiting, errors = set(), {}
        for article in bare:
            task = tasks[article.keys[:1]]
            if not task.done():
                waiting.add(article.keys[0])
                continue
            result = task.result()
            if isinstance(result, Page):
                read[article.keys[:1]] = with_page(article, result)
            else:
                errors[article.keys[:1]] = result.key
            self._under_way.pop(article.url, None)
        return Soon(read, frozenset(waiting), errors)

    def wanted(self) -> None:
        """There may be articles whose page is still to be read."""
        self.wake()

    async def read_wanted(self) -> int:
        """Read the pages that were not there in time and decide about their articles; how many that were."""
        done = 0
        while not self.stopping:
            articles = await self.store.articles.wanted_pages(AT_ONCE)
            if not articles:
                return done
            tasks = {self._begin(article.url): article for article in articles}
            finished, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                article = tasks[task]
                self._under_way.pop(article.url, None)
                await self._decide(article, task.result())
                done += 1
        return done

    async def join(self) -> None:
        """Stop asking; what was not read stays wanted."""
        await self.furniture.save()
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        self._under_way.clear()

    def _begin(self, url: str) -> asyncio.Task[Page | SosikError]:
        task = self._under_way.get(url)
        if task is None or task.cancelled():
            task = asyncio.create_task(self._page(url))
            self._under_way[url] = task
        return task

    async def _page(self, url: str) -> Page | SosikError:
        """The page, or why there is none."""
        try:
            async with self._places:
                answer = await self.fetcher.get(Request(url, max_bytes=PAGE_BYTES, page=True))
            self._arrived.add(url)
            page = await self.workers.run(
                extract, answer.body, url=answer.url, charset=answer.charset, timeout_seconds=READ_SECONDS
            )
            return await self.furniture.cleared(page)
        except SosikError as error:
            return error
        finally:
            self._arrived.discard(url)

    async def _decide(self, article: Article, result: Page | SosikError) -> None:
        if isinstance(result, TryLater) and result.key == "fetch.page_quota":
            # Over the hourly cap: decided on title and summary, and 왜? says so (contract §3).
            log.info("page_over_quota", article=article.id)
        if isinstance(result, SosikError):
            await self.store.articles.page_failed(article.id, result.key)
            return
        whole = with_page(article, result)
        while True:
            audience = await self.audience.refresh()

            async def decide(context: Context, now: datetime, audience: Audience = audience) -> PollPlan:
                if context.stored is None:
                    return PollPlan(())
                return plan_page(whole, context.stored, context, audience, now=now)

            def wanted(each: Article, audience: Audience = audience) -> bool:
                return bool(audience.find(each).found)

            try:
                plan = await self.store.articles.decide(
                    [whole],
                    decide,
                    revision=audience.revision,
                    stored=article.id,
                    wanted=wanted,
                )
            except WatchesChanged:
                continue
            if plan is not None and any(each.deliveries for each in plan.articles):
                self.queued()
            return


def with_page(article: Article, page: Page) -> Article:
    """The article with what its page tells; the feed's own title stays."""
    return replace(
        article,
        body=page.text or "",
        author=article.author or page.author or "",
        language=article.language or page.language or "",
        published=article.published or page.published,
    )
