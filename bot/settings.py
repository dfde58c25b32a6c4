"""One frozen object with everything an operator can set (contract §3), read once by the command line.

An empty variable is an unset one. Every secret may also come from a file named by `NAME_FILE`.
"""

import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from yarl import URL

from bot.core.errors import UserMistake
from bot.core.timing import zone_of

PortRange = tuple[int, int]


def _networks(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _ports(value: object) -> object:
    if not isinstance(value, str):
        return value
    ranges = []
    for part in filter(None, (each.strip() for each in value.split(","))):
        low, dash, high = part.partition("-")
        first, last = int(low), int(high) if dash else int(low)
        if not 0 < first <= last <= 65535:
            raise ValueError(part)
        ranges.append((first, last))
    return tuple(ranges)


def _words(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _zone(value: str) -> str:
    try:
        return zone_of(value).key
    except UserMistake as error:
        raise ValueError(value) from error


def _web(value: str) -> str:
    """An http(s) address; without TLS only on loopback, where tests live."""
    url = URL(value)
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(value)
    return value


def _guarded(value: str) -> str:
    url = URL(_web(value))
    if url.scheme == "http" and url.host not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError(value)
    return value


WebAddress = Annotated[str, AfterValidator(_web)]
PlatformAddress = Annotated[str, AfterValidator(_guarded)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]


class Settings(BaseSettings):
    """The settings, by the names of their variables in lower case."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: PlatformAddress = "https://slack.com/api/"
    discord_bot_token: SecretStr | None = None
    discord_api_url: PlatformAddress = "https://discord.com/api/v10"

    database_url: SecretStr | None = None
    sosik_home: Path = Field(default_factory=lambda: user_data_path("sosik", appauthor=False))
    sosik_sources: Literal["auto", "own"] = "auto"

    naver_client_id: SecretStr | None = None
    naver_client_secret: SecretStr | None = None
    naver_api_url: WebAddress = "https://openapi.naver.com/v1/search/news.json"
    google_news_url: WebAddress | None = None
    hackernews_url: WebAddress = "https://hn.algolia.com/api/v1/search_by_date"
    gdelt_url: WebAddress = "https://api.gdeltproject.org/api/v2/doc/doc"

    sosik_allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)] = ()
    sosik_allowed_ports: Annotated[tuple[PortRange, ...], NoDecode, BeforeValidator(_ports)] = ()
    sosik_min_poll_seconds: int = Field(default=60, ge=1, le=86_400)
    sosik_lease_seconds: float = Field(default=30, ge=2, le=3_600)
    sosik_post_timeout_seconds: float = Field(default=10, ge=1, le=120)

    sosik_timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Seoul"
    sosik_language: Literal["ko", "en"] = "ko"
    sosik_http_host: str = "127.0.0.1"
    sosik_http_port: int = Field(default=8080, ge=0, le=65_535)
    sosik_public_url: WebAddress | None = None
    sosik_secret_key: SecretStr | None = None
    sosik_operators: Words = ()
    sosik_admin_channel: str | None = None
    sosik_log_level: Literal["debug", "info", "warning", "error"] = "info"
    sosik_log_format: Literal["console", "json"] = "console"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic names the parameters
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, environment, `.env`; docker's secret folder is replaced by `NAME_FILE`."""
        return (init_settings, env_settings, dotenv_settings)

    @field_validator("sosik_log_level", "sosik_log_format", "sosik_sources", "sosik_language", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _slack_comes_whole(self) -> Self:
        if self.slack_app_token and not self.slack_bot_token and not self.slack_client_id:
            raise ValueError("SLACK_BOT_TOKEN")
        return self

    @property
    def database(self) -> str:
        """The database's address; a SQLite file under SOSIK_HOME when none is set."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.sosik_home / 'sosik.db'}"


def load(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:  # noqa: ANN401 - any field
    """Read the settings.

    Raises:
        UserMistake: `settings.bad` names the variable; `settings.file` a secret's file that cannot be read.
    """
    if environ is None:
        environ = {**{name: value or "" for name, value in dotenv_values(".env").items()}, **os.environ}
    try:
        return Settings(**{**_from_files(environ), **overrides})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else str(first["msg"]).rpartition(" ")[2]
        raise UserMistake("settings.bad", name=name, expected=_expected(name)) from error


def secret_names() -> tuple[str, ...]:
    """The variables that hold secrets."""
    return tuple(name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation))


def _from_files(environ: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name in secret_names():
        path = environ.get(f"{name}_FILE")
        if not path or environ.get(name):
            continue
        try:
            found[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UserMistake("settings.file", name=f"{name}_FILE") from error
    return found


_EXPECTED = {
    "SOSIK_MIN_POLL_SECONDS": "1–86400",
    "SOSIK_LEASE_SECONDS": "2–3600",
    "SOSIK_POST_TIMEOUT_SECONDS": "1–120",
    "SOSIK_HTTP_PORT": "0–65535",
    "SOSIK_LANGUAGE": "ko, en",
    "SOSIK_SOURCES": "auto, own",
    "SOSIK_TIMEZONE": "Asia/Seoul",
    "SOSIK_LOG_LEVEL": "debug, info, warning, error",
    "SOSIK_LOG_FORMAT": "console, json",
    "SOSIK_ALLOWED_NETWORKS": "127.0.0.0/8",
    "SOSIK_ALLOWED_PORTS": "9000, 1024-65535",
}


def _expected(name: str) -> str:
    return _EXPECTED.get(name, "https://…" if name.endswith("_URL") else ".env.example")


def revealed(value: SecretStr | None) -> str:
    """A secret as text for the one who uses it; empty when it is not set."""
    return value.get_secret_value() if value is not None else ""
