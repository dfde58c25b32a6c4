import pytest

from bot.render.discord_limits import size, violations


def a_payload(**changes):
    return {"content": "글", "embeds": [], "components": [], **changes}


def with_embed(**embed):
    return a_payload(embeds=[embed])


def with_controls(*rows):
    return a_payload(components=[{"type": 1, "components": list(row)} for row in rows])


def a_button(**changes):
    return {"type": 2, "style": 2, "label": "왜?", "custom_id": "w1:why:1", **changes}


def a_select(**changes):
    options = [{"label": "하나", "value": "1"}]
    return {"type": 3, "custom_id": "w1:mute:1", "placeholder": "음소거", "options": options, **changes}


@pytest.mark.parametrize(
    "payload",
    [
        a_payload(content="가" * 2000),
        with_embed(title="가" * 256, url="https://n.example/", description="가" * 4096),
        with_embed(fields=[{"name": "가", "value": "나"}] * 25),
        with_embed(image={"url": "https://n.example/1.png"}),
        a_payload(content="", attachments=[{"id": 0, "description": "그림"}]),
        with_controls([a_button(custom_id=f"w1:{n}:1") for n in range(5)], [a_select()]),
    ],
)
def test_what_is_just_within_the_limits_passes(payload):
    assert violations(payload) == ()


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (a_payload(content="가" * 2001), "content: 2001 of at most 2000"),
        (a_payload(content="😀" * 1001), "content: 2002 of at most 2000"),
        (a_payload(content=" "), "nothing to show"),
        (a_payload(nonce="n" * 26), "nonce is too long"),
        (a_payload(embeds=[{"title": "가"}] * 11), "11 embeds"),
        (a_payload(embeds=[{"description": "가" * 3001}] * 2), "6002 characters in embeds"),
        (a_payload(embeds=[{"title": "가", "url": "https://n.example/"}] * 2), "two embeds with one url"),
        (a_payload(attachments=[{"description": "가" * 1025}]), "alt text: 1025"),
        (with_embed(title="가" * 257), "title: 257"),
        (with_embed(description="가" * 4097), "description: 4097"),
        (with_embed(author={"name": "가" * 257}), "author: 257"),
        (with_embed(footer={"text": "가" * 2049}), "footer: 2049"),
        (with_embed(fields=[{"name": "가", "value": "나"}] * 26), "26 fields"),
        (with_embed(fields=[{"name": "", "value": "나"}]), "field name is empty"),
        (with_embed(fields=[{"name": "가", "value": "나" * 1025}]), "field value: 1025"),
        (with_embed(title="가", url="javascript:alert(1)"), "embed url is no web address"),
        (with_embed(title="가", url="https://n.example/" + "a" * 2048), "embed url: 2066"),
        (with_embed(image={"url": "file:///etc"}), "image url is no web address"),
        (with_embed(description=""), "an empty embed"),
        (with_controls(*[[a_button(custom_id=f"w1:{n}:1")] for n in range(6)]), "6 rows"),
        (with_controls([]), "a row without controls"),
        (with_controls([a_button(custom_id=f"w1:{n}:1") for n in range(6)]), "6 controls in a row"),
        (with_controls([a_select(), a_button()]), "2 controls in a row"),
        (with_controls([a_button(), a_button()]), "a custom_id twice"),
        (with_controls([a_button(custom_id="a" * 101)]), "custom_id: 101"),
        (with_controls([a_button(custom_id="")]), "custom_id is empty"),
        (with_controls([a_button(label="가" * 81)]), "button label: 81"),
        (with_controls([{"type": 2, "style": 5, "label": "기사", "url": "https://" + "a" * 512}]), "button url: 520"),
        (with_controls([a_select(options=[])]), "0 options"),
        (with_controls([a_select(options=[{"label": "가", "value": "1"}] * 2)]), "an option twice"),
        (with_controls([a_select(options=[{"label": "가" * 101, "value": "1"}])]), "option label: 101"),
        (with_controls([a_select(options=[{"label": "가", "value": ""}])]), "option value is empty"),
        (with_controls([a_select(placeholder="가" * 151)]), "placeholder: 151"),
    ],
)
def test_what_discord_refuses_is_named(payload, problem):
    (found,) = [each for each in violations(payload) if each.startswith(problem)]

    assert found


def test_an_emoji_counts_as_two():
    assert (size("가😀"), size("")) == (3, 0)
