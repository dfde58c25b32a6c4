"""`sosik export` and `import`: what goes out comes in again, and a file with a mistake changes nothing."""

import pytest
import yaml

from bot.core.errors import UserMistake
from bot.core.news import ChannelRef, Pace, Platform, Scope
from bot.core.wording import say
from bot.services import porting

HERE = ChannelRef(Platform.SLACK, "T1", "C1")
FILE = """
version: 1
channels:
  - channel: slack:T1/C1
    digest: {times: [07:30, "17:30"], days: weekdays, timezone: Asia/Seoul}
    watches:
      - {expression: 'LG전자, "AI 연구소" -채용', scope: all, delivery: both}
      - expression: 한화
      - {expression: 기아, scope: title}
  - channel: discord:10/20
    watches: [{expression: 삼성*}]
sources:
  - {url: "https://n.example/rss.xml", name: 예시, state: active}
  - {url: "https://m.example/feed", state: paused}
"""


async def take(store, text: str, *, dry_run: bool = False):
    document = porting.read(text, "ko")
    return await porting.import_document(store, document, zone="Asia/Seoul", who="operator", dry_run=dry_run)


async def test_what_is_imported_is_there_and_comes_out_again(store, clock):
    changes = await take(store, FILE)

    rows = await store.watches.listed(HERE, since=clock.now)
    told = [(row.watch.number, row.watch.expression, row.watch.scope, row.watch.pace) for row in rows]
    assert told == [
        (1, 'LG전자, "AI 연구소" -채용', Scope.ALL, Pace.BOTH),
        (2, "한화", Scope.ALL, Pace.INSTANT),
        (3, "기아", Scope.TITLE, Pace.INSTANT),
    ]
    assert (len(changes.added), len(changes.changed), changes.same) == (6, 1, 0)
    settings = await store.channels.settings(HERE)
    assert settings.digest["times"] == ["07:30", "17:30"]
    out = await porting.export_text(store)
    assert porting.read(out, "ko") == porting.read(FILE, "ko")
    assert list(yaml.safe_load(out)) == ["version", "channels", "sources"]


async def test_a_second_import_changes_nothing(store):
    await take(store, FILE)
    before = await store.watches.revision()

    again = await take(store, FILE)
    exported = await take(store, await porting.export_text(store))

    assert (again.added, again.changed, again.same) == ([], [], 6)
    assert (exported.added, exported.changed) == ([], [])
    assert await store.watches.revision() == before


async def test_a_dry_run_tells_and_writes_nothing(store):
    changes = await take(store, FILE, dry_run=True)

    lines = list(porting.told(changes, "ko", dry_run=True))
    assert "+ slack:T1/C1 한화" in lines
    assert lines[-1] == "더할 것 6개, 바꿀 것 1개, 그대로 0개"
    assert await store.porting.everything() == ((), ())


async def test_imported_sources_serve_everyone_and_are_due_at_once(store, clock):
    own = await store.sources.add("https://n.example/rss.xml", workspace="slack:T1", name="우리 것")

    await take(store, FILE)

    theirs = {each.url: each for each in await store.sources.seen_by("discord:10")}
    assert theirs["https://n.example/rss.xml"].id == own.id
    assert not theirs["https://n.example/rss.xml"].baselined
    assert theirs["https://m.example/feed"].state == "paused"
    assert (await store.sources.next_due()) <= clock.now


async def test_a_changed_line_changes_its_watch_and_leaves_the_others(store, clock):
    await take(store, FILE)
    (first, *_) = await store.watches.listed(HERE, since=clock.now)

    changes = await take(
        store,
        "version: 1\nchannels:\n  - channel: slack:T1/C1\n    digest: null\n"
        "    watches: [{expression: '한화', delivery: digest}]\n",
    )

    rows = await store.watches.listed(HERE, since=clock.now)
    assert changes.changed == ["slack:T1/C1 한화", "slack:T1/C1 digest: off"]
    assert [row.watch.pace for row in rows] == [Pace.BOTH, Pace.DIGEST, Pace.INSTANT]
    assert rows[0].watch == first.watch
    assert (await store.channels.settings(HERE)).digest is None


async def test_the_numbers_go_on_where_they_were(store, clock):
    await store.watches.add(HERE, "기존", "기존", who="U1")

    await take(store, FILE)
    made, _ = await store.watches.add(HERE, "다음", "다음", who="U1")

    assert made.number == 5


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("version: 2\n", "port.version", 1),
        ("version: 1\nwatches: []\n", "port.unknown", 2),
        ("version: 1\nchannels:\n- channel: slack:T1/C1\n  topic: x\n", "port.unknown", 4),
        ("version: 1\nchannels:\n- channel: nowhere\n", "watch.line", 3),
        ("version: 1\nchannels:\n- watches: []\n", "watch.line", 3),
        ("channels:\n- channel: slack:T1/C1\n  watches:\n  - {expression: '\"AI'}\n", "watch.line", 4),
        ("channels:\n- channel: slack:T1/C1\n  watches:\n  - {expression: AI, scope: body}\n", "port.value", 4),
        ("channels:\n- channel: slack:T1/C1\n  digest: {times: [noon]}\n", "port.value", 3),
        ("channels:\n- channel: slack:T1/C1\n  digest: {times: []}\n", "port.value", 3),
        ("channels:\n- channel: slack:T1/C1\n  digest: {times: [07:30], timezone: Mars}\n", "watch.line", 3),
        ("sources:\n- {url: 'ftp://n.example/'}\n", "port.value", 2),
        ("sources:\n- {url: 'https://n.example/', state: dead}\n", "port.value", 2),
        ("sources:\n- {url: 'https://n.example/', url: 'https://m.example/'}\n", "port.twice", 2),
        ("sources: &a [&b {url: 'https://n.example/'}, *b]\n", "port.alias", 1),
        ("sources: {}\n", "port.form", 1),
        ("sources: [[]]\n", "port.form", 1),
        ("sources:\n- {url: [x]}\n", "port.form", 2),
        ("version: 1\n  bad: [\n", "port.not_yaml", 2),
        ("\x00", "port.not_yaml", 1),
        ("", "port.form", 1),
        ("[" * 5000, "port.not_yaml", None),
    ],
)
def test_a_mistake_names_its_line(text, key, line):
    with pytest.raises(UserMistake) as caught:
        porting.read(text, "ko")

    assert caught.value.key == key
    if line is not None:
        assert caught.value.values["line"] == line
    assert say(key, "ko", **caught.value.values)


def test_a_file_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(porting, "MAX_CHARACTERS", 10)

    with pytest.raises(UserMistake, match=r"port\.too_big"):
        porting.read("version: 1\nchannels: []\n", "ko")


def test_a_channel_named_twice_is_one():
    text = (
        "channels:\n- {channel: 'slack:T1/C1', watches: [{expression: LG전자}]}\n"
        "- {channel: 'slack:T1/C1', digest: {times: [07:30]}, watches: [{expression: 한화}, {expression: LG전자}]}\n"
    )

    (channel,) = porting.read(text, "ko").channels

    assert [watch.expression for watch in channel.watches] == ["LG전자", "한화"]
    assert channel.digest["times"] == ["07:30"]
