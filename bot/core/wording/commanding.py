"""Commands: their answers and mistakes."""

TEXTS: dict[str, tuple[str, str]] = {
    # --- the grammar ----------------------------------------------------------------------------------------------
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
    "command.broken": (
        "처리하다가 문제가 생겼어요. 잠시 뒤 다시 해 주세요. 계속되면 운영자에게 알려 주세요",
        "Something broke on our side. Please try again in a moment, and tell the operator if it goes on",
    ),
    "command.twice": ("이미 처리한 요청이에요", "This request was dealt with already"),
    # --- rights ---------------------------------------------------------------------------------------------------
    "right.guest": (
        "게스트는 감시를 바꿀 수 없어요. 검색은 됩니다",
        "Guests cannot change watches. Searching works",
    ),
    "right.manager_only": (
        "이 채널의 알림은 관리자만 바꿀 수 있어요 (조회는 누구나 됩니다)",
        "Only managers may change this channel's alerts (anyone may look things up)",
    ),
    "right.managers_only": (
        "이 채널의 알림은 관리자만 바꿀 수 있어요. 관리자: {managers} (조회는 누구나 됩니다)",
        "Only managers may change this channel's alerts. Managers: {managers} (anyone may look things up)",
    ),
    "right.admin_only": (
        "출처와 설정은 워크스페이스 관리자만 바꿀 수 있어요. 관리자에게 부탁해 주세요",
        "Only admins of the workspace may change sources and settings. Please ask one",
    ),
    "right.missing": (
        "이 채널에 글을 쓸 권한이 없어요: {missing}. 권한을 준 뒤 다시 해 주세요",
        "I may not post in this channel: {missing} is missing. Grant it and try again",
    ),
    # --- buttons --------------------------------------------------------------------------------------------------
    "button.undo": ("되돌리기", "Undo"),
    "button.anyway": ("그래도 구독", "Watch anyway"),
    "button.back": ("◀ 이전", "◀ Back"),
    "button.next": ("다음 ▶", "Next ▶"),
    "button.retry": ("다시 보내기", "Send again"),
    "press.unknown": (
        "이 버튼은 더 이상 쓰이지 않아요. 명령을 다시 불러 주세요",
        "This button is no longer in use. Please run the command again",
    ),
    "press.gone": (
        "기록이 지워졌거나 이 채널의 것이 아니에요. 명령을 다시 불러 주세요",
        "The record is gone, or is not this channel's. Please run the command again",
    ),
    "undo.done": ("되돌렸어요", "Undone"),
    "undo.late": ("되돌리기 시간이 지났어요 (10분)", "It is too late to undo (10 minutes)"),
    "undo.unknown": ("되돌릴 것이 없거나 이미 되돌렸어요", "There is nothing to undo, or it was undone already"),
    # --- watches --------------------------------------------------------------------------------------------------
    "watch.started": ("🔔 {watch} 알림을 시작합니다 – {who}", "🔔 Alerts for {watch} begin – {who}"),
    "watch.ended": ("🔕 {watch} 알림을 끝냈습니다 – {who}", "🔕 Alerts for {watch} ended – {who}"),
    "watch.removed": ("#{number} {watch} 감시를 끝냈어요", "Watch #{number} {watch} ended"),
    "watch.expect": (
        "#{number} 구독했어요. 최근 {days}일이었다면 {count}건, 하루 약 {per_day}건이에요",
        "Watch #{number} is on. In the last {days} days it would have fired {count} times, about {per_day} a day",
    ),
    "watch.expect_none": (
        "#{number} 구독했어요. 최근 {days}일에는 해당하는 기사가 없었어요",
        "Watch #{number} is on. No article of the last {days} days would have matched",
    ),
    "watch.expect_unknown": (
        "#{number} 구독했어요. 아직 모은 기사가 없어 예상 건수를 알 수 없어요. 첫 기사부터 알려 드려요",
        "Watch #{number} is on. No articles are stored yet, so I cannot say how many to expect. You get the first one",
    ),
    "watch.aliases": (
        "별칭도 넣을까요? {expression}",
        "Add its other names too? {expression}",
    ),
    "button.aliases": ("별칭 넣기", "Add them"),
    "hint.meanings": (
        "'{name}'{name!p:은/는} 뜻이 여럿이에요 ({other}). {narrower} 처럼 좁힐 수 있어요",
        "'{name}' means other things too ({other}). Narrow it like {narrower}",
    ),
    "hint.short": (
        "'{name}'{name!p:은/는} 아주 짧아 다른 뜻으로도 울릴 수 있어요. 함께 나올 말을 +로 더해 보세요",
        "'{name}' is very short and may fire on other things. Add a word that stands with it by +",
    ),
    "hint.short_narrower": (
        "'{name}'{name!p:은/는} 아주 짧아 다른 뜻으로도 울릴 수 있어요. {narrower} 처럼 좁힐 수 있어요",
        "'{name}' is very short and may fire on other things. Narrow it like {narrower}",
    ),
    "watch.flood": (
        "하루 약 {per_day}건이에요. 제한 단어(+)나 제외어(-)를 더해 보세요. 아직 구독하지 않았어요",
        "That is about {per_day} a day. Try required (+) or excluded (-) words. Nothing is active yet",
    ),
    "watch.exists": ("이미 같은 감시가 있어요 (#{number})", "There is such a watch already (#{number})"),
    "watch.unknown": ("#{number} 감시가 없어요. 목록을 보세요", "There is no watch #{number}. See the list"),
    "watch.changed_meanwhile": (
        "다른 사람이 먼저 바꿨어요. 다시 열어 주세요",
        "Somebody else was faster. Please open it again",
    ),
    "watch.none": (
        "아직 감시가 없어요. 예: 구독 LG전자",
        "There are no watches yet. For example: watch LG전자",
    ),
    "watch.list": ("감시 {count}개", "{count} watches"),
    "watch.count": ("최근 7일 {count}건", "{count} in 7 days"),
    "watch.last": ("마지막 알림 {when}", "last match {when}"),
    "watch.never": ("아직 알린 적 없음", "never matched yet"),
    "watch.muted": ("음소거 {until}까지", "muted until {until}"),
    "watch.edited": ("#{number} 바꿨어요: {before} → {after}", "#{number} changed: {before} → {after}"),
    "watch.edit_what": (
        "#{number}의 무엇을 바꿀지 적어 주세요. 예: 수정 {number} LG전자 -채용, 수정 {number} 범위 제목",
        "Say what to change of #{number}. For example: edit {number} LG전자 -채용, edit {number} scope title",
    ),
    "watch.scope": (
        "'{word}'{word!p:은/는} 모르는 범위예요. 제목이나 전체로 적어 주세요",
        "'{word}' is no scope I know. Write title or all",
    ),
    "watch.delivery": (
        "'{word}'{word!p:은/는} 모르는 전달 방법이에요. 즉시, 요약, 둘다 가운데 하나를 적어 주세요",
        "'{word}' is no way of delivery I know. Write instant, digest or both",
    ),
    "watch.latest": ("#{number} {watch}의 최근 기사", "Latest of #{number} {watch}"),
    "watch.no_hits": ("#{number}에 해당한 기사가 아직 없어요", "Nothing has matched #{number} yet"),
    "scope.all": ("전체", "whole article"),
    "scope.title": ("제목만", "title only"),
    "pace.instant": ("즉시", "at once"),
    "pace.digest": ("요약에", "in the digest"),
    "pace.both": ("즉시와 요약", "at once and in the digest"),
    "mute.one": ("{until}까지 #{number} 알림을 모아 둘게요", "I keep alerts of #{number} until {until}"),
    "mute.several": ("{until}까지 {numbers} 알림을 모아 둘게요", "I keep alerts of {numbers} until {until}"),
    "mute.all": ("{until}까지 이 채널의 알림을 모아 둘게요", "I keep this channel's alerts until {until}"),
    "mute.over": ("다시 알려 드려요", "Alerts are on again"),
    "mute.over_held": (
        "다시 알려 드려요. 모아 둔 알림 {count}건을 한 번에 올립니다",
        "Alerts are on again. {count} kept alerts come in one message",
    ),
    "mute.not": ("#{number}{number!p:은/는} 음소거 상태가 아니에요", "#{number} is not muted"),
    "mute.not_all": ("이 채널은 음소거 상태가 아니에요", "This channel is not muted"),
    "mute.span": (
        "'{span}'{span!p:은/는} HH:MM으로 적어 주세요 (예: 14:00까지). 1시간, 오늘, 1주도 됩니다",
        "Write '{span}' as HH:MM (for example 14:00까지). 1h, today and 1w work too",
    ),
    "mute.too_long": ("최대 30일이에요", "30 days at most"),
    "mute.choice": (
        "그 선택은 아직 쓸 수 없어요. 이 감시 24시간이나 이 감시 오늘을 골라 주세요",
        "That choice is not there yet. Choose this watch for 24 hours, or today",
    ),
    "me.started": (
        "{watch} 소식을 DM으로 알려 드려요 (#{number}). DM으로 인사를 보냈어요",
        "News of {watch} comes to you by direct message (#{number}). I sent you a hello there",
    ),
    "me.hello": ("{watch} 소식을 여기로 알려 드려요", "News of {watch} comes here"),
    "me.not_here": (
        "여기서는 DM을 열 수 없어요. 채팅에서 다시 해 주세요",
        "I cannot open a direct message from here. Please try it in the chat",
    ),
    "me.off": ("개인 알림 {count}개를 껐어요", "{count} personal watches ended"),
    "button.add_word": ("더하기", "Add"),
    "learning.about": ("#{number} {watch}: {question}", "#{number} {watch}: {question}"),
    "vote.thanks": (
        "알려 주셔서 고마워요. 감시는 저절로 바뀌지 않아요",
        "Thank you for telling. The watch does not change by itself",
    ),
    # --- look-ups -------------------------------------------------------------------------------------------------
    "search.found": (
        "{expression} · 최근 {days}일 · 이야기 {count}개",
        "{expression} · last {days} days · {count} stories",
    ),
    "search.none": (
        "최근 {days}일에 결과가 없어요. 기간을 늘리거나 다른 말로 찾아 보세요",
        "Nothing in the last {days} days. Try a longer time or other words",
    ),
    "search.rough": ("하루하루 약 {counts}", "day by day, about {counts}"),
    "button.share": ("채널에 공유", "Share in the channel"),
    "button.watch_search": ("이 검색을 구독", "Watch this search"),
    "count.about": ("약 {count}", "about {count}"),
    "trend.known": ("자료가 {days}일치뿐이에요", "There is data for {days} days only"),
    "trend.counters": (
        "{until}까지는 기사가 지워져, 같은 식의 감시가 날마다 센 수예요. 그런 감시가 없던 날은 0으로 보여요",
        "Up to {until} the articles are gone: those are the daily counts of watches with the same expression, 0 where none was",
    ),
    "trend.rough": (
        "'약'이 붙은 수는 일부만 확인해서 셈한 수예요",
        "Numbers with 'about' are estimated from a part of the articles",
    ),
    "search.days": ("기간은 {low}–{high}일이에요 (예: 7일)", "The time is {low}–{high} days (for example 7d)"),
    "trend.heading": ("최근 {days}일 추이", "The last {days} days"),
    "trend.watch": ("키워드", "Watch"),
    "trend.count": ("건수", "Articles"),
    "trend.share": ("비중", "Share"),
    "trend.line": ("하루하루", "Day by day"),
    "trend.too_many": (
        "한 번에 {most}개까지 견줄 수 있어요. 쉼표로 나눠 적어 주세요",
        "At most {most} can be compared at once. Separate them by commas",
    ),
    "trend.days": ("기간은 {days}일 가운데 하나예요", "The time is one of {days} days"),
    "status.heading": ("상태", "Status"),
    "status.queue": (
        "대기 {pending}건 · 보관 {held}건 · 보내지 못함 {dead}건",
        "{pending} waiting · {held} kept · {dead} could not be sent",
    ),
    "status.oldest": ("가장 오래 기다린 알림 {when}", "oldest waiting since {when}"),
    "status.last_sent": ("마지막 전송 {when}", "last sent {when}"),
    "status.sources": (
        "출처 {count}개 가운데 {trouble}개에 문제가 있어요",
        "{trouble} of {count} sources are in trouble",
    ),
    "status.paused": ("이 채널은 멈춰 있어요: {reason}", "This channel is paused: {reason}"),
    "status.dead": ("보내지 못함 #{id}: {reason}", "not sent #{id}: {reason}"),
    "status.retried": ("{count}건을 다시 보내요", "Sending {count} again"),
    "status.version": ("버전 {version}", "version {version}"),
    # --- digest ---------------------------------------------------------------------------------------------------
    "digest.set": ("{days} {times} ({zone}). 다음: {next}", "{days} {times} ({zone}). Next: {next}"),
    "digest.daily": ("매일", "Daily"),
    "digest.weekdays": ("평일", "Weekdays"),
    "digest.unset": (
        "요약이 꺼져 있어요. 예: 요약 07:30 평일",
        "The digest is off. For example: digest 07:30 weekdays",
    ),
    "digest.off": ("요약을 껐어요", "The digest is off"),
    "digest.empty_now": ("오늘은 모인 기사가 없어요", "There are no articles today"),
    "digest.time": (
        "시간은 HH:MM으로 적어 주세요 ('{text}')",
        "Write times as HH:MM ('{text}')",
    ),
    "digest.times": ("시간은 HH:MM으로 1개에서 6개까지 적어 주세요", "Write one to six times as HH:MM"),
    "digest.days": (
        "'{word}'{word!p:은/는} 몰라요. 매일이나 평일로 적어 주세요",
        "I do not know '{word}'. Write daily or weekdays",
    ),
    "zone.unknown": (
        "'{zone}' 시간대를 몰라요. Asia/Seoul처럼 적어 주세요",
        "I do not know the time zone '{zone}'. Write it like Asia/Seoul",
    ),
    # --- sources --------------------------------------------------------------------------------------------------
    "source.added": (
        "#{number} {name} – 최근 글 {count}건, 평균 {gap} 간격. 지난 글은 올리지 않아요",
        "#{number} {name} – {count} recent entries, about {gap} apart. What is there already is not posted",
    ),
    "source.added_no_gap": (
        "#{number} {name} – 최근 글 {count}건. 지난 글은 올리지 않아요",
        "#{number} {name} – {count} recent entries. What is there already is not posted",
    ),
    "gap.minutes": ("{count}분", "{count} minutes"),
    "gap.hours": ("{count}시간", "{count} hours"),
    "source.exists": ("이미 있는 출처예요 (#{number})", "That source is there already (#{number})"),
    "source.unknown": ("#{number} 출처가 없어요. 출처 list를 보세요", "There is no source #{number}. See source list"),
    "source.none": (
        "아직 출처가 없어요. 예: 출처 add https://example.com/rss.xml",
        "There are no sources yet. For example: source add https://example.com/rss.xml",
    ),
    "source.list": ("출처 {count}개", "{count} sources"),
    "source.state.active": ("정상", "fine"),
    "source.state.slow": ("느림", "slow"),
    "source.state.quiet": ("조용함", "quiet"),
    "source.state.failing": ("실패", "failing"),
    "source.state.dead": ("멈춤", "dead"),
    "source.state.paused": ("쉼", "paused"),
    "source.last_ok": ("마지막 확인 {when}", "last read {when}"),
    "source.last_new": ("마지막 새 글 {when}", "last new {when}"),
    "source.errors": ("연속 오류 {count}번", "{count} errors in a row"),
    "source.next": ("다음 {when}", "next {when}"),
    "source.paused": ("#{number} {name}{name!p:을/를} 쉽니다", "#{number} {name} is paused"),
    "source.paused_already": ("#{number}{number!p:은/는} 이미 쉬고 있어요", "#{number} is paused already"),
    "source.not_paused": ("#{number}{number!p:은/는} 쉬고 있지 않아요", "#{number} is not paused"),
    "source.resumed": ("#{number} {name}{name!p:을/를} 다시 읽어요", "#{number} {name} is read again"),
    "source.removed": ("#{number} {name}{name!p:을/를} 지웠어요", "#{number} {name} is removed"),
    "source.checked": ("#{number} {name}: 새 글 {count}건", "#{number} {name}: {count} new"),
    "source.checked_lately": (
        "방금 확인했어요. {seconds}초에 한 번만 확인할 수 있어요",
        "It was checked just now. Once in {seconds} seconds is the limit",
    ),
    "source.busy": ("지금 읽고 있어요. 잠시 뒤 다시 해 주세요", "It is being read right now. Try again in a moment"),
    "source.broken": (
        "이 출처를 읽다가 문제가 생겼어요 ({error}). 다음에 다시 읽어요",
        "Reading this source broke ({error}). It is tried again later",
    ),
    # --- settings -------------------------------------------------------------------------------------------------
    "settings.shown": (
        "언어 {language} · 조용한 시간 {quiet} · 관리자 {managers}",
        "Language {language} · quiet hours {quiet} · managers {managers}",
    ),
    "settings.none": ("없음", "none"),
    "settings.everyone": ("모두", "everyone"),
    "settings.language": (
        "'{word}'{word!p:은/는} 모르는 언어예요. ko나 en으로 적어 주세요",
        "'{word}' is no language I know. Write ko or en",
    ),
    "settings.language_set": ("이제 {language}로 말해요", "I speak {language} from now on"),
    "settings.quiet": (
        "시간은 HH:MM-HH:MM으로 적어 주세요 (예: 23:00-07:00)",
        "Write the time as HH:MM-HH:MM (for example 23:00-07:00)",
    ),
    "settings.quiet_set": (
        "{start}부터 {end}까지 ({zone}) 알림을 모아 두었다가 한 번에 올려요",
        "From {start} to {end} ({zone}) alerts are kept and come in one message",
    ),
    "settings.quiet_off": ("조용한 시간을 껐어요", "Quiet hours are off"),
    "settings.managers": (
        "관리자를 @이름으로 적어 주세요. 없음이라고 적으면 모두가 바꿀 수 있어요",
        "Name the managers as @name. Write none to let everyone change things",
    ),
    "settings.managers_set": ("이 채널의 관리자: {managers}", "Managers of this channel: {managers}"),
    "settings.managers_off": (
        "이제 모두가 이 채널의 알림을 바꿀 수 있어요",
        "Everyone may change this channel's alerts now",
    ),
    "language.ko": ("한국어", "Korean"),
    "language.en": ("영어", "English"),
    # --- why, why not ---------------------------------------------------------------------------------------------
    "why.heading": ("왜 이 알림? {title}", "Why this alert? {title}"),
    "why.watch": (
        "#{number}, {who} 님의 감시. '{term}'{term!p:이/가} {place}에 있어요",
        "#{number}, by {who}. '{term}' stands in the {place}",
    ),
    "why.times": (
        "출처 {source} · 처음 봄 {seen} · 보냄 {sent}",
        "source {source} · first seen {seen} · sent {sent}",
    ),
    "why.unsent": ("아직", "not yet"),
    "why.story": ("같은 기사를 낸 매체: {outlets}", "outlets with this article: {outlets}"),
    "why.no_page": (
        "본문을 읽지 못해 제목과 요약만 봤어요",
        "The page could not be read; only title and summary were seen",
    ),
    "field.title": ("제목", "title"),
    "field.summary": ("요약", "summary"),
    "field.body": ("본문", "text"),
    "stage.heading": ("왜 안 왔나? {title}", "Why not? {title}"),
    "stage.unknown": ("출처: ✖ 이 주소를 읽은 출처가 없어요", "source: ✖ no source brought this address"),
    "stage.result_no": ("결과: 보내지 않음", "result: not sent"),
    "stage.seen": ("출처: ✔ {source} {when}", "source: ✔ {source} {when}"),
    "stage.text": ("본문: ✔ {count}자", "text: ✔ {count} characters"),
    "stage.no_text": ("본문: – 제목과 요약만 봤어요", "text: – only title and summary were seen"),
    "stage.baseline": (
        "새 기사: ✖ 첫 수집분이라 올리지 않았어요",
        "new: ✖ it stood in the source's first reading",
    ),
    "stage.before": (
        "새 기사: ✖ 감시({when})보다 먼저 본 기사예요",
        "new: ✖ it was seen before the watch was made ({when})",
    ),
    "stage.no_hit": ("키워드: ✖ 감시하는 말이 없어요", "keyword: ✖ nothing of the watch stands in it"),
    "stage.near": ("키워드: ✖ {reason}", "keyword: ✖ {reason}"),
    "stage.hit": ("키워드: ✔ '{term}'", "keyword: ✔ '{term}'"),
    "stage.unsent": ("전송: – 요약에만 담겨요", "sending: – it goes into the digest only"),
    "stage.sent": ("전송: ✔ {when}", "sending: ✔ {when}"),
    "stage.pending": ("전송: – 차례를 기다려요 {reason}", "sending: – waiting its turn {reason}"),
    "stage.sending": ("전송: – 확인하는 중이에요 {reason}", "sending: – being verified {reason}"),
    "stage.held": ("음소거: ✖ 모아 두고 있어요", "mute: ✖ kept for later"),
    "stage.rolled": ("한도: – 몰아 보내기에 들어갔어요", "limit: – it went into a roll-up"),
    "stage.dead": ("전송: ✖ {reason}", "sending: ✖ {reason}"),
    "stage.expired": ("전송: ✖ 24시간 동안 보내지 못해 만료되었어요", "sending: ✖ it expired after 24 hours"),
    "stage.cancelled": ("전송: ✖ 감시가 끝났어요", "sending: ✖ the watch had ended"),
    # --- help -----------------------------------------------------------------------------------------------------
    "help.heading": ("이렇게 써 보세요", "Try these"),
    "help.examples": (
        '구독 LG전자, "AI 연구소" -채용\n검색 삼성전자 7일\n요약 07:30 평일',
        'watch LG전자, "AI 연구소" -채용\nsearch 삼성전자 7d\ndigest 07:30 weekdays',
    ),
    "help.topics": (
        "더 보기: 도움말 구독 · 도움말 문법 · 도움말 요약 · 도움말 출처 · 도움말 음소거",
        "More: help watch · help grammar · help digest · help source · help mute",
    ),
    "help.unknown": (
        "'{topic}' 도움말은 없어요. 구독, 문법, 요약, 출처, 음소거가 있어요",
        "There is no help on '{topic}'. There is watch, grammar, digest, source, mute",
    ),
    "help.watch.heading": ("구독", "Watching"),
    "help.watch": (
        "구독 LG전자 – 바로 시작해요\n목록 – 감시와 번호\n수정 3 LG전자 -채용 – 3번을 바꿔요\n해지 3 – 3번을 끝내요\n테스트 3 – 최근 기사로 카드를 봐요",
        "watch LG전자 – begins at once\nlist – watches and their numbers\nedit 3 LG전자 -채용 – changes number 3\nunwatch 3 – ends number 3\ntest 3 – shows the card for a recent article",
    ),
    "help.grammar.heading": ("문법", "Grammar"),
    "help.grammar": (
        'LG전자 – 낱말 (조사가 붙어도 돼요)\n"AI 연구소" – 구절\n삼성* – 삼성으로 시작하는 말\n=KT – 글자 그대로\n삼성전자|삼전 – 어느 쪽이든\nA, B – A나 B\n한화 +방산 – 함께 있어야 해요\n기아 -난민 – 있으면 빼요\n제목:LG전자 · 매체:연합뉴스',
        'LG전자 – a word, particles or not\n"AI 연구소" – a phrase\n삼성* – what begins with it\n=KT – exactly these letters\n삼성전자|삼전 – any of them\nA, B – either\n한화 +방산 – both must be there\n기아 -난민 – not when that is there\ntitle:LG전자 · outlet:연합뉴스',
    ),
    "help.digest.heading": ("요약", "Digest"),
    "help.digest": (
        "요약 07:30 평일 – 평일 아침마다\n요약 07:30,17:30 매일 – 하루 두 번\n요약 지금 – 미리 봐요\n요약 끄기",
        "digest 07:30 weekdays – on weekday mornings\ndigest 07:30,17:30 daily – twice a day\ndigest now – a preview\ndigest off",
    ),
    "help.source.heading": ("출처", "Sources"),
    "help.source": (
        "출처 add https://example.com/rss.xml – 더해요\n출처 list – 어떻게 읽히는지\n출처 pause 3 · 출처 resume 3 · 출처 remove 3\n출처 check 3 – 지금 읽어요",
        "source add https://example.com/rss.xml – adds one\nsource list – how they are doing\nsource pause 3 · source resume 3 · source remove 3\nsource check 3 – reads it now",
    ),
    "help.mute.heading": ("음소거", "Muting"),
    "help.mute": (
        "음소거 3 1시간 – 3번을 모아 둬요\n음소거 전체 오늘 – 채널 전체를\n음소거해제 3 – 모아 둔 것을 한 번에 올려요",
        "mute 3 1h – keeps alerts of number 3\nmute all today – of the whole channel\nunmute 3 – brings what was kept in one message",
    ),
}
