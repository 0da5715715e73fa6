"""The settings: read once from the environment, checked, frozen."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
)

from ingest_service.clock import NANOSECONDS
from ingest_service.errors import SettingError

SQLITE = "sqlite:///"

Seconds = Annotated[float, Field(le=86_400, allow_inf_nan=False)]
UPSTREAM_HEADERS = "INGEST_UPSTREAM_HEADERS"
# Enough for the jitter of a network; the simulated upstream has none.
NETWORK_GUARD_SECONDS = 0.02

_HEADERS = TypeAdapter(dict[str, str])
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]", re.IGNORECASE)
_HEADER_VALUE = re.compile(r"([!-~\xa1-\xff]([ -~\xa1-\xff]*[!-~\xa1-\xff])?)?")

Port = Annotated[int, Field(ge=0, le=65_535)]


def _sqlite_url(url: str) -> str:
    if not url.startswith(SQLITE) or url.removeprefix(SQLITE) in ("", "/", ":memory:"):
        raise ValueError("it should be sqlite:///relative/path.db or sqlite:////absolute/path.db")
    return url


def _upstream_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "{id}" not in url:
        raise ValueError("it should be like https://api.example.com/items/{id}")
    return url


def _headers(text: SecretStr) -> SecretStr:
    try:
        headers = _HEADERS.validate_json(text.get_secret_value())
    except ValidationError:
        raise ValueError('it should be a JSON object like {"Authorization": "Bearer …"}') from None
    if not all(_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value) for name, value in headers.items()):
        raise ValueError("it should have names of letters, digits and hyphens, and values of one line of Latin-1")
    return text


def _origins(text: str) -> list[str]:
    origins = [origin.strip() for origin in text.split(",")]
    if origins != ["*"] and not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError("it should be * or origins like https://app.example.com, separated by commas")
    return origins


def _hosts(text: str) -> list[str]:
    hosts = [host.strip() for host in text.split(",")]
    if not all(_HOST.fullmatch(host) for host in hosts):
        raise ValueError(
            "it should be names or addresses without ports, separated by commas, like ingest.example.com"
        )
    return hosts


class Settings(BaseModel):
    """What the environment says; every field names its variable, its default and what is allowed."""

    model_config = ConfigDict(frozen=True, validate_default=False)

    host: str = Field("localhost", validation_alias="INGEST_HOST", min_length=1)
    port: Port = Field(8000, validation_alias=AliasChoices("INGEST_PORT", "PORT"))
    database_url: Annotated[str, AfterValidator(_sqlite_url)] = Field(
        "sqlite:///ingest.db", validation_alias="INGEST_DATABASE_URL"
    )
    upstream_url: Annotated[str, AfterValidator(_upstream_url)] = Field("", validation_alias="INGEST_UPSTREAM_URL")
    upstream_headers: Annotated[SecretStr, AfterValidator(_headers)] = Field(
        SecretStr("{}"), validation_alias=UPSTREAM_HEADERS
    )
    batch_size: int = Field(3, validation_alias="INGEST_BATCH_SIZE", ge=1, le=1000)
    interval_seconds: Seconds = Field(5, validation_alias="INGEST_INTERVAL_SECONDS", ge=0.001)
    linger_seconds: Seconds = Field(0.2, validation_alias="INGEST_LINGER_SECONDS", ge=0)
    guard_seconds: Seconds | None = Field(None, validation_alias="INGEST_GUARD_SECONDS", ge=0)
    upstream_timeout_seconds: Seconds = Field(10, validation_alias="INGEST_UPSTREAM_TIMEOUT_SECONDS", gt=0)
    max_attempts: int = Field(5, validation_alias="INGEST_MAX_ATTEMPTS", ge=1, le=100)
    backoff_seconds: Seconds = Field(5, validation_alias="INGEST_BACKOFF_SECONDS", ge=0)
    max_pause_seconds: Seconds = Field(3600, validation_alias="INGEST_MAX_PAUSE_SECONDS", ge=0)
    simulated_delay_seconds: Seconds = Field(1, validation_alias="INGEST_SIMULATED_DELAY_SECONDS", ge=0)
    max_ids: int = Field(1_000_000, validation_alias="INGEST_MAX_IDS", ge=1, le=10_000_000)
    max_pending_ids: int = Field(10_000_000, validation_alias="INGEST_MAX_PENDING_IDS", ge=1, le=1_000_000_000)
    cors_origins: Annotated[tuple[str, ...], BeforeValidator(_origins)] = Field(
        (), validation_alias="INGEST_CORS_ORIGINS"
    )
    allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(_hosts)] = Field(
        (), validation_alias="INGEST_ALLOWED_HOSTS"
    )
    keepalive_seconds: Seconds = Field(75, validation_alias="INGEST_KEEPALIVE_SECONDS", ge=1)
    log_format: Literal["human", "json"] = Field("human", validation_alias="INGEST_LOG_FORMAT")
    keep_days: int = Field(30, validation_alias="INGEST_KEEP_DAYS", ge=1, le=36_500)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; an empty variable counts as not set.

        Raises SettingError with one sentence that names the variable, its value and what is allowed.
        """
        given = {name: value for name, value in environ.items() if value}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            name, reason = first["loc"][0], first["msg"].removeprefix("Value error, ")
            value = "(not shown)" if name == UPSTREAM_HEADERS else first["input"]
            raise SettingError(f"{name}={value} is not allowed: {reason[0].lower()}{reason[1:]}") from None

    @property
    def database_path(self) -> Path:
        """Where the SQLite file is."""
        return Path(self.database_url.removeprefix(SQLITE))

    @property
    def guard(self) -> float:
        """Seconds added to the interval."""
        if self.guard_seconds is not None:
            return self.guard_seconds
        return NETWORK_GUARD_SECONDS if self.upstream_url else 0

    @property
    def headers(self) -> dict[str, str]:
        """What is sent to the upstream with every call; it may hold a key: never log it, never show it."""
        return _HEADERS.validate_json(self.upstream_headers.get_secret_value())

    @property
    def max_body(self) -> int:
        """How many bytes a request may have: room for the largest ids, each on an indented line of its own."""
        return 65_536 + 24 * self.max_ids


def nanoseconds(seconds: float) -> int:
    """Return a setting in the clock's unit."""
    return round(seconds * NANOSECONDS)
