import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources.websub import LEASE_SECONDS, Subscription, Wish, confirm, form, is_authentic, renew_at

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FEED = "https://news.example/rss"
OURS = Subscription("https://hub.example/", FEED, "https://sosik.example/websub/1", "made at run time")
ASKED = {"hub.mode": "subscribe", "hub.topic": FEED, "hub.challenge": "abc", "hub.lease_seconds": "86400"}


def test_the_hub_is_told_what_where_to_and_how_to_sign():
    assert form(OURS) == {
        "hub.callback": "https://sosik.example/websub/1",
        "hub.mode": "subscribe",
        "hub.topic": FEED,
        "hub.secret": "made at run time",
        "hub.lease_seconds": "604800",
    }


@pytest.mark.parametrize("secret", ["", "x" * 200, "비" * 67])
def test_a_secret_that_hubs_may_refuse_is_our_mistake(secret):
    with pytest.raises(ValueError, match="199 bytes"):
        form(replace(OURS, secret=secret))


def test_a_subscription_that_we_asked_for_is_confirmed():
    reply = confirm(OURS, ASKED, now=NOW)
    assert (reply.status, reply.body) == (200, "abc")
    assert reply.subscription == replace(OURS, expires_at=NOW + timedelta(days=1))


@pytest.mark.parametrize(
    "change",
    [
        {"hub.topic": "https://evil.example/rss"},
        {"hub.topic": FEED + "/"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": "publish"},
        {"hub.challenge": ""},
        {"hub.challenge": "x" * 1025},
    ],
)
def test_what_we_did_not_ask_for_is_not_confirmed(change):
    reply = confirm(OURS, ASKED | change, now=NOW)
    assert (reply.status, reply.body, reply.subscription) == (404, "", OURS)
    assert confirm(OURS, {}, now=NOW).status == 404


def test_a_subscription_ends_when_we_asked_for_its_end_or_the_hub_denies_it():
    leaving = replace(OURS, wish=Wish.UNSUBSCRIBE)
    reply = confirm(leaving, ASKED | {"hub.mode": "unsubscribe"}, now=NOW)
    assert (reply.status, reply.body, reply.subscription) == (200, "abc", None)
    assert confirm(leaving, ASKED, now=NOW).status == 404
    assert confirm(OURS, {"hub.mode": "denied", "hub.topic": FEED}, now=NOW).subscription is None


@pytest.mark.parametrize(
    ("lease", "seconds"),
    [("", LEASE_SECONDS), ("soon", LEASE_SECONDS), ("1", 3600), ("-5", LEASE_SECONDS), ("9" * 400, 30 * 86400)],
)
def test_a_lease_is_at_least_an_hour_and_at_most_a_month(lease, seconds):
    reply = confirm(OURS, ASKED | {"hub.lease_seconds": lease}, now=NOW)
    assert reply.subscription is not None
    assert reply.subscription.expires_at == NOW + timedelta(seconds=seconds)


def signed(body: bytes, *, method: str = "sha256", secret: str = OURS.secret) -> str:
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


@settings(deadline=None)  # no timed tests
@given(st.binary(), st.sampled_from(["sha256", "sha384", "sha512"]))
def test_a_push_signed_with_our_secret_is_believed_and_no_other(body, method):
    assert is_authentic(OURS, body, signature=signed(body, method=method))
    assert is_authentic(OURS, body, signature=signed(body, method=method).upper())
    assert not is_authentic(OURS, body + b"x", signature=signed(body, method=method))
    assert not is_authentic(OURS, body, signature=signed(body, method=method, secret="another"))


@pytest.mark.parametrize("method", ["sha1", "md5"])
def test_a_weak_signature_is_not_believed(method):
    assert not is_authentic(OURS, b"x", signature=signed(b"x", method=method))


@settings(deadline=None)  # no timed tests
@given(st.text())
def test_no_other_text_is_a_signature(text):
    assert not is_authentic(OURS, b"x", signature=text)
    assert not is_authentic(OURS, b"x", signature="sha256=" + text)


def test_a_lease_is_renewed_before_it_ends():
    assert renew_at(OURS, now=NOW) == NOW
    assert renew_at(replace(OURS, expires_at=NOW + timedelta(days=3)), now=NOW) == NOW + timedelta(days=2)
    assert renew_at(replace(OURS, expires_at=NOW - timedelta(days=3)), now=NOW) == NOW
