"""`sosik doctor`, wired: looks at the settings, the platforms, the database; changes nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from bot.adapters.probes import Answer, Probe, missing, permissions_in
from bot.adapters.store import Store
from bot.adapters.store.migrate import HEAD, current
from bot.adapters.store.views import Kept
from bot.core.compose import Voice
from bot.core.errors import GiveUp, SosikError
from bot.core.news import Platform
from bot.services.doctor import CLOCK_SLACK, INVITE_PERMISSIONS, INVITE_URL, Findings, examine_store
from bot.settings import Settings, revealed

MOST_CHANNELS = 40  # asked for; conversations.info allows some 50 a minute
_SESSIONS_FEW = 20  # of the 1,000 that Discord lets a bot begin a day


async def examine(settings: Settings) -> Findings:
    """Look at everything."""
    findings = Findings()
    channels = await _database(settings, findings)
    if settings.slack_bot_token is None and settings.slack_client_id is None:
        findings.add("doctor.no_slack", well=None)
    else:
        await _slack(settings, findings, [each for each in channels if each.settings.ref.platform is Platform.SLACK])
    if settings.discord_bot_token is None:
        findings.add("doctor.no_discord", well=None)
    else:
        await _discord(
            settings, findings, [each for each in channels if each.settings.ref.platform is Platform.DISCORD]
        )
    return findings


async def _database(settings: Settings, findings: Findings) -> Sequence[Kept]:
    """The channels that have watches; none when there is no database to read."""
    try:
        store = Store(settings.database, voice=Voice(settings.sosik_language, settings.sosik_timezone))
        path = store.db.path
        if store.db.is_sqlite and path is not None and not path.exists():
            findings.add("doctor.database_new", well=None, path=str(path))
            return ()
        async with store:
            version = await current(store.db)
            if version > HEAD:
                raise GiveUp("database.newer", version=version)
            if version != HEAD:
                findings.add("doctor.database_old", well=False, remedy="doctor.migrate")
                return ()
            findings.add("doctor.database", kind="SQLite" if store.db.is_sqlite else "PostgreSQL", version=version)
            await examine_store(store, findings, now=datetime.now(UTC))
            return await store.views.channels()
    except SosikError as error:
        findings.failed(error)
        return ()


async def _slack(settings: Settings, findings: Findings, channels: Sequence[Kept]) -> None:
    from handlers.slack_app.installing import SCOPES  # noqa: PLC0415 - slack_bolt is needed only with a token

    if settings.slack_bot_token is not None:
        token = revealed(settings.slack_bot_token)
        try:
            async with Probe(settings.slack_api_url, f"Bearer {token}") as probe:
                answer = await probe.ask("auth.test", method="POST")
                if not answer.body.get("ok"):
                    _refused(findings, "slack.token", "doctor.renew_slack", answer, token)
                else:
                    team = str(answer.body.get("team") or answer.body.get("team_id"))
                    findings.add("doctor.slack", team=team, token=_last(token))
                    _clock(findings, answer, "Slack")
                    granted = {each.strip() for each in answer.headers.get("x-oauth-scopes", "").split(",")}
                    lacking = sorted(set(SCOPES) - granted) if granted != {""} else []
                    if lacking:
                        findings.add("doctor.scopes", well=False, remedy="doctor.reinstall", scopes=", ".join(lacking))
                    await _slack_channels(probe, findings, channels, str(answer.body.get("team_id", "")))
        except SosikError as error:
            findings.failed(error, "doctor.check_network")
    await _slack_incoming(settings, findings)


async def _slack_incoming(settings: Settings, findings: Findings) -> None:
    if settings.slack_app_token is None:
        http_mode = settings.slack_signing_secret is not None
        findings.add("doctor.slack_http" if http_mode else "doctor.slack_deaf", well=True if http_mode else None)
        return
    token = revealed(settings.slack_app_token)
    try:
        async with Probe(settings.slack_api_url, f"Bearer {token}") as probe:
            answer = await probe.ask("apps.connections.open", method="POST")
    except SosikError as error:
        findings.failed(error, "doctor.check_network")
        return
    if answer.body.get("ok"):
        findings.add("doctor.socket", token=_last(token))
    else:
        _refused(findings, "slack.app_token", "doctor.renew_app_token", answer, token)


async def _slack_channels(probe: Probe, findings: Findings, channels: Sequence[Kept], team: str) -> None:
    mine = [each for each in channels if each.settings.ref.workspace == team]
    for kept in mine[:MOST_CHANNELS]:
        ref = kept.settings.ref
        if _paused(findings, kept) or ref.channel.startswith(("U", "W")):
            continue
        answer = await probe.ask("conversations.info", method="POST", channel=ref.channel)
        room = answer.body.get("channel") or {}
        if not answer.body.get("ok"):
            why = "delivery.channel_gone" if answer.body.get("error") == "channel_not_found" else ""
            if why:
                _channel(findings, kept, (why,), "doctor.invite_slack")
        elif room.get("is_archived"):
            _channel(findings, kept, ("delivery.archived",), "doctor.unarchive")
        elif not room.get("is_member") and not room.get("is_im"):
            _channel(findings, kept, ("delivery.not_in_channel",), "doctor.invite_slack")
        else:
            findings.add("doctor.channel", channel=str(ref), count=kept.watches)
    _rest(findings, len(mine))


async def _discord(settings: Settings, findings: Findings, channels: Sequence[Kept]) -> None:
    token = revealed(settings.discord_bot_token)
    try:
        async with Probe(settings.discord_api_url, f"Bot {token}") as probe:
            me = await probe.ask("users/@me")
            if me.status != 200:
                _refused(findings, "discord.token", "doctor.renew_discord", me, token)
                return
            findings.add("doctor.discord", name=str(me.body.get("username", "")), token=_last(token))
            _clock(findings, me, "Discord")
            about = await probe.ask("oauth2/applications/@me")
            client = str(about.body.get("id") or me.body.get("id"))
            query = {"client_id": client, "scope": "bot applications.commands", "permissions": INVITE_PERMISSIONS}
            findings.add("doctor.invite", url=f"{INVITE_URL}?{urlencode(query)}")
            gateway = await probe.ask("gateway/bot")
            left = int((gateway.body.get("session_start_limit") or {}).get("remaining", _SESSIONS_FEW))
            few = left < _SESSIONS_FEW
            findings.add(
                "doctor.sessions",
                well=not few,
                remedy="doctor.wait_sessions" if few else "",
                left=left,
                shards=gateway.body.get("shards", 1),
            )
            await _discord_channels(probe, findings, channels, str(me.body.get("id", "")))
    except SosikError as error:
        findings.failed(error, "doctor.check_network")


async def _discord_channels(probe: Probe, findings: Findings, channels: Sequence[Kept], me: str) -> None:
    guilds: dict[str, tuple[Answer, Answer]] = {}
    for kept in channels[:MOST_CHANNELS]:
        ref = kept.settings.ref
        if _paused(findings, kept):
            continue
        answer = await probe.ask(f"channels/{ref.channel}")
        if answer.status in {403, 404}:
            _channel(findings, kept, ("delivery.channel_gone",), "doctor.invite_discord")
            continue
        guild = str(answer.body.get("guild_id") or "")
        lacking: tuple[str, ...] = ()
        if guild:
            if guild not in guilds:
                guilds[guild] = (await probe.ask(f"guilds/{guild}"), await probe.ask(f"guilds/{guild}/members/{me}"))
            about, member = guilds[guild]
            if about.status == member.status == 200:
                lacking = missing(permissions_in(answer.body, about.body, member.body))
        if lacking:
            _channel(findings, kept, lacking, "doctor.grant_discord")
        else:
            findings.add("doctor.channel", channel=str(ref), count=kept.watches)
    _rest(findings, len(channels))


def _paused(findings: Findings, kept: Kept) -> bool:
    if kept.settings.state == "open":
        return False
    _channel(findings, kept, (kept.settings.pause_reason,), "doctor.mend_channel")
    return True


def _channel(findings: Findings, kept: Kept, keys: Sequence[str], remedy: str) -> None:
    """One channel with what is wrong, in the language of the sentence around it."""
    findings.add(
        "doctor.channel_ill",
        well=False,
        remedy=remedy,
        channel=str(kept.settings.ref),
        whys=[(key, kept.settings.pause_values or {}) for key in keys],
    )


def _rest(findings: Findings, count: int) -> None:
    if count > MOST_CHANNELS:
        findings.add("doctor.rest", well=None, count=count - MOST_CHANNELS)


def _refused(findings: Findings, key: str, remedy: str, answer: Answer, token: str) -> None:
    error = str(answer.body.get("error") or answer.body.get("message") or f"HTTP {answer.status}")
    findings.add(key, well=False, remedy=remedy, error=error, token=_last(token))


def _clock(findings: Findings, answer: Answer, whose: str) -> None:
    told = answer.date
    if told is None:
        return
    off = abs(datetime.now(UTC) - told)
    if off > CLOCK_SLACK:
        seconds = round(off.total_seconds())
        findings.add("doctor.clock_off", well=False, remedy="doctor.set_clock", seconds=seconds, whose=whose)


def _last(token: str) -> str:
    """What may be shown of a secret: its last four characters, when it is long enough to keep the rest."""
    return f"…{token[-4:]}" if len(token) >= 16 else "…"
