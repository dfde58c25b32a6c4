"""Who asks, from where, and the way back, read from Slack's payloads."""

from collections.abc import Mapping
from typing import Any

from handlers.slack_app.answering import Return
from handlers.slack_app.rights import SlackRights, slack_channel


async def back_of(body: Mapping[str, Any], rights: SlackRights) -> Return:
    """The caller of a command or interaction, and where the answer goes; outside of channels that is the DM."""
    team, user = team_of(body), user_of(body)
    named = channel_of(body)
    place = slack_channel(team, named if named != user else await rights.direct(team, user))
    caller = await rights.caller(place, user, str(body.get("trigger_id") or ""))
    offered: Mapping[str, Any] = next(iter(body.get("response_urls") or ()), {})
    url = str(body.get("response_url") or offered.get("response_url") or "")
    return Return(caller, url, body.get("view") or {})


def unescape(text: str) -> str:
    """Slack writes `&`, `<`, `>` of a typed line as entities; what it made itself (`<@U1>`) stays."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace of a command, an interaction or an event."""
    return str(body.get("team_id") or (body.get("team") or {}).get("id") or "")


def user_of(body: Mapping[str, Any]) -> str:
    """The person who acts."""
    return str(body.get("user_id") or (body.get("user") or {}).get("id") or "")


def channel_of(body: Mapping[str, Any]) -> str:
    """The channel of a request; in a view the one it was opened from, else the person's own id."""
    view, container = body.get("view") or {}, body.get("container") or {}
    named = body.get("channel_id") or (body.get("channel") or {}).get("id") or container.get("channel_id")
    return str(named or view.get("private_metadata") or user_of(body))
