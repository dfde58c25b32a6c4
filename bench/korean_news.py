"""A stream of made-up Korean articles with copies and near-misses, for measuring only. Every sentence is ours.

What is in it (`stream(seed, clusters)`), all drawn from one seeded generator:
- *events*: an article of 8 to 14 paragraphs about one act of one company (or town, court, club); many share the company
  and its stock paragraph with other events, so "same company, different event" is frequent;
- *daily templates*: market close, exchange rate, weather, baseball, fuel prices, lottery, road accidents: the same
  sentences each day with other numbers. One day's bulletin is copied like any article; another day's is another story;
- *copies*: other outlet furniture (byline, reporter, mail, copyright, ranking list), headline left, marked, cut,
  quoted, a word dropped or wholly re-titled, 0 to 50 % of the paragraphs cut, words changed, an alien paragraph added;
- *follow-ups*: a later stage of an event (withdrawn, approved, settled): new text, one background paragraph in common.
The truth is the cluster: the event, or the day's bulletin.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.news import Article

START = datetime(2026, 3, 2, tzinfo=UTC)
COMPANIES = (
    "한빛전자 가온중공업 누리에너지 다솔바이오 라온모터스 마루건설 바른식품 새솔화학 아람통신 자람제약 차오름항공 "
    "큰들유통 토담주택 푸른해운 하늘소프트 은하반도체 별내철강 솔빛디스플레이 온새미로보틱스 미르금융 "
    "나래물류 도담게임즈 다온증권 벼리은행 초롱엔터테인먼트 여울섬유 단비보험 해밀조선 이든의료기기 한울원자력"
).split()
PLACES = "서울 부산 대구 인천 광주 대전 울산 세종 수원 창원 전주 청주 춘천 강릉 포항 여수 목포 제주 평택 구미 원주 군산 김해 천안 아산".split()
COUNTRIES = "미국 일본 베트남 인도 폴란드 독일 캐나다 호주 인도네시아 멕시코 체코 사우디아라비아 브라질 튀르키예".split()
FAMILY = "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 홍".split()
GIVEN = "민수 지영 현우 서연 도현 하은 준호 수빈 태윤 예린 성훈 미경 재석 은주 동하 나래 상민 보라 영훈 진아".split()
TOPICS = (
    "전고체 배터리|수소 연료전지|고대역폭 메모리|위암 신약|자율주행 센서|해상풍력 설비|물류 로봇|초거대 언어모델|친환경 선박|"
    "바이오 시밀러|양자 암호 장비|도심 항공 기체|스마트 공장|냉동 간편식|저궤도 위성 안테나|폐배터리 재활용|의료 영상 판독기|"
    "데이터센터 냉각 설비|전기 버스|항공 엔진 부품|반도체 유리 기판|철근 없는 교량|식물성 단백질|게임 신작|소형 원자로"
).split("|")
OUTLETS = [f"{a}{b}" for a in "한길 새벽 나라 서해 중원 동녘 참빛 미래".split() for b in "일보 경제 뉴스 타임스 신문".split()]
ADVERBS = "현재 앞서 이날 한편 아울러 특히 이어 이에".split()
ENDINGS = ("밝혔다", "말했다", "설명했다", "전했다", "강조했다", "덧붙였다")

# act: (headline, re-titled headline, key sentences); slots are filled once an event.
ACTS = (
    ("{c}, {k}에 {t} 공장 짓는다…{n}억원 투자", "{n}억 들여 {k} 간다…{c}의 {t} 승부수",
     ("{c}{은} {k}에 {t} 생산 공장을 새로 짓기로 하고 모두 {n}억원을 들인다고 {d}일 밝혔다.", "새 공장의 터는 {m}만㎡이며 {y}년 {q}분기부터 제품을 내놓는 것이 목표다.",
      "현지 정부는 법인세를 {s}년 동안 깎아 주고 전력망을 잇는 비용의 {p}%를 대기로 했다.")),
    ("{c} {r}분기 영업이익 {n}억원…전년보다 {p}% 늘어", "{t} 잘 팔린 {c}, 이익 {p}% 껑충",
     ("{c}{은} 지난 {r}분기 연결 기준 영업이익이 {n}억원으로 한 해 전보다 {p}% 늘었다고 {d}일 공시했다.", "매출은 {m}조 {s}천억원으로 시장의 예상을 {q}% 웃돌았다.",
      "{t} 부문이 전체 이익의 절반을 넘게 벌어들였고 환율의 도움은 {h}억원에 그쳤다.")),
    ("{c} 노사, 임금 {p}% 인상 잠정 합의", "파업 문턱서 손잡은 {c} 노사",
     ("{c} 노사가 {w} 사업장에서 열린 {m}차 교섭에서 기본급을 {p}% 올리는 데 잠정 합의했다.", "합의안에는 격려금 {n}만원과 {t} 라인의 교대제 개편이 들어 있다.",
      "노조는 {q}일 조합원 {h}명을 상대로 찬반 투표를 부친다.")),
    ("{c} 새 대표에 {f} 부사장", "{f} 체제 막 오른 {c}…{t}에 무게",
     ("{c}{은} 이사회를 열어 {f} 부사장을 새 대표이사로 내정했다고 {d}일 알렸다.", "{f} 내정자는 {m}년 동안 {t} 사업을 맡아 흑자로 돌려세운 인물로 꼽힌다.",
      "임기는 {y}년 주주총회까지이며 기존 대표는 고문으로 물러난다.")),
    ("{w} {c} 공장서 불…{s}명 다쳐", "{c} {w} 공장 화재 {m}시간 만에 꺼져",
     ("{d}일 오전 {r}시 {m}분께 {w} {c} 공장에서 불이 나 직원 {s}명이 연기를 마셔 병원으로 옮겨졌다.", "불은 {t} 창고 {h}㎡를 태우고 {q}시간 {p}분 만에 잡혔다.",
      "소방 당국은 장비 {x}대와 인원 {n}명을 보내 불길을 막았으며 재산 피해를 조사하고 있다.")),
    ("공정위, {c}에 과징금 {n}억원…{t} 입찰 담합", "{t} 입찰서 짬짜미…{c} 등 {s}곳 제재",
     ("공정거래위원회는 {t} 입찰에서 값을 미리 맞춘 {c} 등 {s}곳에 과징금 {n}억원을 물린다고 {d}일 밝혔다.", "이들은 {y}년부터 {m}차례에 걸쳐 낙찰받을 회사를 정해 둔 것으로 드러났다.",
      "{c}{은} 의결서를 받는 대로 법적 대응을 검토하겠다는 뜻을 내놓았다.")),
    ("{c}, {k} 기업과 {t} 공급 계약…{n}억원 규모", "{k} 문 연 {c}, {t} {m}년치 일감 확보",
     ("{c}{이} {k} 기업과 {t} 공급 계약을 맺었다고 {d}일 공시했다.", "계약 금액은 {n}억원으로 지난해 매출의 {p}%에 이르며 기간은 {y}년까지다.",
      "상대 회사의 이름은 영업 비밀을 이유로 {q}년 뒤에 알리기로 했다.")),
    ("{c}, {w}에 {t} 연구소 열어", "{t} 인재 {h}명 모은다…{c} {w} 연구소 첫발",
     ("{c}{은} {d}일 {w}에서 {t} 연구소 개소식을 열었다.", "연구소는 지상 {s}층 규모로 연구 인력 {h}명이 {q}년 안에 자리를 채운다.",
      "지역 대학 {m}곳과 함께 한 해 {x}명의 석박사를 길러 내는 과정도 두기로 했다.")),
    ("{c} {t} 결함…{n}대 자발적 시정조치", "{n}대 다시 고친다…{c} {t} 문제",
     ("국토교통부는 {c}{이} 만든 {t} 관련 제품 {n}대에서 결함이 드러나 시정조치에 들어간다고 {d}일 밝혔다.", "조립할 때 나사 {m}개가 덜 조여져 진동이 심해질 수 있는 것으로 조사됐다.",
      "{q}일부터 전국 {h}개 서비스 센터에서 값을 받지 않고 고쳐 준다.")),
    ("{c}, {w} 취약계층에 {n}만원 기부", "{w}에 온기 전한 {c} 임직원 {h}명",
     ("{c} 임직원 {h}명이 {d}일 {w}의 복지관 {s}곳을 찾아 {n}만원과 생필품을 건넸다.", "이 행사는 {y}년에 시작해 올해로 {m}번째를 맞았다.",
      "회사는 직원이 낸 돈만큼을 보태는 방식으로 {x}년 동안 나눔을 이어 왔다.")),
)  # fmt: skip
FOLLOWS = (
    ("{c}, {t} 계획 접는다…\"{q}년 뒤 다시 검토\"", "{c}{은} 앞서 알린 {t} 계획을 미루기로 했다고 {d}일 밝혔다. 자금 {n}억원은 빚을 갚는 데 쓴다."),
    ("{c} {t} 사안, 법원 \"{s}월까지 결론\"", "{w}지방법원은 {c}{이} 낸 집행정지 신청을 받아들이며 {s}월까지 결론을 내겠다고 {d}일 밝혔다."),
    ("{w}시, {c} {t} 인허가 {m}개월 만에 승인", "{w}시는 {c}{이} 낸 {t} 관련 인허가 신청을 {m}개월 만에 승인했다고 {d}일 알렸다."),
)  # fmt: skip
# Small talk of a newsroom: opening, link, closing; combined with names and words so that events differ.
REMARKS = (
    "{f} {j}{은} \"{t} 시장은 {y}년까지 해마다 {p}%씩 클 것\"이라며 \"{k}에서 먼저 자리를 잡겠다\"고 {e}.",
    "업계에서는 {k}의 보호 무역이 거세지는 만큼 {t}의 원가를 {p}%포인트 낮추는 일이 급하다고 본다.",
    "{f2} {u} 연구원은 \"{c}의 결정은 {w} 지역 협력사 {x}곳에도 숨통을 틔울 것\"이라고 {e}.",
    "{a} {w}시는 도로와 용수를 대는 데 {h}억원을 마련하고 담당 부서를 따로 꾸리기로 했다.",
    "주가는 {d}일 {p}% 오른 {n}원에 거래를 마쳤고 외국인은 {x}거래일째 사들였다.",
    "시민 단체는 {t} 사업이 환경에 미칠 영향을 {m}개월 넘게 따져 본 뒤에 서둘러도 늦지 않다고 맞섰다.",
    "{k} 언론은 현지 일자리가 {h}개 생길 것으로 내다보며 {f2} {j}의 발언을 머리기사로 다뤘다.",
    "지난해 같은 기간에는 {t} 값이 {p}% 떨어져 관련 회사 {s}곳이 적자를 면치 못했다.",
    "{a} 정부는 {y}년까지 {t} 분야에 {n}억원을 지원하는 방안을 다음 달 내놓을 예정이다.",
    "{f} {j}{은} {u}에서 열린 설명회에서 기자들과 만나 일정이 {q}주쯤 늦춰질 수 있다고 {e}.",
    "회사 안팎에서는 {f2} {j}{이} 이끄는 {t} 조직이 {w}로 옮겨 갈 것이라는 말도 나온다.",
    "신용평가사는 {c}의 차입금이 {n}억원으로 줄어 등급 전망을 '{o}'으로 매겼다.",
)  # fmt: skip
STOCK = {
    c: f"{c} 소개: {c}{{은}} {1950 + 7 * i % 70}년 {PLACES[i % 25]}에서 문을 연 {TOPICS[i % 25]} 전문 기업으로 국내외 {i + 3}개 사업장에서 "
    f"직원 {1000 + 137 * i}명이 일하고 있으며 {TOPICS[(i + 9) % 25]} 분야에서도 이름을 알리고 있다."
    for i, c in enumerate(COMPANIES)
}  # fmt: skip

# Daily bulletins: the sentences stay, the numbers change.
DAILY = (
    ("코스피, {up} 마감…{a}선", "코스피 지수가 {d}일 전 거래일보다 {b}포인트({x}%) {up}한 {a}.{y}에 거래를 마쳤다. 지수는 {b2}포인트 오른 {a2}.{y2}로 출발해 장중 오르내림을 거듭했다. "
     "유가증권시장에서 외국인은 {n}억원어치를 사들였고 기관은 {n2}억원어치를 팔았다. 코스닥 지수는 {b3}포인트 움직인 {k}.{y}로 장을 마감했다. 서울 외환시장에서 원/달러 환율은 {w}.{y}원에 거래됐다."),
    ("원/달러 환율 {w}원 마감", "{d}일 서울 외환시장에서 원/달러 환율은 전날 주간 거래 종가보다 {x}원 {up}한 {w}.{y}원에 주간 거래를 마쳤다. 환율은 {w2}.{y2}원에 출발해 달러화 흐름을 따라 움직였다. "
     "주요 6개국 통화 대비 달러의 가치를 나타내는 달러인덱스는 {i}.{y}을 기록했다. 같은 시각 원/엔 재정환율은 100엔당 {e}.{y}원으로 전날 같은 시각보다 {x2}원 움직였다."),
    ("[내일날씨] {p} 등 전국 {s}", "{d}일은 전국이 {s} {p}에는 {m}㎜ 안팎의 비가 내리겠다. 아침 최저기온은 {l}∼{l2}도, 낮 최고기온은 {h}∼{h2}도로 예보됐다. "
     "미세먼지 농도는 전 권역이 '보통'으로 예상된다. 바다의 물결은 동해 앞바다에서 {v}∼{v2}m, 서해 앞바다에서 {v3}∼{v4}m로 일겠다. 안쪽 먼바다의 파고는 동해 {v5}∼{v6}m로 예상된다."),
    ("프로야구 {p}, {p2} {g}-{g2}로 꺾어", "{p}{이} {d}일 {p3} 야구장에서 열린 2026 프로야구 정규시즌 경기에서 {p2}{을} {g}-{g2}로 눌렀다. {p} 선발 {f}{은} {r}이닝 동안 {t}피안타 {t2}탈삼진 {t3}실점으로 시즌 {t4}승째를 챙겼다. "
     "타선에서는 {f2}{이} {t5}타수 {t6}안타 {t7}타점으로 힘을 보탰다. 이날 경기장에는 관중 {n}명이 들어찼다."),
    ("전국 휘발유 값 L당 {w}원…{x}원 {up}", "한국석유공사 유가정보서비스에 따르면 이번 조사에서 전국 주유소의 휘발유 평균 판매 가격은 L당 {w}.{y}원으로 직전보다 {x}원 {up}했다. 지역별로 가격이 가장 높은 서울은 {w2}.{y2}원, 가장 낮은 {p}{은} {w3}.{y}원이었다. "
     "경유 평균 판매 가격은 {w4}.{y2}원이었다. 국제 유가는 배럴당 {i}.{y}달러를 기록했다."),
    ("로또 {n}회 1등 {t}명…당첨금 {x}억원", "동행복권은 제{n}회 로또복권 추첨에서 '{l}, {l2}, {h}, {h2}, {b}, {b2}'가 1등 당첨 번호로 뽑혔다고 밝혔다. 2등 보너스 번호는 '{b3}'이다. 당첨 번호 6개를 모두 맞힌 1등 당첨자는 {t}명으로 {x}억원씩 받는다. "
     "당첨 번호 5개와 보너스 번호가 일치한 2등은 {t4}명으로 각 {n2}만원씩을 받는다."),
    ("{p}서 차량 {t}대 추돌…{t2}명 부상", "{d}일 오후 {t3}시 {m}분께 {p} {p2}동 도로에서 승용차와 화물차 등 차량 {t}대가 잇따라 부딪쳤다. 이 사고로 승용차 운전자 {f}({h2}) 씨 등 {t2}명이 다쳐 병원으로 옮겨졌다. "
     "경찰은 운전자들의 진술과 블랙박스 영상을 바탕으로 정확한 사고 경위를 조사하고 있다. 도로는 {t4}시간 동안 통제됐다."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article and the cluster it belongs to."""

    article: Article
    cluster: int


def stream(seed: int, clusters: int = 1_600) -> list[Labelled]:
    """Articles in the order of their first sight, over seven days; the same for the same seed."""
    rng = random.Random(seed)
    made: list[Labelled] = []
    for cluster, (title, retitle, paragraphs, at) in enumerate(_texts(rng, clusters)):
        copies = rng.choices((0, 1, 2, 3, 6), (45, 22, 14, 12, 7))[0]
        for turn in range(copies + 1):
            seen = at + timedelta(minutes=rng.expovariate(1 / 90) if turn else 0)
            made.append(Labelled(_article(rng, title, retitle, paragraphs, seen, original=turn == 0), cluster))
    made.sort(key=lambda each: each.article.first_seen)
    return made


def _texts(rng: random.Random, clusters: int) -> Iterator[tuple[str, str, list[str], datetime]]:
    past: list[tuple[dict[str, str], list[str], datetime]] = []
    for _ in range(clusters):
        at = START + timedelta(minutes=rng.uniform(0, 6.5 * 24 * 60))
        kind = rng.random()
        if kind < 0.30:
            title, text = rng.choice(DAILY)
            slots = _numbers(rng, at)
            yield _fill(title, slots), _fill(title, slots), [s + "." for s in _fill(text, slots).rstrip(".").split(". ")], at
        elif kind < 0.42 and past:
            slots, old, before = rng.choice(past)
            slots = {**_event_slots(rng, before), "c": slots["c"], "t": slots["t"], "w": slots["w"]}
            title, lede = rng.choice(FOLLOWS)
            remarks = [_fill(each, _event_slots(rng, before) | {"c": slots["c"]}) for each in rng.sample(REMARKS, 3)]
            paragraphs = [_fill(lede, slots), *remarks, rng.choice(old)]
            yield _fill(title, slots), _fill(title, slots), paragraphs, before + timedelta(hours=rng.uniform(2, 30))
        else:
            slots = _event_slots(rng, at)
            title, retitle, keys = rng.choice(ACTS)
            remarks = [_fill(each, _event_slots(rng, at) | slots_of(slots)) for each in rng.sample(REMARKS, rng.randint(5, 10))]
            paragraphs = [_fill(each, slots) for each in keys] + remarks
            if rng.random() < 0.5:
                paragraphs.append(_fill(STOCK[slots["c"]], slots))
            past.append((slots, paragraphs, at))
            yield _fill(title, slots), _fill(retitle, slots), paragraphs, at


def slots_of(slots: dict[str, str]) -> dict[str, str]:
    return {key: slots[key] for key in "ctw"}


def _event_slots(rng: random.Random, at: datetime) -> dict[str, str]:
    def person() -> str:
        return rng.choice(FAMILY) + rng.choice(GIVEN)

    return {
        "c": rng.choice(COMPANIES), "t": rng.choice(TOPICS), "k": rng.choice(COUNTRIES), "w": rng.choice(PLACES),
        "f": person(), "f2": person(), "j": rng.choice(("대표", "사장", "본부장", "상무", "팀장", "위원장")),
        "u": rng.choice(OUTLETS)[:2] + "증권", "a": rng.choice(ADVERBS), "e": rng.choice(ENDINGS), "o": rng.choice(("긍정적", "안정적")),
        "n": f"{rng.randint(11, 9_800):,}", "m": str(rng.randint(2, 58)), "s": str(rng.randint(2, 12)), "q": str(rng.randint(2, 28)),
        "p": f"{rng.uniform(1, 48):.1f}", "y": str(rng.randint(2027, 2038)), "h": str(rng.randint(13, 990)), "x": str(rng.randint(3, 77)),
        "r": str(rng.randint(1, 4)), "d": str(at.day),
    }  # fmt: skip


def _numbers(rng: random.Random, at: datetime) -> dict[str, str]:
    def number(low: int, high: int) -> str:
        return str(rng.randint(low, high))

    low, high, wave = rng.randint(-5, 9), rng.randint(8, 22), rng.choice(("0.5", "1.0", "1.5"))
    slots = {f"t{i or ''}": number(1, 9) for i in range(8)} | {f"w{i or ''}": number(1_280, 1_790) for i in range(5)}
    slots |= {f"b{i or ''}": number(3, 45) for i in range(4)} | {f"v{i or ''}": rng.choice(("0.5", "1.0", "1.5", "2.0")) for i in range(7)}
    slots |= {f"p{i or ''}": place for i, place in enumerate(("", *rng.sample(PLACES, 3))) if place} | {"p": rng.choice(PLACES)}
    return slots | {
        "d": str(at.day), "up": rng.choice(("상승", "하락")), "a": f"{rng.randint(2500, 5400):,}", "a2": f"{rng.randint(2500, 5400):,}", "x": f"{rng.uniform(0.1, 28):.1f}",
        "x2": f"{rng.uniform(0.1, 9):.2f}", "y": number(10, 99), "y2": number(10, 99), "n": f"{rng.randint(900, 9900):,}", "n2": f"{rng.randint(900, 9900):,}", "k": number(700, 990),
        "i": number(60, 110), "e": number(880, 980), "s": rng.choice(("대체로 흐리고", "구름 많고", "맑다가 흐려져", "차차 맑아지고")), "m": number(5, 59), "l": str(low), "l2": str(low + rng.randint(3, 8)),
        "h": str(high), "h2": str(high + rng.randint(3, 8)), "v": wave, "g": number(5, 14), "g2": number(0, 4), "r": number(5, 8),
        "f": rng.choice(FAMILY) + rng.choice(GIVEN), "f2": rng.choice(FAMILY) + rng.choice(GIVEN),
    }  # fmt: skip


def _article(
    rng: random.Random, title: str, retitle: str, paragraphs: list[str], at: datetime, *, original: bool
) -> Article:
    outlet = rng.choice(OUTLETS)
    body = list(paragraphs)
    if not original:
        title = rng.choice(_HEADLINES)(rng, title, retitle)
        cut = rng.choice((0, 0, 0.1, 0.3, 0.5))
        keep = max(2, round(len(body) * (1 - cut)))
        body = body[:keep] if rng.random() < 0.7 else [body[i] for i in sorted(rng.sample(range(len(body)), keep))]
        if rng.random() < 0.3:
            body = [_reworded(rng, each) for each in body]
        if rng.random() < 0.15:
            body.append(_fill(rng.choice(REMARKS), _event_slots(rng, at)))
    reporter = rng.choice(FAMILY) + rng.choice(GIVEN)
    day = random.Random(f"{outlet}{at.date()}")
    ranking = [_fill(act[0], _event_slots(day, at)) for act in day.sample(ACTS, 6)]
    furnished = [
        rng.choice((f"({rng.choice(PLACES)}={outlet}) {reporter} 기자 = {body[0]}", f"[{outlet} {reporter} 기자] {body[0]}", body[0])),
        *body[1:],
        f"{reporter} 기자 reporter{OUTLETS.index(outlet)}@example.com",
        f"<저작권자 (c) {outlet}, 무단 전재 및 재배포, AI 학습 및 활용 금지> 제보는 전화 02-000-{OUTLETS.index(outlet):04d}",
    ]
    # A list of other headlines, by each outlet's habit: above or below the copyright line, under one of four headings.
    if rng.random() < 0.5:
        habit = OUTLETS.index(outlet)
        furnished.insert(len(furnished) - habit % 2, f"{('많이 본 기사', '실시간 인기', '오늘의 추천', '')[habit // 2 % 4]} {' '.join(ranking)}")
    return Article(
        title=title,
        url=f"https://{OUTLETS.index(outlet)}.example/{rng.getrandbits(40):x}",
        first_seen=at,
        outlet=outlet,
        summary=body[0][:120],
        body="\n".join(furnished),
    )


def _same(rng: random.Random, title: str, retitle: str) -> str:
    return title


def _marked(rng: random.Random, title: str, retitle: str) -> str:
    return rng.choice(("[단독] {}", "[속보] {}", "{}(종합)", "[공식] {}")).format(title)


def _cut(rng: random.Random, title: str, retitle: str) -> str:
    return title.split("…")[0]


def _quoted(rng: random.Random, title: str, retitle: str) -> str:
    words = title.split()
    at = rng.randrange(len(words))
    return " ".join(f"'{word}'" if i == at else word for i, word in enumerate(words))


def _dropped(rng: random.Random, title: str, retitle: str) -> str:
    words = title.split()
    words.pop(rng.randrange(len(words)))
    return " ".join(words)


def _retitled(rng: random.Random, title: str, retitle: str) -> str:
    return retitle


_HEADLINES: tuple[Callable[[random.Random, str, str], str], ...] = (_same, _same, _marked, _cut, _quoted, _dropped, _retitled, _retitled)  # fmt: skip
_SYNONYMS = (
    ("밝혔다", "알렸다"), ("말했다", "전했다"), ("새로", "새롭게"), ("지난해", "작년"), ("모두", "총"), ("회사", "기업"), ("들인다", "투입한다"),
    ("만들", "제조하"), ("이날", "당일"), ("정부", "당국"), ("함께", "더불어"), ("가장", "제일"), ("예정", "계획"), ("직원", "임직원"),
)  # fmt: skip


def _reworded(rng: random.Random, text: str) -> str:
    for word, other in _SYNONYMS:
        if rng.random() < 0.6:
            text = text.replace(word, other)
    return text


def _fill(template: str, slots: dict[str, str]) -> str:
    """Fill the slots; {은} {이} {을} follow the syllable before them."""
    made = template.replace("{은}", "\x01").replace("{이}", "\x02").replace("{을}", "\x03").format_map(slots)
    for sign, pair in (("\x01", "은는"), ("\x02", "이가"), ("\x03", "을를")):
        while (at := made.find(sign)) >= 0:
            closed = "가" <= made[at - 1] <= "힣" and (ord(made[at - 1]) - 0xAC00) % 28 != 0
            made = made[:at] + pair[not closed] + made[at + 1 :]
    return made
