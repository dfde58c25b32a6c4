"""The word lists of core/matching/korean.py and scan.py: particles, copula endings, suffixes, look-alikes.

Written from the grammar of written Korean (which particle takes which form: 국립국어원 표준국어대사전).
One list, one rule; a new word needs no new code.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# --- particles after which another may stand, by the ending that they take
OPENERS_ANY = _words(
    "에 에서 에게 에게서 한테 한테서 께 께서 부터 까지 보다 처럼 만큼 마다 조차 마저 밖에 뿐 만 하고 같이 대로 "
    "에다 에다가"
)
OPENERS_CONSONANT = _words("과 이랑 이라고 이라는 이라도 이란")
OPENERS_VOWEL = _words("와 랑 라고 라는 라도 란")
OPENERS_EU = _words("으로 으로서 으로써 으로부터 으로까지")  # after a consonant other than ㄹ
OPENERS_RO = _words("로 로서 로써 로부터 로까지")  # after a vowel or ㄹ

# --- particles that end the chain
CLOSERS_ANY = _words(
    "의 도 엔 에선 에겐 서 커녕 치고 치고는 답게 다운 다웠다 따라 더러 만이 만은 만을 만의 만도 뿐만 뿐더러"
)
CLOSERS_CONSONANT = _words("은 이 을 이나 이든 이든지 이든가 이야 이야말로 이나마 은커녕 아")
CLOSERS_VOWEL = _words("는 가 를 나 든 든지 든가 야 야말로 나마 는커녕 여")
CLOSERS_EU = _words("으론")
CLOSERS_RO = _words("론")

# --- what may follow a particle of one syllable: 오리온과자 is no 오리온 + 과 + 자
AFTER_SHORT = {
    "과": _words("는 도 의 만 만의 만은"),
    "와": _words("는 도 의 만 만의 만은"),
    "랑": _words("은 도 만"),
    "란": _words(""),
    "로": _words("는 도 만 만은 만도 의 까지 까지도 부터 부터의 부터는 부터도"),
    "으로": _words("는 도 만 만은 만도 의 까지 까지도 부터 부터의 부터는 부터도"),
    "에": _words("는 도 만 만은 만도 의 까지 까지도 나 라도 야 야말로"),
    "께": _words("서 서는 서도 는 도"),
    "만": _words("이 은 을 의 도 으로 으로도 으로는 이라도 이다 이었다 이며 이고 이지만 큼 큼은 큼이나 에 해도"),
    "뿐": _words("이 만 만이 만은 이다 이며 이고 이었다 인 이라고 이라는 이지만 더러 입니다 이라며 이니"),
}

# --- the copula (이)다 in the forms of news
COPULA_TAILS = _words(
    "다 며 고 지만 자 라 라고 라고는 라고도 라는 라며 라면 라면서 라도 라서 라니 라던 라든지 라지만 라기보다 "
    "라기보다는 라는데 라야 랄까 란 거나 니까 므로 면 면서 면서도 면서부터 기에 기도 기는 기때문에 던 던가 든 "
    "든지 다가 네 지 죠 구나 군 군요 겠다 겠지만 냐 냐고 냐는 니 다만 다보니 어야 어서 어도 에요 십니다 자마자 "
    "라지 랍니다 래요 란다 라고만 라곤 라면야"
)
PAST_TAILS = _words(
    "다 던 고 으며 지만 는데 는데도 으나 기에 기를 기도 음 음을 음이 음에도 다가 다는 다고 다며 다면 습니다 "
    "어요 죠 지 으니 으므로 을 을까 거나 더라 더라면 다지만"
)
COPULA_VOWEL = _words("예요 여서 여야 여도 여서는 여서도 여야만")
COPULA_ANY = _words(
    "인 인데 인데다 인데도 인지 인지는 인지도 인지를 인가 인가요 인가를 인만큼 인들 인즉 인데요 인걸 일 일지 "
    "일지도 일지라도 일까 일수록 일뿐 임 임을 임이 임은 임에도 임에 임과 입니다 입니까 입니다만"
)

# --- suffixes that leave the name what it is; the text of a hit leaves them out
SUFFIXES = ("그룹", "들", "측", "씨", "님", "등", "같은", *"家發社側系內間向式製産")
BARE_SUFFIXES = _words("향 발")  # 엔비디아향 매출, 미국발 충격: nothing more follows

# --- particles behind which a missing space is plain: 삼성의AI
SURE = _words("은 는 을 를 의 와 과 에 에서 에게 부터 까지 으로 에는 에도 에서는 에서도")

# --- after a number these are units
UNITS = _words("만 도 일 인 대로 자 고 야")

# --- 인 is "person" after these, the copula after other names (현대인, but 둘 중 하나인)
PEOPLES = _words(
    "한국 조선 미국 중국 일본 영국 독일 프랑스 이탈리아 스페인 포르투갈 네덜란드 벨기에 스위스 오스트리아 "
    "스웨덴 노르웨이 핀란드 덴마크 러시아 우크라이나 폴란드 체코 헝가리 그리스 튀르키예 터키 이란 이라크 "
    "이스라엘 팔레스타인 사우디 인도 파키스탄 방글라데시 네팔 베트남 태국 필리핀 말레이시아 인도네시아 "
    "싱가포르 미얀마 캄보디아 라오스 몽골 대만 홍콩 호주 뉴질랜드 캐나다 멕시코 브라질 아르헨티나 칠레 페루 "
    "쿠바 이집트 남아공 나이지리아 케냐 에티오피아 수단 유럽 서양 동양 아시아 아프리카 아랍 유대 로마 게르만 "
    "세계 외국 내국 현대 고대 근대 중세 미래 원시 지구 우주 도시 시골 서울 부산 대구 광주 대전 인천 제주 호남 "
    "영남 직장 방송 연예 정치 경제 종교 문화 예술 언론 법조 의료 체육 과학 기업 금융 경영 사회 자연 일반 대리 "
    "후원 관계 증 보증 상속 매도 매수 채권"
)

# --- after these 도 makes the province
PROVINCES = _words("경기 강원 충청 충북 충남 전라 전북 전남 경상 경북 경남 제주 황해 평안 함경 양강 량강 자강")
# --- after these 대로 makes a road
ROADS = _words(
    "세종 강남 올림픽 한강 통일 서초 반포 영동 도산 언주 남부순환 동부간선 천호 양재 헌릉 사평 가양 공항 국회 "
    "여의 마포 성산 월드컵 증산 동일 동소문 한천 송파 위례 백제고분 학동 중앙 시민 달구벌 해운대 광안 수영 "
    "센텀 가야 낙동 인하 미추홀 경인 무진 상무 계룡 대덕 유성 삼산 문수 포은 광교 판교 새만금"
)

# --- verb stems that end in a vowel: a name of the same letters followed by one of the endings is the verb
VERB_STEMS = _words(
    "가꾸 가로채 가르치 가리 가리키 가지 갈리 거두 거르 거치 건너 건네 걸리 견디 고르 고치 구하 그리 그치 기르 "
    "기리 기울이 꺼내 꾸리 꾸미 끝내 끼치 나가 나누 나르 나서 나오 나타나 날리 남기 낮추 내리 내세우 넓히 넘기 "
    "넘치 노리 놀라 놓치 누르 누리 늘리 늦추 다니 다루 다투 다하 달래 달리 담그 당기 더하 던지 돌리 되찾 두르 "
    "드러내 드리 들르 들리 따르 떠나 떠오르 떨치 뚫리 마련하 마치 막히 만나 말리 맞추 맡기 머무르 메우 모르 "
    "모시 모으 모이 무너지 무르 문지르 물리 미루 미치 밀리 바꾸 바라 바치 밝히 버리 벌리 벌이 벗기 보내 보이 "
    "부르 부리 부치 불리 비우 비추 비치 빌리 빠지 빼내 뿌리 사라지 살리 살피 새기 서두르 섞이 세우 숨기 쉬 "
    "스치 시키 식히 싸우 쌓이 아끼 알리 앞서 앞세우 얻어내 없애 여기 열리 오르 옮기 외치 울리 움직이 이기 이끌 "
    "이루 이르 이어지 익히 일구 일으키 잃 입히 잇따르 자라 자르 잘리 잠기 재우 저지르 적시 접히 젖히 조르 조이 "
    "줄이 즐기 지내 지니 지우 지르 지키 지치 차리 채우 챙기 추리 치르 치우 키우 타오르 태우 터지 털리 튀기 "
    "펴내 펼치 풀리 피우 해치 향하 헤매 흐르 흔들리 흘리"
)
VERB_ENDINGS = _words(
    "고 고도 고서 고자 며 면 면서 면서도 지 지만 지는 지도 지를 기 기로 기에 기도 기는 기만 기를 기가 기까지 "
    "기위해 자 자마자 거나 던 든 든지 네 니 니까 므로 려 려고 려는 려던 려면 도록 듯 듯이 다 다가 는데 는지 "
    "는지를 게 게끔 길 러 러는 냐 느냐 나"
)
# 는 is a particle as well: it is the verb's after an object or one of these adverbs.
VERB_ADVERBS = _words(
    "안 못 잘 더 다시 미리 널리 직접 먼저 함께 서로 모두 크게 제대로 일찍 빨리 처음 적극 꼭 또 계속 점차 새로 "
    "손수 꾸준히"
)

# --- who signs an article: 유한주 기자
BYLINE_TITLES = _words("기자 특파원 논설위원 통신원 인턴기자 선임기자 전문기자")

# --- districts whose names begin like other names: 남양* is not meant to find 남양주
PLACES = _words(
    "수원 성남 의정부 안양 부천 광명 평택 동두천 안산 고양 과천 구리 남양주 오산 시흥 군포 의왕 하남 용인 파주 "
    "이천 안성 김포 화성 광주 양주 포천 여주 연천 가평 양평 춘천 원주 강릉 동해 태백 속초 삼척 홍천 횡성 영월 "
    "평창 정선 철원 화천 양구 인제 고성 양양 청주 충주 제천 보은 옥천 영동 증평 진천 괴산 음성 단양 천안 공주 "
    "보령 아산 서산 논산 계룡 당진 금산 부여 서천 청양 홍성 예산 태안 전주 군산 익산 정읍 남원 김제 완주 진안 "
    "무주 장수 임실 순창 고창 부안 목포 여수 순천 나주 광양 담양 곡성 구례 고흥 보성 화순 장흥 강진 해남 영암 "
    "무안 함평 영광 장성 완도 진도 신안 포항 경주 김천 안동 구미 영주 영천 상주 문경 경산 의성 청송 영양 영덕 "
    "청도 고령 성주 칠곡 예천 봉화 울진 울릉 창원 진주 통영 사천 김해 밀양 거제 양산 의령 함안 창녕 남해 하동 "
    "산청 함양 거창 합천 서귀포 세종 종로 용산 성동 광진 동대문 중랑 성북 강북 도봉 노원 은평 서대문 마포 양천 "
    "강서 구로 금천 영등포 동작 관악 서초 강남 송파 강동 해운대 사하 금정 연제 수영 사상 기장 수성 달서 달성 "
    "군위 미추홀 연수 남동 부평 계양 강화 옹진 광산 유성 대덕 울주"
)

# --- words that begin with the letters of a name by accident: 하이브* is not meant to find 하이브리드
LONGER_WORDS = _words(
    "하이브리드 인텔리 동아시아 동아리 동아줄 동아프리카 애플리케이션 메타세쿼이아 메타포 알리바이 토스트 토스카나 "
    "하나님 교보재 신한국 신한류 대성당 대성공 대성황 대성통곡 네이버후드 컬리플라워 라인강 포스트 포스터 동서남북"
)
