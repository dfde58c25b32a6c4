"""Settings: what may be set, what is refused, and that `.env.example` lists them all."""

import re
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.core.errors import UserMistake
from bot.settings import Settings, load, secret_names

ROOT = Path(__file__).parents[1]
A_SECRET = "-".join(("xoxb", "made", "up"))


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    for name in [*Settings.model_fields, *(f"{name}_file" for name in Settings.model_fields)]:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_example_lists_every_setting_and_nothing_else():
    listed = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_itself_is_right(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")

    assert load().sosik_timezone == "Asia/Seoul"


def test_without_settings_everything_has_its_default(tmp_path):
    settings = load()

    assert settings.sosik_min_poll_seconds == 60
    assert settings.database.startswith("sqlite:///")
    assert settings.sosik_sources == "auto"
    assert settings.slack_bot_token is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SOSIK_MIN_POLL_SECONDS", "0"),
        ("SOSIK_MIN_POLL_SECONDS", "soon"),
        ("SOSIK_LEASE_SECONDS", "1"),
        ("SOSIK_POST_TIMEOUT_SECONDS", "0.5"),
        ("SOSIK_LANGUAGE", "fr"),
        ("SOSIK_SOURCES", "mine"),
        ("SOSIK_TIMEZONE", "Asia/Seol"),
        ("SOSIK_HTTP_PORT", "70000"),
        ("SOSIK_ALLOWED_NETWORKS", "everything"),
        ("SOSIK_ALLOWED_PORTS", "0"),
        ("SOSIK_ALLOWED_PORTS", "9-1"),
        ("SOSIK_ALLOWED_PORTS", "http"),
        ("SLACK_API_URL", "http://slack.example/api/"),
        ("DISCORD_API_URL", "gopher://discord.example"),
        ("SOSIK_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch, name, value):
    monkeypatch.setenv(name, value)

    with pytest.raises(UserMistake) as caught:
        load()

    assert caught.value.key == "settings.bad"
    assert caught.value.values["name"] == name
    assert caught.value.values["expected"]


def test_an_app_token_alone_is_not_enough(monkeypatch):
    monkeypatch.setenv("SLACK_APP_TOKEN", A_SECRET)

    with pytest.raises(UserMistake) as caught:
        load()

    assert caught.value.values["name"] == "SLACK_BOT_TOKEN"


def test_an_empty_variable_is_an_unset_one(monkeypatch):
    monkeypatch.setenv("SOSIK_MIN_POLL_SECONDS", "")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")

    assert load().sosik_min_poll_seconds == 60
    assert load().slack_bot_token is None


def test_networks_and_ports_are_lists(monkeypatch):
    monkeypatch.setenv("SOSIK_ALLOWED_NETWORKS", "127.0.0.0/8, ::1/128")
    monkeypatch.setenv("SOSIK_ALLOWED_PORTS", "9000, 1024-2048")

    settings = load()

    assert settings.sosik_allowed_networks == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert settings.sosik_allowed_ports == ((9000, 9000), (1024, 2048))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/api/", "http://localhost/api", "https://chat.example/api/"])
def test_platforms_without_tls_are_allowed_on_loopback_only(monkeypatch, url):
    monkeypatch.setenv("SLACK_API_URL", url)

    assert load().slack_api_url == url


def test_a_secret_may_come_from_a_file_and_is_never_shown(monkeypatch, tmp_path):
    path = tmp_path / "token"
    path.write_text(f"{A_SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(path))

    settings = load()

    assert settings.slack_bot_token.get_secret_value() == A_SECRET
    assert A_SECRET not in repr(settings)


def test_the_variable_itself_wins_over_its_file(monkeypatch, tmp_path):
    monkeypatch.setenv("DISCORD_BOT_TOKEN_FILE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("DISCORD_BOT_TOKEN", A_SECRET)

    assert load().discord_bot_token.get_secret_value() == A_SECRET


def test_a_secrets_file_that_cannot_be_read_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("DISCORD_BOT_TOKEN_FILE", str(tmp_path / "nowhere"))

    with pytest.raises(UserMistake) as caught:
        load()

    assert (caught.value.key, caught.value.values["name"]) == ("settings.file", "DISCORD_BOT_TOKEN_FILE")


def test_a_secrets_file_may_be_named_in_the_env_file(tmp_path):
    (tmp_path / "token").write_text(A_SECRET, encoding="utf-8")
    (tmp_path / ".env").write_text(f"SLACK_BOT_TOKEN_FILE={tmp_path / 'token'}\n", encoding="utf-8")

    assert load().slack_bot_token.get_secret_value() == A_SECRET


def test_every_token_and_key_is_a_secret():
    secrets = set(secret_names())

    for name in Settings.model_fields:
        if name.endswith(("_token", "_secret", "_key")) or name == "database_url":
            assert name.upper() in secrets
