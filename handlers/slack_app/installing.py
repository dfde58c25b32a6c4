"""OAuth: a workspace takes the bot in by a link (docs.slack.dev/authentication/installing-with-oauth).

The state that Slack brings back is signed, short-lived, bound to the browser by a cookie, and good once; nothing is
stored until the token is there.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.core.errors import TryLater
from bot.core.wording import say
from bot.services.installations import Installation, Installations
from handlers.slack_app.once import Once
from handlers.slack_app.workspaces import SlackRefusedError, Workspaces, refusing

log = structlog.get_logger()

# deploy/slack-manifest.yaml asks for the same; a test compares them
SCOPES: Final = (
    "chat:write",
    "commands",
    "channels:read",
    "groups:read",
    "users:read",
    "im:write",
    "channels:history",
    "groups:history",
    "im:history",
)
AUTHORIZE_URL: Final = "https://slack.com/oauth/v2/authorize"
STATE_SECONDS: Final = 10 * 60
COOKIE: Final = "sosik_slack_state"


class Installing:
    """The two pages of an installation.

    Args:
        secret_key: signs the state (`SOSIK_SECRET_KEY`).
        redirect_url: where Slack sends the browser back to; under `SOSIK_PUBLIC_URL`.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        installations: Installations,
        *,
        client_id: str,
        client_secret: str,
        secret_key: str,
        redirect_url: str,
        language: str = "ko",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._workspaces = workspaces
        self._installations = installations
        self._client_id = client_id
        self._client_secret = client_secret
        self._key = secret_key.encode()
        self._redirect_url = redirect_url
        self._language = language
        self._clock = clock
        self._used = Once()

    def begin(self) -> Response:
        """Send the browser to Slack."""
        nonce = secrets.token_urlsafe(24)
        state = self._sign(f"{nonce}.{int(self._clock() + STATE_SECONDS)}")
        query = {
            "client_id": self._client_id,
            "scope": ",".join(SCOPES),
            "state": state,
            "redirect_uri": self._redirect_url,
        }
        response = RedirectResponse(f"{AUTHORIZE_URL}?{urlencode(query)}", status_code=302)
        secure = self._redirect_url.startswith("https://")
        response.set_cookie(
            COOKIE, nonce, max_age=STATE_SECONDS, httponly=True, secure=secure, samesite="lax", path="/slack"
        )
        return response

    async def finish(self, query: Mapping[str, str], cookies: Mapping[str, str]) -> Response:
        """Slack sent the browser back: exchange the code for a token and keep it."""
        if query.get("error"):
            return self._page("slack.install_denied", status=400)
        if not self._good(query.get("state", ""), cookies.get(COOKIE, "")):
            return self._page("slack.install_expired", status=400)
        try:
            answer = await self._exchange(query.get("code", ""))
        except SlackRefusedError as refused:
            log.warning("slack_install_refused", error=refused.error)
            return self._page("slack.install_expired", status=400)
        except TryLater as error:
            return self._page(error.key, status=502, **error.values)
        team = answer.get("team") or {}
        await self._installations.save(
            Installation(
                workspace=str(team.get("id") or ""),
                name=str(team.get("name") or ""),
                installer=str((answer.get("authed_user") or {}).get("id") or ""),
                token=str(answer.get("access_token") or ""),
            )
        )
        return self._page("slack.installed", status=200, name=str(team.get("name") or ""))

    async def _exchange(self, code: str) -> Mapping[str, Any]:
        client = self._workspaces.client()
        # as form fields (docs: oauth.v2.access): slack_sdk 3.47's own method uses what aiohttp 3.14 deprecates
        form = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code": code,
            "redirect_uri": self._redirect_url,
        }
        answer = await refusing(lambda: client.api_call("oauth.v2.access", data=form))
        if not answer.get("access_token") or not (answer.get("team") or {}).get("id"):
            raise SlackRefusedError("no_bot_token")  # an organisation-wide install, which this app does not offer
        return answer

    def _sign(self, text: str) -> str:
        return f"{text}.{hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()}"

    def _good(self, state: str, nonce: str) -> bool:
        text, _, _ = state.rpartition(".")
        claimed, _, until = text.rpartition(".")
        if not nonce or not hmac.compare_digest(self._sign(text).encode(), state.encode()):
            return False
        fresh = hmac.compare_digest(claimed.encode(), nonce.encode()) and self._clock() <= int(until)
        return fresh and self._used.first(state)

    def _page(self, key: str, *, status: int, **values: object) -> Response:
        sentence = escape(say(key, self._language, **values))
        page = f'<!doctype html><meta charset="utf-8"><title>sosik</title><p>{sentence}</p>'
        headers = {"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer"}
        response = HTMLResponse(page, status_code=status, headers=headers)
        response.delete_cookie(COOKIE, path="/slack")
        return response
