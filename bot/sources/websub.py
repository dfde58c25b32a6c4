"""WebSub, the subscriber's side (https://www.w3.org/TR/websub/): what we ask a hub, and whether to believe it.

Pushes only make a source due at once: what they carry is a hint, the feed itself is what counts, and a poll each hour
stays as a net. So a forged or lost push costs one poll at most.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

LEASE_SECONDS = 7 * 24 * 3600.0  # what we ask for; the hub decides
SHORTEST_LEASE_SECONDS = 3600.0
LONGEST_LEASE_SECONDS = 30 * 24 * 3600.0
BACKUP_POLL_SECONDS = 3600.0
MAX_SECRET_BYTES = 199  # §5.1: less than 200
MAX_CHALLENGE_CHARACTERS = 1024


class Wish(StrEnum):
    """What we last asked the hub for: only that may be confirmed."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed at one hub.

    Attributes:
        topic: the feed's address as the feed itself names it (`rel="self"`).
        callback: our address for this subscription alone; nobody can guess it.
        secret: signs the pushes; of this subscription alone.
        expires_at: None until the hub has confirmed.
    """

    hub: str
    topic: str
    callback: str
    secret: str
    wish: Wish = Wish.SUBSCRIBE
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the hub is answered, and the subscription as it stands then; None when it has ended."""

    status: int
    body: str
    subscription: Subscription | None


def form(subscription: Subscription) -> dict[str, str]:
    """The form that is posted to the hub (§5.1).

    Raises:
        ValueError: a secret that hubs may refuse: a mistake of ours.
    """
    if not 0 < len(subscription.secret.encode()) <= MAX_SECRET_BYTES:
        raise ValueError("the secret must have 1 to 199 bytes")
    return {
        "hub.callback": subscription.callback,
        "hub.mode": subscription.wish.value,
        "hub.topic": subscription.topic,
        "hub.secret": subscription.secret,
        "hub.lease_seconds": str(int(LEASE_SECONDS)),
    }


def confirm(subscription: Subscription, query: Mapping[str, str], *, now: datetime) -> Reply:
    """Answer the hub's question whether we really asked (§5.3): yes only for this topic and what we last asked for."""
    if query.get("hub.topic") != subscription.topic:
        return Reply(404, "", subscription)
    mode = query.get("hub.mode")
    if mode == "denied":
        return Reply(200, "", None)
    challenge = query.get("hub.challenge", "")
    if mode != subscription.wish or not 0 < len(challenge) <= MAX_CHALLENGE_CHARACTERS:
        return Reply(404, "", subscription)
    if subscription.wish is Wish.UNSUBSCRIBE:
        return Reply(200, challenge, None)
    expires_at = now + timedelta(seconds=_lease_seconds(query.get("hub.lease_seconds", "")))
    return Reply(200, challenge, replace(subscription, expires_at=expires_at))


def is_authentic(subscription: Subscription, body: bytes, *, signature: str) -> bool:
    """Whether `X-Hub-Signature` was made with our secret (§7.1); a false one is answered 2xx too, and ignored."""
    method, _, digest = signature.strip().partition("=")
    made = _METHODS.get(method.lower())
    if made is None or not _HEX.fullmatch(digest):
        return False
    return hmac.compare_digest(hmac.new(subscription.secret.encode(), body, made).hexdigest(), digest.lower())


def renew_at(subscription: Subscription, *, now: datetime) -> datetime:
    """When to ask the hub again: after two thirds of what is left of the lease, at once when it never confirmed."""
    if subscription.expires_at is None:
        return now
    return now + max((subscription.expires_at - now) * 2 / 3, timedelta(0))


_HEX = re.compile(r"[0-9a-fA-F]{64,128}")
# SHA-1 is not accepted although §7.1 knows it: hubs that know no other have had the time since 2018.
_METHODS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


def _lease_seconds(text: str) -> float:
    if not (text.isascii() and text.isdigit()):
        return LEASE_SECONDS
    return min(max(float(text[:12]), SHORTEST_LEASE_SECONDS), LONGEST_LEASE_SECONDS)
