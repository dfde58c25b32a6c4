import pytest

from bot.core.watch_form import compose


@pytest.mark.parametrize(
    ("expression", "exclude", "outlets", "composed"),
    [
        ("LG전자", "", "", "LG전자"),
        ("LG전자", "채용", "", "LG전자 -채용"),
        ('LG전자, "AI 연구소"', "채용", "", 'LG전자 -채용, "AI 연구소" -채용'),
        ("기아", "난민, 기아 타이거즈\n-체험", "", '기아 -난민 -"기아 타이거즈" -체험'),
        ("기아", '"기아, 타이거즈"', "", '기아 -"기아, 타이거즈"'),
        (
            "한화 +(방산, 수주)",
            "",
            "연합뉴스, -더구루, 한국 경제",
            '한화 +(방산, 수주) 매체:연합뉴스 -매체:더구루 매체:"한국 경제"',
        ),
        ('"닫지 않은', "채용", "", '"닫지 않은 -채용'),
        ("", "채용", "", ""),
        (" , ", "", "", ""),
        ("LG，삼성", "", "", "LG, 삼성"),
    ],
)
def test_the_fields_become_one_expression(expression, exclude, outlets, composed):
    assert compose(expression, exclude=exclude, outlets=outlets) == composed
