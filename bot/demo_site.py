"""The demo's news sites: four feeds and their article pages, as outlets really serve them, on loopback.

The news and what must come of it stand in `bot/data/demo/news.yaml`. The site lives through three stages: what was
there before (`build`), what is published while somebody watches (`advance`), and what outlets do to articles that
were told already (`republish`).
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from importlib.resources import files
from typing import Any, Self

import uvicorn
import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

_KST = timezone(timedelta(hours=9))
_FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """One alert that is right.

    Attributes:
        watches: the expressions that stand on its card, as they were subscribed, in the order of `DemoSite.watches`.
        outlets: who carries it; more than one when it was syndicated.
    """

    title: str
    watches: tuple[str, ...]
    outlets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoOutlet:
    """One made-up outlet.

    Attributes:
        path: of its feed.
        charset: of its feed and pages as the bytes really are; `declared` is what they say they are.
        layout: which page template it uses.
    """

    id: str
    name: str
    kind: str
    path: str
    layout: str
    charset: str = "utf-8"
    declared: str = "utf-8"

    @property
    def feed_type(self) -> str:
        """The media type its pages announce the feed with."""
        return _FEED_TYPES[self.kind]


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """One article as its outlet has it at this moment.

    Attributes:
        expect: the watches that must stand on its card.
        traps: watches whose letters stand in it and which must stay silent.
    """

    id: str
    outlet: DemoOutlet
    live: bool
    published: datetime
    guid: str
    title: str
    summary: str
    author: str
    paragraphs: tuple[str, ...]
    copy_of: str = ""
    expect: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/articles/{self.id}"

    @property
    def text(self) -> str:
        """Everything that belongs to the article itself."""
        return "\n".join((self.title, self.summary, *self.paragraphs))


class DemoSite:
    """An ASGI app that serves the demo's feeds and pages.

    Attributes:
        watches: the demo's subscriptions, as a person types them.
        silent: those of them that only page furniture names; an alert on one is a false one.
        expected: exactly the alerts that are right.
        outlets: whose feeds to add as sources (`base_url + outlet.path`).
    """

    def __init__(self, news: Mapping[str, Any], now: datetime) -> None:
        self.watches: tuple[str, ...] = tuple(news["watches"])
        self.silent: tuple[str, ...] = tuple(news["silent"])
        self.outlets = tuple(DemoOutlet(**outlet) for outlet in news["outlets"])
        self._furniture: Mapping[str, list[dict[str, Any]]] = news["furniture"]
        self._republished: list[dict[str, Any]] = news["republished"]
        self._all = _articles(news["articles"], {outlet.id: outlet for outlet in self.outlets}, now)
        self.expected = _expected(tuple(self._all.values()))
        self._changed_at = now.astimezone(UTC).replace(microsecond=0)
        self._shown = {article.id: article for article in self._all.values() if not article.live}
        self._pages = Environment(
            loader=PackageLoader("bot.data", "demo"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._app = Starlette(
            routes=[
                Route("/", self._home),
                Route("/robots.txt", self._robots),
                Route("/feeds/{name}", self._feed),
                Route("/articles/{id}", self._article),
            ]
        )

    @classmethod
    def build(cls, now: datetime) -> Self:
        """The site as it is before anybody watches: the old articles only."""
        return cls(yaml.safe_load(files("bot.data").joinpath("demo/news.yaml").read_text("utf-8")), now)

    @property
    def articles(self) -> tuple[DemoArticle, ...]:
        """What stands in the feeds at this moment, as the outlets have it."""
        return tuple(self._shown.values())

    def advance(self, now: datetime) -> None:
        """Publish the live articles; they say that they were published now."""
        self._shown |= {article.id: replace(article, published=now) for article in self._all.values() if article.live}
        self._touch(now)

    def republish(self, now: datetime) -> None:
        """Do to told articles what outlets do: bump a date, change a guid and the headline."""
        for change in self._republished:
            article = self._shown[change["article"]]
            self._shown[article.id] = replace(
                article,
                published=now if change.get("bump_date") else article.published,
                guid=change.get("guid", article.guid),
                title=change.get("title", article.title),
            )
        self._touch(now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)

    def furniture_of(self, article: DemoArticle) -> dict[str, list[str]]:
        """The lines around an article: only those that name nobody whom the article names."""
        return {
            part: [line["text"] for line in lines if not any(name in article.text for name in line["names"])]
            for part, lines in self._furniture.items()
        }

    def _touch(self, now: datetime) -> None:
        """HTTP dates have whole seconds: each change must show as a later one."""
        self._changed_at = max(now.astimezone(UTC).replace(microsecond=0), self._changed_at + timedelta(seconds=1))

    async def _home(self, request: Request) -> Response:
        text = self._pages.get_template("home.html.j2").render(outlets=self.outlets, base=_base(request))
        return self._answer(request, text.encode(), "text/html; charset=utf-8")

    async def _robots(self, request: Request) -> Response:
        return self._answer(request, b"User-agent: *\nAllow: /\n", "text/plain; charset=utf-8")

    async def _feed(self, request: Request) -> Response:
        outlet = next((outlet for outlet in self.outlets if outlet.path == request.url.path), None)
        if outlet is None:
            return Response(status_code=404)
        shown = sorted(
            (article for article in self._shown.values() if article.outlet == outlet),
            key=lambda article: article.published,
            reverse=True,
        )
        base = _base(request)
        if outlet.kind == "json":
            return self._answer(request, _json_feed(outlet, shown, base).encode(), outlet.feed_type)
        items = [
            {
                "title": article.title,
                "url": base + article.path,
                "guid": article.guid,
                "summary": article.summary,
                "author": article.author,
                "date": _feed_date(article),
            }
            for article in shown
        ]
        text = self._pages.get_template(f"{outlet.kind}.xml.j2").render(
            outlet=outlet, items=items, base=base, charset=outlet.declared, updated=self._changed_at.isoformat()
        )
        # No charset in the header: the XML prolog says it, as with most Korean feeds.
        return self._answer(request, text.encode(outlet.charset), outlet.feed_type)

    async def _article(self, request: Request) -> Response:
        article = self._shown.get(request.path_params["id"])
        if article is None:
            return Response(status_code=404)
        outlet, base = article.outlet, _base(request)
        text = self._pages.get_template(f"page_{outlet.layout}.html.j2").render(
            article=article,
            outlet=outlet,
            base=base,
            url=base + article.path,
            charset=outlet.declared,
            published=article.published.astimezone(_KST).replace(microsecond=0),
            linked_data=_linked_data(article),
            furniture=self.furniture_of(article),
            gap=Markup("<br><br>\n"),
        )
        return self._answer(request, text.encode(outlet.charset), f"text/html; charset={outlet.declared}")

    def _answer(self, request: Request, body: bytes, media_type: str) -> Response:
        """200 with its validators, or 304 to who has this very body (RFC 9110 §13.2.2: the ETag decides first)."""
        etag = f'"{sha256(body).hexdigest()[:20]}"'
        headers = {"ETag": etag, "Last-Modified": format_datetime(self._changed_at, usegmt=True)}
        wanted, since = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
        same = etag in wanted if wanted is not None else since is not None and self._unchanged_since(since)
        if same:
            return Response(status_code=304, headers=headers)
        # Starlette would add its own charset to a text type: the header is given whole.
        return Response(body, headers={**headers, "Content-Type": media_type})

    def _unchanged_since(self, date: str) -> bool:
        try:
            return self._changed_at <= parsedate_to_datetime(date)
        except (ValueError, TypeError):
            return False  # no date, or one without a zone: it asks for nothing


@asynccontextmanager
async def serve(site: DemoSite) -> AsyncIterator[str]:
    """Serve `site` on a free loopback port while the block runs; gives the base URL, without a slash at its end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = _Server(
            uvicorn.Config(
                site, lifespan="off", ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=1
            )
        )
        running = asyncio.create_task(server.serve(sockets=[listening]))
        ready = asyncio.create_task(server.ready.wait())
        try:
            await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            ready.cancel()
            server.should_exit = True
            await running


class _Server(uvicorn.Server):
    """Uvicorn that says when it is up, and leaves signals to the program it runs in."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _articles(
    entries: list[dict[str, Any]], outlets: Mapping[str, DemoOutlet], now: datetime
) -> dict[str, DemoArticle]:
    written = {entry["id"]: entry for entry in entries}
    made = {}
    for entry in entries:
        copied = entry.get("copy_of", "")
        text = written[copied] if copied else entry
        made[entry["id"]] = DemoArticle(
            id=entry["id"],
            outlet=outlets[entry["outlet"]],
            live=entry["stage"] == "live",
            published=now - timedelta(minutes=entry.get("ago", 0)),
            guid=entry["id"],
            title=text["title"],
            summary=text["summary"],
            author=text["author"],
            paragraphs=tuple(text["body"].strip().split("\n\n")),
            copy_of=copied,
            expect=tuple(text.get("expect", ())),
            traps=tuple(text.get("traps", ())),
        )
    return made


def _expected(articles: tuple[DemoArticle, ...]) -> tuple[ExpectedAlert, ...]:
    return tuple(
        ExpectedAlert(
            title=article.title,
            watches=article.expect,
            outlets=(
                article.outlet.name,
                *(copy.outlet.name for copy in articles if copy.copy_of == article.id),
            ),
        )
        for article in articles
        if article.live and article.expect and not article.copy_of
    )


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _feed_date(article: DemoArticle) -> str:
    local = article.published.astimezone(_KST).replace(microsecond=0)
    if article.outlet.kind == "atom":
        return local.isoformat()
    if article.outlet.charset != "utf-8":
        return local.strftime("%Y-%m-%d %H:%M:%S")  # without a zone, as older Korean feeds write it
    return format_datetime(local)


def _json_feed(outlet: DemoOutlet, articles: list[DemoArticle], base: str) -> str:
    items = [
        {
            "id": article.guid,
            "url": base + article.path,
            "title": article.title,
            "summary": article.summary,
            "content_html": "".join(Markup("<p>{}</p>").format(paragraph) for paragraph in article.paragraphs),
            "date_published": article.published.astimezone(_KST).replace(microsecond=0).isoformat(),
            "authors": [{"name": article.author}],
        }
        for article in articles
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"{base}/",
        "feed_url": base + outlet.path,
        "language": "ko",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _linked_data(article: DemoArticle) -> Markup:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published.astimezone(_KST).replace(microsecond=0).isoformat(),
        "author": {"@type": "Person", "name": article.author},
        "publisher": {"@type": "NewsMediaOrganization", "name": article.outlet.name},
    }
    # The texts are ours; "<" is escaped all the same, so that no headline can ever end the script element.
    return Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704
