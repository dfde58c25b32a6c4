"""The command line as people and scripts use it: real processes, exit codes, one-line refusals."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>가람경제</title>
<link>https://n.example/</link><item><title>LG전자, 새 연구소</title><link>/1</link><guid>1</guid>
<pubDate>Thu, 21 Mar 2024 09:12:00 KST</pubDate></item>
</channel></rss>"""
PAGE = """<!doctype html><html lang="ko"><head><title>LG전자, 새 연구소</title></head>
<body><article><h1>LG전자, 새 연구소</h1>
<p>LG전자가 토론토에 새 연구소를 연다고 21일 밝혔다. 회사는 앞으로 다섯 해 동안 연구 인력을 두 배로 늘릴 계획이다.</p>
<p>새 연구소는 자율 주행과 로봇 공학을 함께 연구한다. 현지 대학과의 공동 과제도 서른 개가 넘게 이어진다고 설명했다.</p>
</article></body></html>"""


def sosik(home: Path, *arguments: str, text: str | bytes = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run one command in a clean environment that reaches loopback only."""
    data = text.encode() if isinstance(text, str) else text
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=data,
        check=False,
        capture_output=True,
        timeout=120,
        cwd=home,
        env=environment(home, **env),
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def environment(home: Path, **env: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "SOSIK_HOME": str(home / "data"),
        "SOSIK_SOURCES": "own",
        "SOSIK_HTTP_PORT": "0",
        "SOSIK_ALLOWED_NETWORKS": "127.0.0.0/8",
        **env,
    }


def refused(done: subprocess.CompletedProcess[str], code: int) -> str:
    """A refusal is exactly one line on stderr, and standard output stays empty."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_help_is_everywhere(tmp_path):
    whole = sosik(tmp_path, "--help")

    assert whole.returncode == 0
    for command in re.findall(r"^    (\w+) ", whole.stdout, re.MULTILINE):
        assert sosik(tmp_path, command, "--help").returncode == 0


@pytest.mark.parametrize("arguments", [(), ("fly",), ("say",), ("run", "--fast"), ("match",)])
def test_what_cannot_be_understood_is_one_line(tmp_path, arguments):
    assert "--help" in refused(sosik(tmp_path, *arguments), 1)


def test_refusals_are_english_where_asked_for(tmp_path):
    line = refused(sosik(tmp_path, "say", "--in", "nowhere", "목록", SOSIK_LANGUAGE="en"), 1)

    assert line.startswith("'nowhere' is no channel address")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL"),
        ("DATABASE_URL", "sqlite:////proc/nowhere/x.db", "데이터베이스"),
        ("SOSIK_MIN_POLL_SECONDS", "soon", "SOSIK_MIN_POLL_SECONDS"),
        ("SLACK_BOT_TOKEN_FILE", "/nowhere", "SLACK_BOT_TOKEN_FILE"),
    ],
)
def test_a_wrong_environment_is_code_two_with_the_remedy(tmp_path, name, value, said):
    assert said in refused(sosik(tmp_path, "migrate", **{name: value}), 2)


def test_commands_are_run_by_the_operator_and_told_as_text(tmp_path):
    done = sosik(tmp_path, "say", "--in", "console:local/main", "구독", "LG전자")
    twice = sosik(tmp_path, "say", "--in", "console:local/main", "구독 LG전자")

    assert (done.returncode, done.stderr) == (0, "")
    assert "#1 구독했어요" in done.stdout
    assert refused(twice, 1) == "이미 같은 감시가 있어요 (#1)"


def test_what_people_set_up_goes_out_and_comes_in_elsewhere(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    sosik(here, "say", "--in", "slack:T1/C1", '구독 LG전자, "AI 연구소" -채용')
    sosik(here, "say", "--in", "slack:T1/C1", "요약 07:30 평일")

    out = sosik(here, "export")
    told = sosik(there, "import", "-", "--dry-run", text=out.stdout)
    taken = sosik(there, "import", "-", text=out.stdout)
    again = sosik(there, "import", "-", text=out.stdout)
    to_file = sosik(there, "export", "all.yaml")

    assert "+ slack:T1/C1 LG전자" in told.stdout
    assert taken.stdout == "더함 1개, 바꿈 1개, 그대로 0개\n"
    assert again.stdout == "더함 0개, 바꿈 0개, 그대로 1개\n"
    assert (to_file.returncode, to_file.stdout) == (0, "")
    assert (there / "all.yaml").read_text(encoding="utf-8") == out.stdout


def test_an_import_with_a_mistake_names_its_line_and_changes_nothing(tmp_path):
    text = "version: 1\nchannels:\n- channel: slack:T1/C1\n  wotches: []\n"

    line = refused(sosik(tmp_path, "import", "-", text=text), 1)

    assert "4번째 줄" in line
    assert "nowhere" in refused(sosik(tmp_path, "import", "nowhere.yaml"), 1)
    assert "쓸 수 없어요" in refused(sosik(tmp_path, "export", "/proc/nowhere/x.yaml"), 1)


def test_explain_tells_every_stage_of_an_address_that_nobody_read(tmp_path):
    done = sosik(tmp_path, "explain", "https://n.example/1", "--in", "slack:T1/C1")

    assert done.returncode == 0
    assert "출처 읽음: ✖ 이 주소를 읽는 출처가 없어요" in done.stdout
    assert "결과: ✖ 보내지 않음" in done.stdout
    assert refused(sosik(tmp_path, "explain", "https://n.example/1", "--in", "nowhere"), 1)
    assert "https://로 시작하는" in refused(sosik(tmp_path, "explain", "nonsense"), 1)


def test_doctor_ends_with_two_when_something_must_be_mended(tmp_path):
    fresh = sosik(tmp_path, "doctor")
    wrong = sosik(tmp_path, "doctor", DATABASE_URL="mysql://x/y")

    assert (fresh.returncode, wrong.returncode) == (0, 2)
    assert "✖ DATABASE_URL" in wrong.stdout
    assert fresh.stderr == wrong.stderr == ""


def test_the_database_is_migrated_and_copied(tmp_path):
    assert sosik(tmp_path, "migrate").returncode == 0
    done = sosik(tmp_path, "backup", str(tmp_path / "copy.db"))

    assert done.returncode == 0
    assert (tmp_path / "copy.db").stat().st_size > 0
    assert "이미 있어요" in refused(sosik(tmp_path, "backup", str(tmp_path / "copy.db")), 1)


def test_match_filters_lines_and_keeps_their_order(tmp_path):
    watches = tmp_path / "watches.txt"
    watches.write_text('# 우리 회사\nLG전자\n\n"AI 연구소"\n', encoding="utf-8")
    articles = ['{"id": 1, "title": "LG전자는 연구소를 연다"}', "no json", '{"id": 3, "title": "새 AI연구소"}']

    done = sosik(tmp_path, "match", "--watches", str(watches), text="\n".join(articles))

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert answers[0] == {
        "id": 1,
        "watches": [
            {"watch": "LG전자", "hits": [{"field": "title", "start": 0, "end": 4, "text": "LG전자", "term": "LG전자"}]}
        ],
    }
    assert (answers[1]["id"], answers[1]["watches"], bool(answers[1]["error"])) == (None, [], True)
    assert [each["watch"] for each in answers[2]["watches"]] == ['"AI 연구소"']


def test_match_refuses_a_file_with_a_bad_expression_whole(tmp_path):
    watches = tmp_path / "watches.txt"
    watches.write_text('LG전자\n"AI 연구소\n', encoding="utf-8")

    line = refused(sosik(tmp_path, "match", "--watches", str(watches), text='{"title": "LG전자"}\n'), 1)

    assert "2" in line
    assert "따옴표" in line
    assert "nowhere" in refused(sosik(tmp_path, "match", "--watches", "nowhere"), 1)


def test_match_explains_what_it_refused(tmp_path):
    watches = tmp_path / "watches.txt"
    watches.write_text("기아\n", encoding="utf-8")

    done = sosik(tmp_path, "match", "--watches", str(watches), "--explain", text='{"id": 1, "title": "기아대책"}\n')

    (near,) = json.loads(done.stdout)["near"]
    assert (near["watch"], near["field"], near["start"], near["end"], near["text"]) == ("기아", "title", 0, 2, "기아")
    assert near["reason"]


def test_a_feed_is_shown_as_it_is_read(tmp_path):
    (tmp_path / "feed.xml").write_text(FEED, encoding="utf-8")

    done = sosik(tmp_path, "feed", "feed.xml", "--base-url", "https://n.example/rss")
    piped = sosik(tmp_path, "feed", "-", text=FEED)

    shown = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert shown["feed"] == {"kind": "rss", "title": "가람경제", "link": "https://n.example/", "language": None}
    assert shown["entries"][0]["link"] == "https://n.example/1"
    assert shown["entries"][0]["published"] == "2024-03-21T09:12:00+09:00"
    assert json.loads(piped.stdout)["feed"]["title"] == "가람경제"


@pytest.mark.parametrize(
    "arguments",
    [("feed", "page.html"), ("feed", "nowhere.xml"), ("feed", "http://10.0.0.1/rss"), ("extract", "nowhere.html")],
)
def test_what_cannot_be_read_is_code_one(tmp_path, arguments):
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")

    assert refused(sosik(tmp_path, *arguments), 1)


def test_a_page_is_shown_as_it_is_read(tmp_path):
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")

    done = sosik(tmp_path, "extract", "page.html", "--url", "https://n.example/1")

    shown = json.loads(done.stdout)
    assert sorted(shown) == sorted(
        ["url", "title", "text", "published", "modified", "site", "image", "language", "author"]
    )
    assert shown["text"].startswith("LG전자가 토론토에")


def test_run_once_posts_to_the_console_and_leaves(tmp_path):
    sosik(tmp_path, "say", "--in", "console:local/main", "구독 LG전자")

    done = sosik(tmp_path, "run", "--once")

    assert done.returncode == 0
    assert done.stdout == "🔔 LG전자 알림을 시작합니다 – operator\n\n"


def test_run_ends_gracefully_and_a_second_one_is_refused(tmp_path):
    address = f"sqlite:///{tmp_path / 'shared.db'}"
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=tmp_path,
        env=environment(tmp_path, DATABASE_URL=address),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as first:
        sosik(tmp_path, "say", "--in", "console:local/main", "구독 LG전자", DATABASE_URL=address)
        told = first.stdout.readline().decode()
        other_home = environment(tmp_path, DATABASE_URL=address, SOSIK_HOME=str(tmp_path / "other"))
        second = sosik(tmp_path, "run", **{name: other_home[name] for name in ("DATABASE_URL", "SOSIK_HOME")})
        first.send_signal(signal.SIGTERM)
        code = first.wait(20)

    assert told == "🔔 LG전자 알림을 시작합니다 – operator\n"
    assert "다른 sosik run" in second.stderr
    assert second.returncode == 2
    assert code == 0


def test_an_unknown_role_is_refused(tmp_path):
    assert "poll, deliver, gateway, web" in refused(sosik(tmp_path, "run", "--role", "cook"), 2)


def test_the_start_of_run_imports_no_chat_sdk_and_no_migration_tool(tmp_path):
    heavy = [
        "slack_bolt",
        "slack_sdk",
        "discord",
        "alembic",
        "matplotlib",
        "trafilatura",
        "feedparser",
        "procrastinate",
    ]
    script = f"import sys, bot.app, bot.gateways; print([name for name in {heavy} if name in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        cwd=tmp_path,
    )

    assert done.stdout.strip() == "[]", done.stderr


OPML = """<opml version="2.0"><body><outline text="가람" xmlUrl="https://n.example/rss"/></body></opml>"""


def test_opml_goes_in_fetches_nothing_and_comes_out(tmp_path):
    first = sosik(tmp_path, "sources", "import", "-", text=OPML)
    again = sosik(tmp_path, "sources", "import", "-", text=OPML)
    shown = sosik(tmp_path, "sources", "export", "-")
    written = sosik(tmp_path, "sources", "export", "out.opml")

    assert (first.returncode, first.stdout) == (0, "출처 1개를 넣었어요. 0개는 이미 있었어요\n")
    assert again.stdout == "출처 0개를 넣었어요. 1개는 이미 있었어요\n"
    assert 'xmlUrl="https://n.example/rss"' in shown.stdout
    assert written.returncode == 0
    assert (tmp_path / "out.opml").read_text(encoding="utf-8") == shown.stdout


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("import", "nowhere.opml"), ""),
        (("import", "-"), "no opml"),
        (("export", "no/such/folder.opml"), ""),
        (("burn", "-"), ""),
    ],
)
def test_an_opml_file_that_cannot_be_is_one_line(tmp_path, arguments, text):
    assert refused(sosik(tmp_path, "sources", *arguments, text=text), 1)
