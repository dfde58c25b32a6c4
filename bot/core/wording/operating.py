"""The command line, settings, health."""

TEXTS: dict[str, tuple[str, str]] = {
    "channel.bad": (
        "'{text}'{text!p:은/는} 채널 주소가 아니에요. platform:workspace/channel 꼴로 적어 주세요 (예: console:local/main)",
        "'{text}' is no channel address. Write platform:workspace/channel (for example console:local/main)",
    ),
    "cli.about": (
        "소식: 지켜보는 말이 나온 기사를 Slack과 Discord 채널에 몇 초 안에 알려 줍니다",
        "sosik tells Slack and Discord channels, within seconds, about every article that mentions what they watch",
    ),
    "cli.run": ("설정한 대로 계속 일합니다", "do everything configured, until stopped"),
    "cli.run.once": (
        "읽을 출처를 한 번씩 읽고, 보낼 것을 다 보내고 끝냅니다",
        "poll every due source once, deliver everything due, leave",
    ),
    "cli.run.role": ("이 프로세스가 맡을 일만: poll,deliver,gateway,web", "only these roles: poll,deliver,gateway,web"),
    "cli.demo": (
        "함께 들어 있는 뉴스로 보여 줍니다. 토큰도 인터넷도 필요 없어요",
        "show it on bundled news: no token, no internet",
    ),
    "cli.demo.hold": ("끝내지 않고 웹 페이지를 열어 둡니다", "stay up with the web page"),
    "cli.demo.json": ("알림마다 JSON 한 줄을 씁니다", "print one JSON object a line for each alert"),
    "cli.say": ("채팅 명령 하나를 운영자로서 실행합니다", "run one chat command as the operator"),
    "cli.say.in": ("채널. 예: console:local/main", "a channel such as console:local/main"),
    "cli.say.as": ("누구로서", "as whom"),
    "cli.say.text": ("명령. 예: 구독 LG전자", "the command, such as: 구독 LG전자"),
    "cli.match": ("표준 입력의 기사(JSON Lines)에서 찾습니다", "filter articles (JSON lines on stdin)"),
    "cli.match.watches": ("감시 표현식 파일, 한 줄에 하나", "a file with one watch expression a line"),
    "cli.match.explain": ("거절한 이유도 보여 줍니다", "show refused candidates with the reason"),
    "cli.feed": ("피드를 어떻게 읽는지 보여 줍니다", "show how a feed is read"),
    "cli.feed.place": ("파일, 주소, 또는 표준 입력 -", "a file, an address, or - for stdin"),
    "cli.feed.charset": ("HTTP 머리의 문자셋", "the charset of the HTTP header"),
    "cli.feed.base": ("상대 주소의 기준", "what relative addresses are relative to"),
    "cli.feed.timezone": ("시간대가 없는 날짜의 시간대", "the zone of dates that name none"),
    "cli.extract": ("기사 페이지를 어떻게 읽는지 보여 줍니다", "show how an article page is read"),
    "cli.extract.place": ("파일, 주소, 또는 표준 입력 -", "a file, an address, or - for stdin"),
    "cli.extract.url": ("파일이 놓여 있던 주소", "the address that the file came from"),
    "cli.migrate": ("데이터베이스를 이 버전에 맞춥니다", "bring the database to this version"),
    "cli.backup": ("일하는 동안에도 온전한 사본을 만듭니다", "make a consistent copy, also while it runs"),
    "cli.backup.file": ("사본의 이름", "the copy's name"),
    "cli.sources": ("출처를 OPML 파일로 내보내거나 들여옵니다", "export sources as OPML, or import them"),
    "cli.sources.what": ("내보내기(export) 또는 들여오기(import)", "export or import"),
    "cli.sources.file": ("OPML 파일, 또는 -", "an OPML file, or -"),
    "sources.imported": (
        "출처 {count}개를 넣었어요. {there}개는 이미 있었어요",
        "{count} sources are in; {there} were there already",
    ),
    "sources.exported": ("출처 {count}개를 {file}에 썼어요", "{count} sources are written to {file}"),
    "sources.title": ("소식 출처", "sosik's sources"),
    "cli.explain": (
        "이 기사가 왜 알림이 되었는지, 왜 안 되었는지 보여 줍니다",
        "show why an article became an alert, or why not",
    ),
    "cli.explain.url": ("기사의 주소", "the article's address"),
    "cli.explain.in": ("이 채널의 감시만", "only watches of this channel"),
    "cli.export": (
        "채널, 감시, 출처, 요약을 YAML로 씁니다",
        "write channels, watches, sources and digests as YAML",
    ),
    "cli.export.file": ("파일, 또는 표준 출력 -", "a file, or - for stdout"),
    "cli.import": (
        "YAML을 받아들입니다. 다시 해도 같고, 아무것도 가져오지 않아요",
        "take that YAML in; doing it again changes nothing, and nothing is fetched",
    ),
    "cli.import.file": ("파일, 또는 표준 입력 -", "a file, or - for stdin"),
    "cli.import.dry": ("바꾸지 않고 무엇이 바뀔지만 보여 줍니다", "change nothing, show what would change"),
    "cli.doctor": (
        "토큰, 권한, 채널, 데이터베이스, 출처를 살피고 고칠 방법을 알려 줍니다",
        "check tokens, permissions, channels, database and sources, each with a remedy",
    ),
    "cli.write": ("'{file}'{file!p:을/를} 쓸 수 없어요: {why}", "'{file}' cannot be written: {why}"),
    "slack.sealed": (
        "저장된 Slack 토큰을 열 수 없어요. SOSIK_SECRET_KEY를 되돌리거나 다시 설치해 주세요",
        "The stored Slack token cannot be opened. Put SOSIK_SECRET_KEY back, or install the app again",
    ),
    "slack.install_needs": (
        "SLACK_CLIENT_ID로 설치를 받으려면 {names}도 적어 주세요",
        "To take installations by SLACK_CLIENT_ID, set {names} too",
    ),
    "doctor.well": ("모두 괜찮아요", "All is well"),
    "doctor.ill": ("✖ 줄을 고쳐 주세요", "Please mend the lines with ✖"),
    "doctor.unreachable": ("{host}에 닿지 않아요 ({error})", "{host} cannot be reached ({error})"),
    "doctor.check_network": ("주소와 네트워크를 확인해 주세요", "check the address and the network"),
    "doctor.database": ("데이터베이스 {kind}, 스키마 {version}", "database {kind}, schema {version}"),
    "doctor.database_new": (
        "데이터베이스가 아직 없어요. 처음 실행할 때 만들어요 ({path})",
        "There is no database yet; the first run makes it ({path})",
    ),
    "doctor.database_old": ("데이터베이스의 스키마가 옛 버전이에요", "The database's schema is of an older version"),
    "doctor.migrate": ("sosik migrate를 실행해 주세요", "run sosik migrate"),
    "doctor.clock_database": ("시계가 맞아요", "the clock is right"),
    "doctor.clock_off": (
        "이 기계의 시계가 {whose}의 시계와 {seconds}초 달라요",
        "this machine's clock is {seconds} s off that of {whose}",
    ),
    "doctor.set_clock": ("시간 동기화(NTP)를 켜 주세요", "switch time synchronisation (NTP) on"),
    "doctor.sources": ("출처 {count}개, 문제 {trouble}개", "{count} sources, {trouble} in trouble"),
    "doctor.no_sources": ("출처가 아직 없어요", "there are no sources yet"),
    "doctor.source_failing": ("출처 #{number} {name}: 읽지 못하고 있어요", "source #{number} {name} cannot be read"),
    "doctor.source_quiet": ("출처 #{number} {name}: 평소보다 조용해요", "source #{number} {name} is unusually quiet"),
    "doctor.check_source": (
        "출처 check {number}{number!p:으로/로} 확인하거나 주소를 바꿔 주세요",
        "try source check {number}, or replace its address",
    ),
    "doctor.dead": ("보내지 못한 알림이 {count}건 있어요", "{count} deliveries could not be sent"),
    "doctor.see_status": (
        "그 채널에서 상태를 보고 [다시 보내기]를 눌러 주세요",
        "see status in that channel and press [Send again]",
    ),
    "doctor.no_dead": (
        "보내지 못한 알림 없음 (대기 {pending}, 보관 {held})",
        "nothing undeliverable ({pending} waiting, {held} kept)",
    ),
    "doctor.no_slack": ("Slack은 설정하지 않았어요", "Slack is not configured"),
    "doctor.slack": ("Slack 봇 토큰({token})이 '{team}'에서 통해요", "Slack's bot token ({token}) works in '{team}'"),
    "doctor.renew_slack": (
        "api.slack.com/apps의 OAuth & Permissions에서 봇 토큰을 다시 복사해 주세요",
        "copy the bot token again from OAuth & Permissions at api.slack.com/apps",
    ),
    "doctor.scopes": ("Slack 권한이 모자라요: {scopes}", "Slack scopes are missing: {scopes}"),
    "doctor.reinstall": (
        "deploy/slack-manifest.yaml을 붙여 넣고 앱을 다시 설치해 주세요",
        "paste deploy/slack-manifest.yaml and install the app again",
    ),
    "doctor.socket": ("Slack 앱 토큰({token})으로 연결할 수 있어요", "Slack's app token ({token}) can connect"),
    "doctor.renew_app_token": (
        "Basic Information에서 connections:write가 있는 앱 토큰을 만들어 주세요",
        "make an app-level token with connections:write in Basic Information",
    ),
    "doctor.slack_http": ("Slack은 HTTP로 들어요", "Slack is heard over HTTP"),
    "doctor.slack_deaf": (
        "SLACK_APP_TOKEN이 없어 Slack의 명령은 듣지 않고 알림만 보내요",
        "without SLACK_APP_TOKEN alerts are posted to Slack, and commands are not heard",
    ),
    "doctor.no_discord": ("Discord는 설정하지 않았어요", "Discord is not configured"),
    "doctor.discord": ("Discord 봇 토큰({token})이 통해요: {name}", "Discord's bot token ({token}) works: {name}"),
    "doctor.renew_discord": (
        "discord.com/developers/applications의 Bot에서 토큰을 다시 만들어 주세요",
        "reset the token under Bot at discord.com/developers/applications",
    ),
    "doctor.invite": ("Discord 초대 링크: {url}", "Discord invite link: {url}"),
    "doctor.sessions": (
        "Discord 게이트웨이: 샤드 {shards}개, 오늘 남은 접속 {left}번",
        "Discord's gateway: {shards} shards, {left} sessions left today",
    ),
    "doctor.wait_sessions": (
        "다시 시작하기를 멈추고 내일까지 기다려 주세요",
        "stop restarting and wait until tomorrow",
    ),
    "doctor.channel": (
        "{channel}: 글을 쓸 수 있어요 (감시 {count}개)",
        "{channel}: may be posted to ({count} watches)",
    ),
    "doctor.channel_ill": ("{channel}: {why}", "{channel}: {why}"),
    "doctor.invite_slack": ("그 채널에서 /invite @뉴스봇", "/invite @뉴스봇 in that channel"),
    "doctor.unarchive": ("채널을 다시 열거나 감시를 해지해 주세요", "unarchive the channel, or end its watches"),
    "doctor.invite_discord": (
        "초대 링크로 다시 초대하거나 채널 보기 권한을 주세요",
        "invite me again by the link, or let me view the channel",
    ),
    "doctor.grant_discord": (
        "채널 설정의 권한에서 봇에게 허용해 주세요",
        "allow it for the bot in the channel's permissions",
    ),
    "doctor.mend_channel": (
        "고친 뒤 그 채널에서 상태를 보고 [다시 보내기]를 눌러 주세요",
        "mend it, then see status in that channel and press [Send again]",
    ),
    "doctor.rest": ("나머지 채널 {count}개는 묻지 않았어요", "{count} more channels were not asked for"),
    "port.would": (
        "더할 것 {added}개, 바꿀 것 {changed}개, 그대로 {same}개",
        "{added} to add, {changed} to change, {same} as they are",
    ),
    "port.done": (
        "더함 {added}개, 바꿈 {changed}개, 그대로 {same}개",
        "{added} added, {changed} changed, {same} as they were",
    ),
    "port.version": (
        "{line}번째 줄: version {version}{version!p:은/는} 읽을 수 없어요. version: 1로 적어 주세요",
        "Line {line}: version {version} cannot be read. Write version: 1",
    ),
    "port.value": (
        "{line}번째 줄: {field} 값 '{value}'{value!p:을/를} 쓸 수 없어요",
        "Line {line}: {field} '{value}' cannot be used",
    ),
    "port.form": (
        "{line}번째 줄의 꼴이 달라요. sosik export가 쓰는 꼴로 적어 주세요",
        "Line {line} has another form. Write it as sosik export does",
    ),
    "port.unknown": (
        "{line}번째 줄: '{field}'{field!p:은/는} 모르는 항목이에요. {known} 가운데 하나여야 해요",
        "Line {line}: '{field}' is unknown. It should be one of {known}",
    ),
    "port.twice": (
        "{line}번째 줄: '{field}'{field!p:이/가} 두 번 나와요",
        "Line {line}: '{field}' stands there twice",
    ),
    "port.alias": (
        "{line}번째 줄: YAML 별칭(*)은 쓸 수 없어요",
        "Line {line}: YAML aliases (*) cannot be used",
    ),
    "port.too_big": (
        "파일이 너무 커요. {characters:,}자까지 읽을 수 있어요",
        "The file is too big: {characters:,} characters can be read",
    ),
    "port.not_yaml": (
        "{line}번째 줄에서 YAML 문법이 어긋나요. 따옴표와 들여쓰기를 살펴봐 주세요",
        "This is no YAML at line {line}. Look at its quotes and indents",
    ),
    "cli.migrated": ("데이터베이스가 준비되었어요", "The database is ready"),
    "cli.usage": (
        "명령을 이해하지 못했어요 ({detail}). {command} --help를 보세요",
        "I did not understand that ({detail}). See {command} --help",
    ),
    "cli.broken": (
        "sosik 안에서 문제가 생겼어요 ({error}). SOSIK_LOG_LEVEL=debug 로 다시 해 보면 자세히 보여요",
        "Something broke inside sosik ({error}). Run it again with SOSIK_LOG_LEVEL=debug for the details",
    ),
    "cli.file": ("'{file}'{file!p:을/를} 읽을 수 없어요: {why}", "'{file}' cannot be read: {why}"),
    "demo.starting": ("출처를 읽고 구독하고 있어요", "reading sources and subscribing"),
    "demo.waiting": ("새 기사가 나왔어요. 알림 {count}/{all}", "news is out. Alerts {count}/{all}"),
    "demo.republished": (
        "매체들이 기사를 다시 냈어요. 알림이 또 오지 않는지 보고 있어요",
        "outlets republish articles; nothing more must come",
    ),
    "demo.refused": (
        "데모의 명령 '{line}'{line!p:이/가} 거절됐어요: {why}",
        "The demo's command '{line}' was refused: {why}",
    ),
    "demo.figures": (
        "기사 {articles}건을 읽고 알림 {alerts}건을 보냈어요 · 발행에서 알림까지 중앙값 {median}초, 최대 {worst}초 · 이벤트 루프 최대 멈춤 {lag}ms",
        "{articles} articles read, {alerts} alerts sent · publication to alert {median} s median, {worst} s at most · longest stall of the event loop {lag} ms",
    ),
    "demo.held": (
        "둘러보세요: {page} · 뉴스 {news} · 끝내려면 Ctrl+C",
        "Look around: {page} · news {news} · Ctrl+C ends it",
    ),
    "backup.done": ("{file}에 사본을 만들었어요", "The copy is {file}"),
    "backup.exists": (
        "{file}{file!p:이/가} 이미 있어요. 다른 이름을 적어 주세요",
        "{file} is there already. Choose another name",
    ),
    "cli.restore": (
        "사본을 제자리에 놓습니다. 보내지 않은 알림은 확인한 뒤에 보냅니다",
        "put a copy back; what is unsent in it is looked up before it is sent",
    ),
    "cli.restore.file": (
        "sosik backup이 만든 사본. 없으면 지금 데이터베이스를 되살린 것으로 봅니다",
        "a copy made by sosik backup; without it the present database counts as put back",
    ),
    "restore.done": (
        "되살렸어요. 보내지 않은 알림은 이미 보냈는지 확인한 뒤에 보내요",
        "It is put back. What is unsent is looked up before it is sent",
    ),
    "restore.not_ours": (
        "{file}{file!p:은/는} sosik 데이터베이스가 아니에요",
        "{file} is no database of sosik",
    ),
    "restore.postgresql": (
        "PostgreSQL은 pg_restore로 되살린 다음 파일 없이 sosik restore를 실행해 주세요",
        "Put PostgreSQL back with pg_restore, then run sosik restore without a file",
    ),
    "backup.postgresql": (
        "PostgreSQL은 pg_dump로 사본을 만들어 주세요",
        "Copy PostgreSQL with pg_dump",
    ),
    "settings.bad": (
        "{name} 설정이 맞지 않아요. 이런 값이어야 해요: {expected}",
        "{name} is not right. It should be like: {expected}",
    ),
    "settings.file": (
        "{name}에 적힌 파일을 읽을 수 없어요. 경로와 권한을 확인해 주세요",
        "The file named by {name} cannot be read. Check its path and permissions",
    ),
    "role.unknown": (
        "'{role}'{role!p:은/는} 모르는 역할이에요. {roles} 가운데서 골라 주세요",
        "'{role}' is no role I know. Choose from {roles}",
    ),
    "run.twice": (
        "다른 sosik run이 이 데이터베이스를 쓰고 있어요 ({path}). 먼저 그것을 끝내거나 PostgreSQL을 쓰세요",
        "Another sosik run uses this database ({path}). End it first, or use PostgreSQL",
    ),
    "web.port": (
        "{host}:{port}{port!p:을/를} 열 수 없어요. SOSIK_HTTP_PORT를 바꾸거나 0으로 꺼 주세요",
        "{host}:{port} cannot be opened. Change SOSIK_HTTP_PORT, or set it to 0",
    ),
    "database.url": (
        "DATABASE_URL은 sqlite:///경로 또는 postgresql://… 이어야 해요",
        "DATABASE_URL must be sqlite:///path or postgresql://…",
    ),
    "database.open": (
        "데이터베이스를 열 수 없어요 ({detail}). DATABASE_URL이나 SOSIK_HOME을 확인해 주세요",
        "The database cannot be opened ({detail}). Check DATABASE_URL or SOSIK_HOME",
    ),
    "database.away": (
        "데이터베이스에 닿지 않아요 ({detail}). 켜져 있는지, 주소가 맞는지 확인해 주세요",
        "The database cannot be reached ({detail}). Check that it is up and the address is right",
    ),
    "database.full": (
        "디스크가 가득 찼어요. 자리를 비우면 이어서 일해요",
        "The disk is full. Work goes on once there is room",
    ),
    "database.newer": (
        "데이터베이스가 더 새 버전({version})의 것이에요. sosik을 새 버전으로 바꿔 주세요",
        "The database belongs to a newer version ({version}). Update sosik",
    ),
    "catalog.too_big": (
        "출처 목록이 너무 커요. {characters:,}자까지 읽을 수 있어요",
        "The catalogue is too big: {characters:,} characters can be read",
    ),
    "catalog.not_yaml": (
        "출처 목록 {line}번째 줄에서 YAML 문법이 어긋나요. 따옴표와 들여쓰기를 살펴봐 주세요",
        "The catalogue is no YAML at line {line}. Look at its quotes and indents",
    ),
    "catalog.form": (
        "출처 목록 {line}번째 줄의 꼴이 달라요. feeds 아래에 {{outlet, section, language, url}}을 하나씩 적어 주세요",
        "The catalogue has another form at line {line}. Write one {{outlet, section, language, url}} each below feeds",
    ),
    "catalog.missing": (
        "출처 목록 {line}번째 줄에 {field} 값이 없어요",
        "The catalogue lacks {field} at line {line}",
    ),
    "catalog.unknown": (
        "출처 목록 {line}번째 줄의 '{field}'{field!p:은/는} 모르는 항목이에요",
        "The catalogue names '{field}' at line {line}, which is unknown",
    ),
    "catalog.bad_value": (
        "출처 목록 {line}번째 줄의 {field} 값 '{value}'{value!p:을/를} 쓸 수 없어요",
        "The catalogue says {field} '{value}' at line {line}, which cannot be used",
    ),
    "catalog.twice": (
        "출처 목록 {line}번째 줄의 주소가 두 번 나와요: {url}",
        "The catalogue names this address twice (line {line}): {url}",
    ),
    "catalog.unconfirmed": (
        "출처 목록 {line}번째 줄의 주소는 확인되지 않아서 기본으로 켤 수 없어요: {url}",
        "The catalogue switches on an address that nobody confirmed (line {line}): {url}",
    ),
    "catalog.no_such": (
        "'{name}'{name!p:은/는} 출처 목록에 없는 매체나 분야예요",
        "'{name}' is no outlet or section of the catalogue",
    ),
    "catalog.no_such.near": (
        "'{name}'{name!p:은/는} 출처 목록에 없어요. 혹시 '{near}'인가요?",
        "'{name}' is not in the catalogue. Did you mean '{near}'?",
    ),
    "opml.too_big": (
        "OPML 파일이 너무 커요. {megabytes}MB까지 읽을 수 있어요",
        "The OPML file is too big: {megabytes} MB can be read",
    ),
    "opml.entities": (
        "엔티티를 선언한 OPML 파일은 읽지 않아요. 피드 리더에서 다시 내보내 주세요",
        "OPML files that declare entities are not read. Export it from your feed reader again",
    ),
    "opml.not_opml": (
        "OPML 파일이 아니에요. 피드 리더에서 내보낸 .opml 파일을 넣어 주세요",
        "This is no OPML file. Take the .opml file that your feed reader exports",
    ),
    "opml.no_feeds": (
        "OPML 파일에 피드 주소가 없어요. outline에 xmlUrl이 있는지 살펴봐 주세요",
        "The OPML file names no feed. See whether its outlines have an xmlUrl",
    ),
    "opml.too_many": (
        "OPML 파일에 피드가 너무 많아요. {feeds:,}개까지 읽을 수 있어요. 나눠서 넣어 주세요",
        "The OPML file names too many feeds: {feeds:,} can be read. Split it",
    ),
}
