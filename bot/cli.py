"""The command line (contract §2): the only place that prints, exits, and reads the settings.

Exit codes: 0 done, 1 the user's input was wrong or could not be read, 2 configuration or environment wrong. A refusal
is one line on stderr, and standard output stays empty. Heavy modules are imported by the command that needs them.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, TypeVar

from bot.core.errors import SosikError, UserMistake
from bot.core.news import Field, Hit
from bot.core.wording import say
from bot.settings import Settings, load

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from bot.knowledge import Knowledge

Done = TypeVar("Done")

_STOP_SECONDS = 19.0  # `sosik run` ends within 20 s of a signal (contract §2)
DONE, MISTAKE, ENVIRONMENT = 0, 1, 2
_ENVIRONMENT_KEYS = ("database.", "settings.", "run.", "web.", "slack.", "discord.", "role.")


class _Parser(argparse.ArgumentParser):
    """argparse with our one-line refusals."""

    def error(self, message: str) -> NoReturn:
        raise UserMistake("cli.usage", detail=message.replace("\n", " "), command=self.prog)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    language = "en" if os.environ.get("SOSIK_LANGUAGE", "").strip().lower() == "en" else "ko"
    try:
        parsed = _parser(language).parse_args(arguments)
        return _run(parsed)
    except SosikError as error:
        print(say(error.key, language, **error.values), file=sys.stderr)
        return _code(error)
    except BrokenPipeError:
        # The reader of our output left; nothing more can be said to it.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return DONE
    except Exception as error:
        # The last net: whatever broke, a person gets one sentence; the rest is there for who asks for it.
        if os.environ.get("SOSIK_LOG_LEVEL", "").strip().lower() == "debug":
            raise
        print(say("cli.broken", language, error=type(error).__name__), file=sys.stderr)
        return ENVIRONMENT


def _code(error: SosikError) -> int:
    return ENVIRONMENT if error.key.startswith(_ENVIRONMENT_KEYS) else MISTAKE


def _run(parsed: argparse.Namespace) -> int:
    command: Callable[[argparse.Namespace], int] = parsed.command
    return command(parsed)


def _parser(language: str) -> argparse.ArgumentParser:
    def text(key: str) -> str:
        return say(f"cli.{key}", language)

    parser = _Parser(prog="sosik", description=text("about"))
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text(name), description=text(name))
        made.set_defaults(command=run)
        return made

    run = command("run", _run_bot)
    run.add_argument("--once", action="store_true", help=text("run.once"))
    run.add_argument("--role", default="", metavar="ROLE[,ROLE]", help=text("run.role"))
    demo = command("demo", _demo)
    demo.add_argument("--hold", action="store_true", help=text("demo.hold"))
    demo.add_argument("--json", action="store_true", help=text("demo.json"))
    told = command("say", _say)
    told.add_argument("--in", dest="channel", required=True, metavar="CHANNEL", help=text("say.in"))
    told.add_argument("--as", dest="user", default="", metavar="USER", help=text("say.as"))
    told.add_argument("text", nargs="+", metavar="TEXT", help=text("say.text"))
    matching = command("match", _match)
    matching.add_argument("--watches", required=True, metavar="FILE", help=text("match.watches"))
    matching.add_argument("--explain", action="store_true", help=text("match.explain"))
    feed = command("feed", _feed)
    feed.add_argument("place", metavar="FILE|URL", help=text("feed.place"))
    feed.add_argument("--charset", default=None, metavar="C", help=text("feed.charset"))
    feed.add_argument("--base-url", default="", metavar="U", help=text("feed.base"))
    feed.add_argument("--timezone", default="", metavar="Z", help=text("feed.timezone"))
    page = command("extract", _extract)
    page.add_argument("place", metavar="FILE|URL", help=text("extract.place"))
    page.add_argument("--url", default="", metavar="U", help=text("extract.url"))
    sources = command("sources", _sources)
    sources.add_argument("what", choices=("export", "import"), metavar="export|import", help=text("sources.what"))
    sources.add_argument("file", metavar="FILE.opml", help=text("sources.file"))
    explaining = command("explain", _explain)
    explaining.add_argument("url", metavar="URL", help=text("explain.url"))
    explaining.add_argument("--in", dest="channel", default="", metavar="CHANNEL", help=text("explain.in"))
    exporting = command("export", _export)
    exporting.add_argument("file", nargs="?", default="-", metavar="FILE", help=text("export.file"))
    importing = command("import", _import)
    importing.add_argument("file", metavar="FILE", help=text("import.file"))
    importing.add_argument("--dry-run", action="store_true", help=text("import.dry"))
    command("doctor", _doctor)
    command("migrate", _migrate)
    restore = command("restore", _restore)
    restore.add_argument("file", nargs="?", default="", metavar="FILE", help=text("restore.file"))
    backup = command("backup", _backup)
    backup.add_argument("file", metavar="FILE", help=text("backup.file"))
    return parser


def _settings(*, one_shot: bool) -> Settings:
    """The settings, and logs set up by them; a one-shot command logs nothing unless it is asked to debug."""
    from bot.observe import configure_logs  # noqa: PLC0415 - only what logs needs it

    settings = load()
    level = settings.sosik_log_level
    configure_logs("error" if one_shot and level != "debug" else level, settings.sosik_log_format)
    if one_shot and level != "debug":
        import logging  # noqa: PLC0415 - as above

        logging.disable(logging.CRITICAL)
    return settings


def _async(work: Coroutine[Any, Any, int]) -> int:
    return asyncio.run(work)


# --- run --------------------------------------------------------------------------------------------------------


def _run_bot(parsed: argparse.Namespace) -> int:
    from bot.app import ROLES  # noqa: PLC0415 - heavy

    roles = tuple(filter(None, (role.strip() for role in parsed.role.split(",")))) or ROLES
    for role in roles:
        if role not in ROLES:
            raise UserMistake("role.unknown", role=role, roles=", ".join(ROLES))
    settings = _settings(one_shot=False)
    return _async(_once(settings) if parsed.once else _forever(settings, roles))


async def _once(settings: Settings) -> int:
    from bot.app import build  # noqa: PLC0415 - heavy
    from bot.gateways import connect  # noqa: PLC0415 - heavy

    async with build(settings) as app, connect(app, settings, listening=False):
        await app.run_once()
    return DONE


async def _forever(settings: Settings, roles: Sequence[str]) -> int:
    from bot.app import OneRun, build, running  # noqa: PLC0415 - heavy
    from bot.gateways import connect, serving, until_over  # noqa: PLC0415 - heavy

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stopped() -> None:
        stop.set()
        # Whatever still hangs when the time is over, an SDK or a thread: nothing is lost by leaving it.
        last = threading.Timer(_STOP_SECONDS, os._exit, (DONE,))
        last.daemon = True
        last.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped)
    async with build(settings) as app:
        with OneRun(app.store.db.path):
            if app.store.db.is_sqlite:
                await app.store.sources.release_all()
                await app.store.outbox.release_all()
            async with (
                running(app, roles),
                connect(app, settings, listening="gateway" in roles) as gateways,
                serving(app, settings, gateways, on="web" in roles),
            ):
                await until_over(stop, gateways)
    return DONE


# --- one-shot commands ------------------------------------------------------------------------------------------


def _demo(parsed: argparse.Namespace) -> int:
    from bot.demo import run_demo  # noqa: PLC0415 - heavy

    return _async(run_demo(hold=parsed.hold, as_json=parsed.json))


def _say(parsed: argparse.Namespace) -> int:
    return _async(_say_once(_settings(one_shot=True), parsed.channel, parsed.user, " ".join(parsed.text)))


async def _say_once(settings: Settings, channel: str, user: str, text: str) -> int:
    from bot.app import build  # noqa: PLC0415 - heavy
    from bot.core.commands import Caller  # noqa: PLC0415 - with it
    from bot.core.news import ChannelRef  # noqa: PLC0415 - with it
    from bot.render import plain_text  # noqa: PLC0415 - with it
    from handlers.console_app import OperatorRights  # noqa: PLC0415 - with it

    ref = ChannelRef.parse(channel)
    caller = Caller(ref, user or "operator", name=user or "operator")
    async with build(settings) as app:
        reply = await app.commands.run_text(caller, text, OperatorRights())
    shown = plain_text.render(reply.message)
    if reply.failed:
        print(plain_text.one_line(reply.message.text), file=sys.stderr)
        return MISTAKE
    print(shown, flush=True)
    return DONE


def _match(parsed: argparse.Namespace) -> int:
    from bot.services.match_lines import match_lines  # noqa: PLC0415 - heavy

    settings = load()
    with _opened(parsed.watches) as watches:
        lines = match_lines(
            watches,
            sys.stdin,
            explain=parsed.explain,
            language=settings.sosik_language,
            cache_dir=settings.sosik_home / "cache",
            sense=_sense,
        )
        for line in lines:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    return DONE


def _sense(keyword: str, fields: Mapping[Field, str], hit: Hit) -> bool:
    """The context scorer, read when an expression first asks for it."""
    return _knowledge().scorer.means_org(keyword, fields, hit)


@cache
def _knowledge() -> "Knowledge":
    from bot.knowledge import Knowledge  # noqa: PLC0415 - only for 뜻:회사

    return Knowledge()


def _feed(parsed: argparse.Namespace) -> int:
    return _async(_feed_once(_settings(one_shot=True), parsed))


async def _feed_once(settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.reading import read_feed  # noqa: PLC0415 - heavy

    shown = await read_feed(
        settings,
        parsed.place,
        charset=parsed.charset,
        base_url=parsed.base_url,
        zone=parsed.timezone or settings.sosik_timezone,
    )
    print(json.dumps(shown, ensure_ascii=False), flush=True)
    return DONE


def _extract(parsed: argparse.Namespace) -> int:
    return _async(_extract_once(_settings(one_shot=True), parsed))


async def _extract_once(settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.reading import read_page  # noqa: PLC0415 - heavy

    print(json.dumps(await read_page(settings, parsed.place, url=parsed.url), ensure_ascii=False), flush=True)
    return DONE


def _sources(parsed: argparse.Namespace) -> int:
    settings = _settings(one_shot=True)
    if parsed.what == "import":
        return _import_sources(settings, parsed.file)
    return _export_sources(settings, parsed.file)


def _import_sources(settings: Settings, place: str) -> int:
    from bot.services.sourcing import import_feeds  # noqa: PLC0415 - heavy
    from bot.sources.opml import OPML_BYTES, read_opml  # noqa: PLC0415 - heavy

    try:
        with sys.stdin.buffer if place == "-" else Path(place).open("rb") as file:
            feeds = read_opml(file.read(OPML_BYTES + 1))
    except OSError as error:
        raise UserMistake("cli.file", file=place, why=error.strerror or "") from error
    count = asyncio.run(_in_store(settings, lambda store: import_feeds(store, feeds, zone=settings.sosik_timezone)))
    print(say("sources.imported", settings.sosik_language, count=count, there=len(feeds) - count), flush=True)
    return DONE


def _export_sources(settings: Settings, place: str) -> int:
    from bot.services.sourcing import export_feeds  # noqa: PLC0415 - heavy
    from bot.sources.opml import write_opml  # noqa: PLC0415 - heavy

    feeds = asyncio.run(_in_store(settings, export_feeds))
    written = write_opml(feeds, title=say("sources.title", settings.sosik_language))
    if place == "-":
        sys.stdout.buffer.write(written)
        sys.stdout.flush()
        return DONE
    try:
        Path(place).write_bytes(written)
    except OSError as error:
        raise UserMistake("cli.file", file=place, why=error.strerror or "") from error
    print(say("sources.exported", settings.sosik_language, count=len(feeds), file=place), flush=True)
    return DONE


async def _in_store(settings: Settings, work: Callable[["Store"], Awaitable[Done]]) -> Done:
    from bot.app import open_store  # noqa: PLC0415 - heavy

    async with await open_store(settings) as store:
        return await work(store)


def _explain(parsed: argparse.Namespace) -> int:
    return _async(_explain_once(_settings(one_shot=True), parsed.url, parsed.channel))


async def _explain_once(settings: Settings, url: str, channel: str) -> int:
    from bot.app import open_store  # noqa: PLC0415 - heavy
    from bot.core.compose import Voice  # noqa: PLC0415 - with it
    from bot.core.news import ChannelRef  # noqa: PLC0415 - with it
    from bot.services.explain import lines_for  # noqa: PLC0415 - with it

    ref = ChannelRef.parse(channel) if channel else None
    voice = Voice(settings.sosik_language, settings.sosik_timezone)
    async with await open_store(settings) as store:
        lines = await lines_for(store, voice, url, ref)
    for line in lines:
        print(_plain(line), flush=True)
    return DONE


def _export(parsed: argparse.Namespace) -> int:
    return _async(_export_once(_settings(one_shot=True), parsed.file))


async def _export_once(settings: Settings, place: str) -> int:
    from bot.app import open_store  # noqa: PLC0415 - heavy
    from bot.services.porting import export_text  # noqa: PLC0415 - with it

    async with await open_store(settings) as store:
        text = await export_text(store)
    if place == "-":
        print(text, end="", flush=True)
        return DONE
    try:
        await asyncio.to_thread(Path(place).write_text, text, encoding="utf-8")
    except OSError as error:
        raise UserMistake("cli.write", file=place, why=error.strerror or "") from error
    return DONE


def _import(parsed: argparse.Namespace) -> int:
    return _async(_import_once(_settings(one_shot=True), parsed.file, dry_run=parsed.dry_run))


async def _import_once(settings: Settings, place: str, *, dry_run: bool) -> int:
    from bot.app import open_store  # noqa: PLC0415 - heavy
    from bot.services import porting  # noqa: PLC0415 - with it

    language = settings.sosik_language
    with _opened(place) as file:
        document = porting.read(file.read(), language)
    async with await open_store(settings) as store:
        changes = await porting.import_document(
            store, document, zone=settings.sosik_timezone, who="operator", dry_run=dry_run
        )
    for line in porting.told(changes, language, dry_run=dry_run):
        print(_plain(line))
    return DONE


def _doctor(_parsed: argparse.Namespace) -> int:
    from bot.checkup import examine  # noqa: PLC0415 - heavy

    settings = _settings(one_shot=True)
    findings = asyncio.run(examine(settings))
    for line in findings.lines(settings.sosik_language):
        print(_plain(line), flush=True)
    return DONE if findings.well else ENVIRONMENT


def _plain(text: str) -> str:
    """One line without control signs: titles and addresses are other people's."""
    from bot.render.plain_text import one_line  # noqa: PLC0415 - heavy

    indent = len(text) - len(text.lstrip(" "))
    return " " * indent + one_line(text)


def _migrate(_parsed: argparse.Namespace) -> int:
    return _async(_migrate_once(_settings(one_shot=True)))


async def _migrate_once(settings: Settings) -> int:
    from bot.app import open_store  # noqa: PLC0415 - heavy

    async with await open_store(settings):
        print(say("cli.migrated", settings.sosik_language), flush=True)
    return DONE


def _backup(parsed: argparse.Namespace) -> int:
    return _async(_backup_once(_settings(one_shot=True), Path(parsed.file)))


async def _backup_once(settings: Settings, target: Path) -> int:
    from bot.app import open_store  # noqa: PLC0415 - heavy

    async with await open_store(settings) as store:
        if not store.db.is_sqlite:
            raise UserMistake("backup.postgresql")
        try:
            await store.housekeeping.backup(target)
        except FileExistsError as error:
            raise UserMistake("backup.exists", file=target) from error
        print(say("backup.done", settings.sosik_language, file=target), flush=True)
    return DONE


def _restore(parsed: argparse.Namespace) -> int:
    return _async(_restore_once(_settings(one_shot=True), parsed.file))


async def _restore_once(settings: Settings, file: str) -> int:
    from bot.adapters.store.housekeeping import put_back  # noqa: PLC0415 - heavy
    from bot.app import OneRun, open_store, sqlite_path  # noqa: PLC0415 - heavy

    path = sqlite_path(settings)
    if file and path is None:
        raise UserMistake("restore.postgresql")
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    with OneRun(path):
        if file and path is not None:
            await asyncio.to_thread(put_back, Path(file), path)
        async with await open_store(settings) as store:
            await store.outbox.mark_copied()
    print(say("restore.done", settings.sosik_language), flush=True)
    return DONE


@contextlib.contextmanager
def _opened(place: str) -> Iterator[TextIO]:
    """A text file, or standard input for `-`.

    Raises:
        UserMistake: it cannot be read.
    """
    if place == "-":
        yield sys.stdin
        return
    try:
        file = Path(place).open(encoding="utf-8-sig", errors="surrogateescape")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UserMistake("cli.file", file=place, why=error.strerror or "") from error
    with file:
        yield file
