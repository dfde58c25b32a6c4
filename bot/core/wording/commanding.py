"""Commands: their answers and mistakes."""

TEXTS: dict[str, tuple[str, str]] = {
    "command.unknown": (
        "'{word}'{word!p:은/는} 모르는 명령이에요. 도움말을 보세요",
        "'{word}' is no command I know. See help",
    ),
    "command.unknown_near": (
        "'{word}'{word!p:은/는} 모르는 명령이에요. '{suggestion}'{suggestion!p:을/를} 찾으셨나요?",
        "'{word}' is no command I know. Did you mean '{suggestion}'?",
    ),
    "command.source_verb": (
        "출처 뒤에는 add, list, pause, resume, remove, check 가운데 하나를 적어 주세요. 예: 출처 add https://example.com/rss.xml",
        "After source, write add, list, pause, resume, remove or check. For example: source add https://example.com/rss.xml",
    ),
    "command.number": (
        "'{text}'{text!p:은/는} 번호가 아니에요. 목록에 보이는 번호를 적어 주세요 (예: 12)",
        "'{text}' is no number. Write the number that the list shows (for example 12)",
    ),
    "command.setting": (
        "'{word}'{word!p:은/는} 모르는 설정이에요. 언어, 조용한시간, 관리자 가운데 하나를 적어 주세요",
        "'{word}' is no setting I know. Write language, quiet or managers",
    ),
}
