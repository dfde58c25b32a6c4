import pytest

from bot.core.commands import BY_NAME, COMMANDS, Standing, nearest, number, parse
from bot.core.errors import UserMistake


@pytest.mark.parametrize(
    ("line", "name", "arguments"),
    [
        ("구독 LG전자", "watch.add", {"expression": "LG전자"}),
        ('watch LG전자, "AI 연구소" -채용', "watch.add", {"expression": 'LG전자, "AI 연구소" -채용'}),
        ("/구독   LG전자 ", "watch.add", {"expression": "LG전자"}),
        ("ｗａｔｃｈ LG전자", "watch.add", {"expression": "LG전자"}),
        ("구독　LG전자", "watch.add", {"expression": "LG전자"}),
        ("목록", "watch.list", {}),
        ("list all", "watch.list", {"all": "yes"}),
        ("수정 12 LG전자 -채용", "watch.edit", {"watch": "12", "expression": "LG전자 -채용"}),
        ("수정 #12 범위 제목", "watch.edit", {"watch": "#12", "scope": "title"}),
        ("edit 12 delivery both", "watch.edit", {"watch": "12", "delivery": "both"}),
        ("수정 12 전달 즉시", "watch.edit", {"watch": "12", "delivery": "instant"}),
        ("수정 12 멘션 @홍보", "watch.edit", {"watch": "12", "mention": "@홍보"}),
        ("해지 3", "watch.remove", {"watch": "3"}),
        ("음소거 3", "watch.mute", {"watch": "3"}),
        ("음소거 전체 오늘", "watch.mute", {"watch": "전체", "for": "today"}),
        ("mute 3 14:00까지", "watch.mute", {"watch": "3", "for": "14:00까지"}),
        ("음소거해제 3", "watch.unmute", {"watch": "3"}),
        ("테스트 3", "watch.test", {"watch": "3"}),
        ("test 3 <https://n.example/1>", "watch.test", {"watch": "3", "url": "https://n.example/1"}),
        ("최근 3", "news.latest", {"watch": "3"}),
        ("나만 off", "news.me", {"expression": "off"}),
        ("검색 AI 연구소 7일", "news.search", {"expression": "AI 연구소", "days": "7"}),
        ("search LG전자 14d", "news.search", {"expression": "LG전자", "days": "14"}),
        ("검색 7일", "news.search", {"expression": "7일"}),
        ("추이 LG전자, 삼성전자 30일", "news.trend", {"expression": "LG전자, 삼성전자", "days": "30"}),
        ("요약", "digest.show", {}),
        ("요약 지금", "digest.now", {}),
        ("digest off", "digest.off", {}),
        ("요약 07:30", "digest.set", {"times": "07:30"}),
        (
            "digest 07:30, 17:30 평일 Asia/Seoul",
            "digest.set",
            {"times": "07:30,17:30", "days": "weekdays", "timezone": "Asia/Seoul"},
        ),
        ("요약 아침", "digest.set", {"times": "아침", "timezone": "아침"}),
        ("출처 add https://n.example/rss", "source.add", {"url": "https://n.example/rss"}),
        (
            "source add <https://n.example/rss|n.example> 예시",
            "source.add",
            {"url": "https://n.example/rss", "name": "예시"},
        ),
        ("출처 list", "source.list", {}),
        ("출처 추가 https://n.example/rss", "source.add", {"url": "https://n.example/rss"}),
        ("출처 remove 3", "source.remove", {"source": "3"}),
        ("설정", "news.settings", {}),
        ("설정 언어 en", "news.settings", {"language": "en"}),
        ("설정 조용한시간 23:00-07:00", "news.settings", {"quiet": "23:00-07:00"}),
        ("settings managers @minji", "news.settings", {"managers": "@minji"}),
        ("상태", "news.status", {}),
        ("", "news.help", {}),
        ("도움말 문법", "news.help", {"topic": "grammar"}),
    ],
)
def test_a_line_of_chat_becomes_a_command(line, name, arguments):
    call = parse(line)

    assert (call.name, dict(call.arguments)) == (name, arguments)


@pytest.mark.parametrize(
    ("word", "suggestion"), [("구둑", "구독"), ("sarch", "search"), ("목룩", "목록"), ("xyzzyq", "")]
)
def test_an_unknown_word_gets_the_nearest_command(word, suggestion):
    with pytest.raises(UserMistake) as caught:
        parse(f"{word} LG전자")

    assert caught.value.key == "command.unknown"
    assert caught.value.values == {"word": word, "suggestion": suggestion}
    assert nearest(word) == suggestion


@pytest.mark.parametrize(
    ("line", "key"),
    [("출처", "command.source_verb"), ("출처 얍", "command.source_verb"), ("설정 소리 크게", "command.setting")],
)
def test_a_line_that_lacks_a_word_says_which(line, key):
    with pytest.raises(UserMistake, match=key):
        parse(line)


@pytest.mark.parametrize("text", ["12", "#12", " #12 ", "＃12".replace("＃", "#"), "１２"])
def test_a_number_may_carry_its_sign(text):
    assert number(text) == 12


@pytest.mark.parametrize("text", ["", "열둘", "-1", "1.5", "1" * 10, "#"])
def test_anything_else_is_no_number(text):
    with pytest.raises(UserMistake, match=r"command\.number"):
        number(text)


def test_every_command_has_words_in_both_languages_and_whoever_writes_needs_standing():
    assert len(BY_NAME) == len(COMMANDS)
    for command in COMMANDS:
        assert len(command.words) >= 2
        if command.changes and command.name not in {"news.me", "news.settings"}:
            assert command.needs >= Standing.MANAGER
