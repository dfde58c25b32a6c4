"""Watch expressions: mistakes in them, why a candidate was refused."""

TEXTS: dict[str, tuple[str, str]] = {
    "watch.empty": (
        '키워드가 비었어요 ({position}번째 글자). 예: LG전자, "AI 연구소" -채용',
        'There is no keyword (character {position}). For example: LG전자, "AI 연구소" -채용',
    ),
    "watch.part_empty": (
        "쉼표 앞뒤에 찾을 말이 없어요 ({position}번째 글자)",
        "Nothing stands beside the comma (character {position})",
    ),
    "watch.nothing_wanted": (
        "제외어나 조건만으로는 구독할 수 없어요 ({position}번째 글자). 찾을 말을 먼저 적어 주세요",
        "There are only conditions here and nothing to look for (character {position})",
    ),
    "watch.two_words": (
        '"{phrase}" 또는 {first} {rest:으로/로} 적어 주세요 ({position}번째 글자)',
        'Write "{phrase}" or {first} {rest} (character {position})',
    ),
    "watch.two_terms": (
        "{first} {rest:으로/로} 적어 주세요 ({position}번째 글자)",
        "Write {first} {rest} (character {position})",
    ),
    "watch.contradiction": (
        "{term:을/를} 찾으면서 빼면 아무것도 찾지 못해요 ({position}번째 글자)",
        "Looking for {term} and refusing it finds nothing (character {position})",
    ),
    "watch.space_missing": (
        "'{sign}' 앞을 띄어 써 주세요 ({position}번째 글자)",
        "Put a space before '{sign}' (character {position})",
    ),
    "watch.sign_alone": (
        "'{sign}' 바로 뒤에 낱말을 붙여 적어 주세요 ({position}번째 글자)",
        "Write a word right behind '{sign}' (character {position})",
    ),
    "watch.prefix_alone": (
        "{prefix} 뒤에 적을 말이 없어요 ({position}번째 글자)",
        "Nothing stands behind {prefix} (character {position})",
    ),
    "watch.plus_outlet": (
        "매체는 + 없이 매체:이름 꼴로 적어 주세요 ({position}번째 글자)",
        "Write outlet:name without + (character {position})",
    ),
    "watch.sense_unknown": (
        "뜻:회사만 쓸 수 있어요 ({position}번째 글자)",
        "Only sense:org is known (character {position})",
    ),
    "watch.bracket_open": (
        "괄호가 닫히지 않았어요 ({position}번째 글자)",
        "A bracket is not closed (character {position})",
    ),
    "watch.bracket_close": (
        "닫는 괄호만 있어요 ({position}번째 글자)",
        "A bracket is closed that was never opened (character {position})",
    ),
    "watch.bracket_inside": (
        "괄호는 낱말 안에 쓸 수 없어요. 따옴표로 묶어 주세요 ({position}번째 글자)",
        "A bracket cannot stand inside a word; put quotes around it (character {position})",
    ),
    "watch.quote_open": (
        "따옴표가 닫히지 않았어요 ({position}번째 글자)",
        "A quote is not closed (character {position})",
    ),
    "watch.quote_inside": (
        "따옴표는 띄어 쓴 뒤에 시작해 주세요 ({position}번째 글자)",
        "A quote must begin after a space (character {position})",
    ),
    "watch.star_inside": (
        "*는 낱말 맨 끝에만 쓸 수 있어요 ({position}번째 글자)",
        "* can only stand at the end of a word (character {position})",
    ),
    "watch.star_after_phrase": (
        "따옴표 뒤에는 *를 쓸 수 없어요 ({position}번째 글자)",
        "* cannot follow a quote (character {position})",
    ),
    "watch.exact_and_prefix": (
        "=와 *는 함께 쓸 수 없어요 ({position}번째 글자)",
        "= and * cannot stand together (character {position})",
    ),
    "watch.no_letters": (
        "글자나 숫자가 있는 낱말을 적어 주세요 ({position}번째 글자)",
        "Write a word with letters or digits (character {position})",
    ),
    "watch.term_long": (
        "낱말이 너무 길어요: {limit}자까지 쓸 수 있어요 ({position}번째 글자)",
        "This word is too long: the limit is {limit} characters (character {position})",
    ),
    "watch.too_many": (
        "낱말이 너무 많아요: {limit}개까지 쓸 수 있어요 ({position}번째 글자)",
        "Too many words: the limit is {limit} (character {position})",
    ),
    "watch.too_long": (
        "구독식이 너무 길어요: {limit}자까지 쓸 수 있어요 ({position}번째 글자)",
        "The expression is too long: the limit is {limit} characters (character {position})",
    ),
    "watch.bad_character": (
        "쓸 수 없는 문자가 들어 있어요 ({position}번째 글자)",
        "There is a character that cannot be used (character {position})",
    ),
    "watch.line": ("{line}번째 줄: {mistake}", "Line {line}: {mistake}"),
    "match.no_json": ("JSON이 아닌 줄이에요", "This line is no JSON"),
    "match.no_object": (
        '{{"id": …, "title": …}} 꼴의 줄이 아니에요',
        'This line is not of the form {{"id": …, "title": …}}',
    ),
    "match.no_id": ("id가 없어요", "There is no id"),
    "match.no_text": ("{field:이/가} 문자열이 아니에요", "{field} is no string"),
    "near.gap": (
        "띄어쓰기나 기호를 지워야만 나오는 글자예요",
        "These letters only meet when spaces or signs are left out",
    ),
    "near.before": (
        "앞에 '{glued}'{glued!p:이/가} 붙어 있어 다른 낱말이에요",
        "It is another word: '{glued}' is glued on before it",
    ),
    "near.after": (
        "뒤에 '{glued}'{glued!p:이/가} 붙어 있어 다른 낱말이에요",
        "It is another word: '{glued}' is glued on behind it",
    ),
    "near.form": (
        "뒤의 '{glued}'{glued!p:은/는} 이 낱말에 붙는 조사 모양이 아니에요",
        "'{glued}' behind it is not the form that a particle takes after this word",
    ),
    "near.unit": (
        "숫자 뒤의 '{glued}'{glued!p:은/는} 단위로 읽혀요",
        "'{glued}' behind a number reads as a unit",
    ),
    "near.number": (
        "더 긴 숫자의 일부예요",
        "It is part of a longer number",
    ),
    "near.joined": (
        "'{sign}'{sign!p:으로/로} 이어진 이름의 일부예요",
        "It is part of a name joined by '{sign}'",
    ),
    "near.address": (
        "메일이나 웹 주소의 일부예요",
        "It is part of a mail or web address",
    ),
    "near.quoted": (
        "인용 뒤에 붙은 조사 '{particle}'{particle!p:으로/로} 읽혀요",
        "After a closing quote '{particle}' reads as a particle",
    ),
    "near.region": (
        "지역 이름이에요 ('도'까지가 이름)",
        "It is the name of a province (with 도)",
    ),
    "near.road": (
        "길 이름이에요 ('대로'까지가 이름)",
        "It is the name of a road (with 대로)",
    ),
    "near.people": (
        "사람을 뜻하는 '인'이 붙은 낱말이에요",
        "With 인 it names a people",
    ),
    "near.longer": (
        "글자만 같고 뜻이 다른 더 긴 낱말의 일부예요",
        "It is part of a longer word that only begins with the same letters",
    ),
    "near.byline": (
        "기사를 쓴 기자 이름의 일부예요",
        "It is part of the reporter's name",
    ),
    "near.verb": (
        "'{glued}'{glued!p:이/가} 붙은 동사로 읽혀요",
        "With '{glued}' it reads as a verb",
    ),
    "near.not_exact": (
        "= 로 찾는 말에는 아무것도 붙어 있으면 안 돼요",
        "Nothing may be glued to a word that is looked for with =",
    ),
    "near.other_letters": (
        "'{given}'{given!p:은/는} 글자나 대소문자가 달라요",
        "'{given}' has other letters or another case",
    ),
    "near.not_in_title": (
        "제목에만 찾도록 했어요",
        "Only titles are searched",
    ),
    "near.missing": (
        "함께 있어야 할 {needed:이/가} 기사에 없어요",
        "The article lacks {needed}, which must also stand in it",
    ),
    "near.refused": (
        "빼기로 한 {term:이/가} 기사에 있어요",
        "The article contains {term}, which was refused",
    ),
    "near.covered": (
        "빼기로 한 {phrase}의 일부예요",
        "It is part of {phrase}, which was refused",
    ),
    "near.other_outlet": (
        "고른 매체가 아니에요 ({outlet})",
        "It is not one of the chosen outlets ({outlet})",
    ),
    "near.refused_outlet": (
        "빼기로 한 매체예요 ({outlet})",
        "The outlet was refused ({outlet})",
    ),
    "near.sense": (
        "문맥이 회사나 기관을 말하지 않아요",
        "The context does not speak of the organisation",
    ),
}
