"""What alerts, roll-ups and digests say of themselves."""

TEXTS: dict[str, tuple[str, str]] = {
    "alert.more": ("외 {count}개 매체", "and {count} more"),
    "alert.seen": ("확인 {when}", "seen {when}"),
    "alert.edited": ("(제목 수정)", "(headline edited)"),
    "alert.expired": (
        "장애 동안 알림 {count}건이 만료되었습니다",
        "{count} alerts expired during the outage",
    ),
    "rollup.burst": ("새 기사 {count}건", "{count} new articles"),
    "rollup.held": ("모아 둔 알림 {count}건", "{count} alerts kept for you"),
    "rollup.rest": ("나머지 {count}건", "The other {count}"),
    "rollup.more": ("{count}건 더 보기", "Show {count} more"),
    "button.article": ("기사", "Article"),
    "button.why": ("왜?", "Why?"),
    "button.mute": ("음소거", "Mute"),
    "button.related": ("관련 {count}", "Related {count}"),
    "button.split": ("{place}번 나누기", "Take {place} out"),
    "related.heading": ("관련 기사 {count}건", "{count} related articles"),
    "related.none": ("관련 기사가 없어요", "There are no related articles"),
    "related.split": (
        "'{title}'{title!p:을/를} 나눴어요. 그 글은 이 이야기에 다시 묶이지 않아요",
        "'{title}' is taken out. That text never joins this story again",
    ),
    "related.split_gone": (
        "이미 나뉘었거나 기록이 지워졌어요",
        "It was taken out already, or the record is gone",
    ),
    "button.bad": ("도움 안 됨", "Not helpful"),
    "mute.story": ("이 이야기 그만", "This story"),
    "mute.outlet": ("이 언론사 24시간", "This outlet for 24 hours"),
    "mute.watch": ("이 감시 24시간", "This watch for 24 hours"),
    "mute.today": ("이 감시 오늘", "This watch today"),
    "digest.heading": ("오늘의 뉴스 요약 · {when}", "News digest · {when}"),
    "digest.more": ("{count}건 더", "{count} more"),
    "digest.quiet": ("새 기사 없음: {watches}", "Nothing new: {watches}"),
    "digest.heartbeat": (
        "{days}일째 새 기사가 없습니다. 출처 {sources}개 중 {well}개 정상",
        "No new article for {days} days. {well} of {sources} sources are well",
    ),
    "story.same_title": ("제목이 같아요", "the same headline"),
    "story.shared_text": ("글의 {value}가 같아요", "{value} of the text is the same"),
    "story.titles_alike": ("제목이 비슷해요", "similar headlines"),
    "story.title_in_text": ("제목의 말이 다른 기사에도 있어요", "words of the headline stand in the other article"),
    "story.words_shared": ("같은 말이 많아요", "many words in common"),
    "story.numbers_shared": ("같은 숫자가 나와요", "the same numbers"),
    "story.quote_shared": ("같은 말을 옮겼어요", "the same quotation"),
    "trend.alt_span": (
        "{title}: {first}부터 {last}까지 날마다 나온 기사 수.",
        "{title}: articles a day from {first} to {last}.",
    ),
    "trend.alt_series": (
        "{label} {total}건({share}), 가장 많은 날은 {day} {top}건.",
        "{label}: {total} ({share}), most on {day} with {top}.",
    ),
    "trend.alt_nothing": ("{label} 0건.", "{label}: none."),
    "trend.articles_a_day": ("하루 기사 수", "articles a day"),
    "trend.no_data": ("자료 없음", "no data"),
    "trend.spike": (
        "📈 {watch} 기사가 평소(하루 {usual}건)보다 훨씬 많습니다: 오늘 {today}건",
        "📈 {watch}: far more articles than usual ({usual} a day): {today} today",
    ),
    "learning.exclude": (
        "제외어 '{word}'{word!p:을/를} 더할까요? 지난 {days}일: 오탐 {bad_total}건 중 {bad_removed}건 제거, "
        "정탐 {good_total}건 중 {good_lost}건 손실",
        "Exclude '{word}'? Last {days} days: {bad_removed} of {bad_total} false alarms removed, "
        "{good_lost} of {good_total} wanted articles lost",
    ),
    "learning.require": (
        "'{word}'{word!p:이/가} 함께 있는 기사만 알릴까요? 지난 {days}일: 오탐 {bad_total}건 중 {bad_removed}건 제거, "
        "정탐 {good_total}건 중 {good_lost}건 손실",
        "Only articles that also contain '{word}'? Last {days} days: {bad_removed} of {bad_total} false alarms removed, "
        "{good_lost} of {good_total} wanted articles lost",
    ),
}
