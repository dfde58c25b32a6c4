"""Each limit of Slack: what just fits passes, one more is refused, with Slack's error and the place of it."""

from typing import Any

import pytest

from bot.render.slack_limits import Problem, escaped_length, message_problems, view_problems, weight


def plain(text: str = "글") -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(**fields: Any) -> dict[str, Any]:
    return {"type": "section", "text": plain()} | fields


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def button(**fields: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain()} | fields


def menu(count: int = 1, *, kind: str = "static_select", label: str = "글", value: str = "v") -> dict[str, Any]:
    return {"type": kind, "options": [{"text": plain(label), "value": value}] * count}


def rich(*elements: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}


def table(*rows: list[str], kind: str = "raw_text") -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": kind, "text": cell} for cell in row] for row in rows]}


def image(**fields: Any) -> dict[str, Any]:
    return {"type": "image", "image_url": "https://i.example/1.png", "alt_text": "그림"} | fields


def said(*blocks: dict[str, Any]) -> tuple[Problem, ...]:
    return message_problems({"text": "글", "blocks": list(blocks)})


FITS = [
    section(text={"type": "mrkdwn", "text": "가" * 3_000}),
    section(fields=[plain("가" * 300)] * 10),
    section(accessory=image()),
    {"type": "header", "text": plain("가" * 150)},
    {"type": "context", "elements": [plain(), image()] * 5},
    actions(*[button(action_id=f"a{number}") for number in range(25)]),
    actions(button(text=plain("가" * 75), value="v" * 2_000, url="https://a.example", style="primary")),
    actions(menu(100)),
    actions(menu(1, label="가" * 75, value="v" * 150), menu(10, kind="radio_buttons"), menu(5, kind="overflow")),
    image(image_url="https://i.example/" + "x" * 2_900),
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "그림"},
    rich({"type": "text", "text": "글"}, {"type": "link", "url": "http://a.example", "text": "글"}),
    rich({"type": "date", "timestamp": 1, "format": "{date}"}),
    table(*[["가"] * 20] * 100),
    {"type": "divider"},
]

REFUSED = [
    (section(text=plain("가" * 3_001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    (section(text=plain("")), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (section(text={"type": "plain_text", "text": 7}), "must be a string [json-pointer:/blocks/0/text/text]"),
    (section(text={"type": "html", "text": "글"}), "unsupported type [json-pointer:/blocks/0/text/type]"),
    ({"type": "section"}, "section needs text or fields"),
    (section(fields=[plain()] * 11), "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    (section(fields=[plain("가" * 2_001)]), "2001 characters [json-pointer:/blocks/0/fields/0/text]"),
    (section(block_id="b" * 256), "/blocks/0/block_id"),
    ({"type": "header", "text": plain("가" * 151)}, "must be less than 151"),
    (
        {"type": "header", "text": {"type": "mrkdwn", "text": "글"}},
        "unsupported type [json-pointer:/blocks/0/text/type]",
    ),
    ({"type": "header"}, "missing required field"),
    ({"type": "context", "elements": [plain()] * 11}, "no more than 10"),
    ({"type": "context", "elements": []}, "no fewer than 1"),
    (actions(*[button()] * 26), "no more than 25"),
    (actions(), "no fewer than 1"),
    (actions(button(action_id="a"), button(action_id="a")), "action_id already exists"),
    (actions(button(action_id="a" * 256)), "/elements/0/action_id"),
    (actions(button(text=plain("가" * 76))), "/elements/0/text/text"),
    (actions(button(value="v" * 2_001)), "/elements/0/value"),
    (actions(button(url="ftp://a.example")), "must be a valid URL"),
    (actions(button(url="https://" + "a" * 3_000)), "must be less than 3001"),
    (actions(button(style="red")), "unsupported style"),
    (actions(button(accessibility_label="가" * 76)), "accessibility_label"),
    (actions(menu(101)), "no more than 100"),
    (actions(menu(0)), "no fewer than 1"),
    (actions(menu(11, kind="radio_buttons")), "no more than 10"),
    (actions(menu(6, kind="overflow")), "no more than 5"),
    (actions(menu(label="가" * 76)), "/options/0/text/text"),
    (actions(menu(value="v" * 151)), "/options/0/value"),
    (actions(menu() | {"placeholder": plain("가" * 151)}), "/placeholder/text"),
    (actions({"type": "slider"}), "unsupported type [json-pointer:/blocks/0/elements/0/type]"),
    (image(image_url="https://" + "i" * 3_000), "/blocks/0/image_url"),
    (image(alt_text=""), "/blocks/0/alt_text"),
    (image(alt_text="가" * 2_001), "/blocks/0/alt_text"),
    ({"type": "image", "alt_text": "그림"}, "image_url or slack_file"),
    ({"type": "rich_text", "elements": []}, "no fewer than 1"),
    (rich(), "no fewer than 1"),
    (rich({"type": "text", "text": ""}), "must be more than 0"),
    (rich({"type": "link", "url": "x", "text": "글"}), "must be a valid URL"),
    (rich({"type": "user", "user_id": "U1"}), "unsupported type"),
    (rich({"type": "date", "timestamp": "1", "format": "{date}"}), "must be an integer"),
    (rich({"type": "text", "text": "글"}, kind="rich_text_box"), "unsupported type"),
    (
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": [rich()["elements"][0]]}]},
        "/blocks/0/elements/0/elements/0/elements",
    ),
    (table(*[["가"]] * 101), "no more than 100"),
    (table(["가"] * 21), "no more than 20"),
    (table(["가" * 5_001, "가" * 5_000]), "less than 10001"),
    (table([""]), "must be more than 0"),
    (table(["가"], kind="raw_number"), "unsupported type"),
    ({"type": "carousel"}, "unsupported type [json-pointer:/blocks/0/type]"),
]


@pytest.mark.parametrize("block", FITS, ids=lambda block: block["type"])
def test_what_just_fits_passes(block: dict[str, Any]):
    assert said(block) == ()


@pytest.mark.parametrize(("block", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_one_more_is_refused_with_its_place(block: dict[str, Any], reason: str):
    problems = said(block)

    assert {problem.error for problem in problems} == {"invalid_blocks"}
    assert any(reason in problem.reason for problem in problems), problems


def test_a_message_needs_text_or_blocks():
    assert [each.error for each in message_problems({})] == ["no_text"]
    assert message_problems({"text": "글"}) == ()


def test_the_top_level_text_has_its_own_limit():
    assert message_problems({"text": "가" * 4_000}) == ()
    assert [each.error for each in message_problems({"text": "가" * 4_001})] == ["msg_too_long"]


def test_a_message_has_at_most_fifty_blocks_with_ids_of_their_own():
    assert said(*[section()] * 50) == ()
    assert "no more than 50" in said(*[section()] * 51)[0].reason
    assert "block_id already exists" in said(section(block_id="b"), section(block_id="b"))[0].reason


def test_a_message_has_one_table():
    assert [each.reason for each in said(table(["가"]), table(["나"]))] == [
        "only_one_table_allowed [json-pointer:/blocks]"
    ]


def test_all_blocks_together_are_weighed_escaped_and_headers_weigh_more():
    assert escaped_length("a&<>") == len("a&amp;&lt;&gt;")
    assert weight([{"type": "header", "text": plain("가나")}]) == 102
    assert weight([section(text=plain("&"))]) == 5
    assert said(*[section(text=plain("가" * 3_000))] * 4) == ()
    assert [each.error for each in said(*[section(text=plain("가" * 3_000))] * 4, section())] == ["msg_blocks_too_long"]


def modal(**fields: Any) -> dict[str, Any]:
    field = {"type": "input", "label": plain(), "hint": plain(), "element": {"type": "plain_text_input"}}
    view = {"type": "modal", "title": plain("가" * 24), "submit": plain(), "close": plain(), "blocks": [field] * 100}
    return view | fields


def test_a_full_modal_and_a_full_home_tab_pass():
    assert view_problems(modal(private_metadata="m" * 3_000, callback_id="c" * 255)) == ()
    assert view_problems({"type": "home", "blocks": [section()] * 100}) == ()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "page"}, "unsupported view type"),
        ({"title": plain("가" * 25)}, "/view/title/text"),
        ({"submit": plain("가" * 25)}, "/view/submit/text"),
        ({"close": plain("가" * 25)}, "/view/close/text"),
        ({"private_metadata": "m" * 3_001}, "/view/private_metadata"),
        ({"callback_id": "c" * 256}, "/view/callback_id"),
        ({"blocks": [section()] * 101}, "no more than 100 items allowed [json-pointer:/view/blocks]"),
        ({"blocks": [{"type": "input", "label": plain("가" * 2_001), "element": menu()}]}, "/view/blocks/0/label/text"),
    ],
)
def test_a_view_beyond_a_limit_is_refused_with_its_place(fields: dict[str, Any], reason: str):
    problems = view_problems(modal(**fields))

    assert {problem.error for problem in problems} == {"invalid_arguments"}
    assert any(reason in problem.reason for problem in problems), problems


def test_a_modal_with_fields_needs_a_button_that_sends_them():
    view = modal()
    del view["submit"]

    assert [each.reason for each in view_problems(view)] == [
        "a view with inputs needs submit [json-pointer:/view/submit]"
    ]
