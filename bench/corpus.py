"""Korean business news that nobody wrote: sentences put together from parts, with names that companies might have."""

import random
import re
from collections.abc import Callable, Mapping, Sequence

from bot.core.wording import particle

_SYLLABLES = (
    "가각간갈감강개건경계고곡공과관광교구국군권규근금기길김나남내노농누다단달담당대덕도독동두라래려로록루류리린림마만말망매명모목무문미민"
    "바박반방배백범법변별병보복본봉부북분비빈사산삼상새서석선설성세소손송수숙순승시식신실심아안암애야양어언여연영예오옥온완왕요용우운원월유육윤"
    "은을의이익인일임자작잔장재전절정제조종주준중지직진차창채천철청초총최추춘충치칠타탁탄태토통파판평포표풍필하학한함해향허혁현형혜호홍화환황회효후훈휘희"
)
_TAILS = """
    전자 바이오 홀딩스 제약 화학 건설 증권 캐피탈 물산 상사 중공업 조선 해운 항공 식품 유통 통신 반도체 디스플레이 에너지 솔루션
    소프트 게임즈 엔터테인먼트 미디어 로보틱스 모빌리티 배터리 머티리얼즈 헬스케어 생명과학 자산운용 저축은행 보험 카드 페이
    네트웍스 시스템즈 인터내셔널 글로벌 산업 정밀 기계 철강 시멘트 제지 섬유 화장품 리테일 로지스틱스
"""
_TOPICS = """
    영업이익 매출 수주 실적 배당 자사주 지분 공장 신제품 합작법인 특허 임상시험 공급계약 인수합병 유상증자 노사협상 수출
    생산능력 연구개발 전기차 이차전지 데이터센터 클라우드 인공지능 신약 원전 방산 조선업황 반도체주 목표주가
"""
_VERBS = """
    확대했다고 밝혔다 | 줄였다고 공시했다 | 늘릴 계획이다 | 검토하고 있다 | 발표했다 | 마무리했다 | 추진한다 | 두 배로 끌어올렸다 |
    전년 동기보다 12.4% 늘었다 | 시장 기대치를 웃돌았다 | 부진에서 벗어났다 | 이사회에서 의결했다
"""
_SENTENCES = (
    "{name:은/는} {date} {topic:을/를} {verb}.",
    "업계에 따르면 {name:이/가} {noun}에 새 공장을 짓고 {topic:을/를} {verb}.",
    "“{topic:은/는} 올해 안에 결론이 날 것”이라고 {name} 관계자 {noun:은/는} 말했다.",
    "증권사들은 {name}의 {topic:이/가} 하반기에 나아질 것으로 내다봤다.",
    "한편 {name:과/와} {other:은/는} {noun} {topic} 분야에서 손을 잡는다.",
    "{noun} 지역 협력사들은 {noun} 물량이 줄어 {noun:을/를} 겪고 있다고 호소했다.",
    "정부는 {noun} 개정안을 다음 달 {noun}에 낼 예정이며 {noun} 의견을 더 듣기로 했다.",
    "{noun} 전문가들은 {noun:과/와} {noun:이/가} {topic}에 미치는 영향을 {noun:으로/로} 지켜봐야 한다고 조언했다.",
    "{name}({code}) 주가는 전 거래일보다 2.1% 오른 4만5천원에 거래를 마쳤다.",
    "{noun} 측은 {noun:을/를} 늘리고 {noun:을/를} 새로 뽑아 {noun}에 대응하겠다는 방침이다.",
    "앞서 {name:은/는} {noun} 같은 기간에도 {noun} 문제로 {noun:을/를} 받은 바 있다.",
    "{noun}에서는 {noun:을/를} 둘러싼 {noun:이/가} 갈수록 {noun} 모습이다.",
)


def names(count: int, seed: int = 1) -> list[str]:
    """Distinct names of companies: as varied as a real list, so that the automaton is as large and as cold."""
    chance = random.Random(seed)
    tails, topics = _TAILS.split(), _TOPICS.split()
    known: dict[str, None] = {}
    while len(known) < count:
        kind = chance.random()
        head = _coined(chance, chance.choice((2, 2, 3)))
        if kind < 0.15:
            name = _coined(chance, chance.choice((3, 4)))
        elif kind < 0.75:
            name = head + chance.choice(tails)
        elif kind < 0.85:
            name = f"{head} {chance.choice(topics)}"
        elif kind < 0.95:
            name = "".join(chance.choices("ABCDEFGHJKLMNPRST", k=chance.randint(2, 4))) + chance.choice(tails)
        else:
            name = head + _coined(chance, 2) + chance.choice(tails)
        known[name] = None
    return list(known)


def _coined(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(_SYLLABLES, k=length))


def articles(count: int, watched: Sequence[str], *, mentions: int, seed: int = 2) -> list[str]:
    """Articles of about 1,100 characters, the median of real ones; each mentions some watched names, often twice."""
    chance = random.Random(seed)
    nouns = [_coined(chance, chance.choice((2, 2, 2, 3, 4))) for _ in range(20_000)]
    unwatched = names(500, seed=99)
    return [_article(chance, [chance.choice(watched) for _ in range(mentions)], unwatched, nouns) for _ in range(count)]


def _article(chance: random.Random, cast: list[str], unwatched: list[str], nouns: list[str]) -> str:
    topics, verbs = _TOPICS.split(), [" ".join(verb.split()) for verb in _VERBS.split("|")]
    sentences: list[str] = []
    length = 0
    target = int(min(6_000, max(800, chance.lognormvariate(7.0, 0.35))))
    while length < target:
        values: dict[str, Callable[[], str]] = {
            "name": lambda: chance.choice(cast if chance.random() < 0.5 else unwatched),
            "other": lambda: chance.choice(unwatched),
            "noun": lambda: chance.choice(nouns),
            "topic": lambda: chance.choice(topics),
            "verb": lambda: chance.choice(verbs),
            "date": lambda: f"{chance.randint(1, 28)}일",
            "code": lambda: f"{chance.randint(0, 999999):06d}",
        }
        sentences.append(_fill(chance.choice(_SENTENCES), values))
        length += len(sentences[-1]) + 1
    return " ".join(sentences)


def _fill(template: str, values: Mapping[str, Callable[[], str]]) -> str:
    """Each `{name:은/는}` gets a value of its own and the particle that fits it."""

    def one(found: re.Match[str]) -> str:
        value = values[found[1]]()
        return value + (particle(value, found[2], found[3]) if found[2] else "")

    return re.sub(r"\{(\w+)(?::(\w+)/(\w+))?\}", one, template)
