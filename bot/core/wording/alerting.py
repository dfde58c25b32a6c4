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
}
