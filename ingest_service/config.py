"""The settings: read once from the environment, checked, frozen."""

import os
import re
import socket
import sys
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

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
from ingest_service.database_url import SQLITE, check_url, is_postgres, read_url, sqlite_path
from ingest_service.environment import (
    DATABASE_URL,
    DATABASE_URL_FILE,
    DEFAULT_PORT,
    EVERY_INTERFACE,
    HOST,
    PLATFORM_PORT,
    PORT,
    given,
    is_http_url,
    port_of,
)
from ingest_service.errors import SettingError

Seconds = Annotated[float, Field(le=86_400, allow_inf_nan=False)]
UPSTREAM_URL = "INGEST_UPSTREAM_URL"
UPSTREAM_HEADERS = "INGEST_UPSTREAM_HEADERS"
# They may hold a key or a password, wherever it stands.
_NEVER_SHOWN = {UPSTREAM_URL, UPSTREAM_HEADERS, DATABASE_URL, DATABASE_URL_FILE}
_LONGEST_NAME = 64

_HEADERS = TypeAdapter(dict[str, str])
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_HEADER_VALUE = re.compile(r"([!-~\xa1-\xff]([ -~\xa1-\xff]*[!-~\xa1-\xff])?)?")


def _listening_host(host: str) -> str:
    if host != EVERY_INTERFACE and not _is_host(host):
        raise ValueError("it should be a host name or an address, without a port and without blanks")
    return host.strip("[]")


def _is_host(text: str) -> bool:
    """Return True for a name, an IPv4 or an IPv6 address; the latter may be in brackets and have a zone."""
    address = text.removeprefix("[").removesuffix("]") if text.startswith("[") == text.endswith("]") else text
    try:
        return ip_address(address).version == 6 or address == text
    except ValueError:
        return _HOST.fullmatch(text) is not None


def _database_url(url: SecretStr) -> SecretStr:
    check_url(url.get_secret_value())
    return url


def _replica_name(name: str) -> str:
    if len(name) > _LONGEST_NAME or not name.isprintable() or " " in name:
        raise ValueError(f"it should be up to {_LONGEST_NAME} printable characters, without blanks")
    return name


def _this_process() -> str:
    """Return a name that no other process has at the same time."""
    number = f"-{os.getpid()}"
    return socket.gethostname()[: _LONGEST_NAME - len(number)] + number


def _upstream_url(url: str) -> str:
    if not is_http_url(url) or "{id}" not in url:
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
    hosts = [host.strip().lower() for host in text.split(",")]
    if not all(map(_is_host, hosts)):
        raise ValueError("it should be host names like ingest.example.com, without ports, separated by commas")
    return [host.strip("[]") for host in hosts]


class Settings(BaseModel):
    """The settings of one process; every field names its variable, its default and what is allowed."""

    model_config = ConfigDict(frozen=True, validate_default=False)

    host: Annotated[str, AfterValidator(_listening_host)] = Field("localhost", validation_alias=HOST)
    port: Annotated[int, BeforeValidator(port_of)] = Field(
        DEFAULT_PORT, validation_alias=AliasChoices(PORT, PLATFORM_PORT)
    )
    database_url: Annotated[SecretStr, AfterValidator(_database_url)] = Field(
        SecretStr(f"{SQLITE}ingest.db"), validation_alias=AliasChoices(DATABASE_URL, DATABASE_URL_FILE)
    )
    replica_name: Annotated[str, AfterValidator(_replica_name)] = Field(
        default_factory=_this_process, validation_alias="INGEST_REPLICA_NAME"
    )
    upstream_url: Annotated[str, AfterValidator(_upstream_url)] = Field("", validation_alias=UPSTREAM_URL)
    upstream_headers: Annotated[SecretStr, AfterValidator(_headers)] = Field(
        SecretStr("{}"), validation_alias=UPSTREAM_HEADERS
    )
    batch_size: int = Field(3, validation_alias="INGEST_BATCH_SIZE", ge=1, le=1000)
    interval_seconds: Seconds = Field(5, validation_alias="INGEST_INTERVAL_SECONDS", ge=0.001)
    linger_seconds: Seconds = Field(0.3, validation_alias="INGEST_LINGER_SECONDS", ge=0)
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
    page_controls: Literal["0", "1"] = Field("0", validation_alias="INGEST_PAGE_CONTROLS")
    log_format: Literal["human", "json"] = Field("human", validation_alias="INGEST_LOG_FORMAT")
    keep_days: int = Field(30, validation_alias="INGEST_KEEP_DAYS", ge=1, le=36_500)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings from those variables that are `given`, and from the file that one of them may name.

        Raises SettingError with one sentence that names the variable, its value and what is allowed.
        """
        try:
            return cls.model_validate(_with_url_of_file(given(environ)))
        except ValidationError as error:
            first = error.errors()[0]
            name, reason = str(first["loc"][0]), first["msg"].removeprefix("Value error, ")
            raise _not_allowed(name, str(first["input"]), f"{reason[0].lower()}{reason[1:]}") from None

    @classmethod
    def variables(cls) -> list[str]:
        """Return the names of all variables that are read."""
        aliases = [field.validation_alias for field in cls.model_fields.values()]
        names = [alias.choices if isinstance(alias, AliasChoices) else [alias] for alias in aliases]
        return [str(name) for choices in names for name in choices]

    @property
    def is_postgres(self) -> bool:
        """True if the database is one of PostgreSQL; else it is an SQLite file."""
        return is_postgres(self.database_url.get_secret_value())

    @property
    def database_path(self) -> Path:
        """Path of the SQLite file."""
        assert not self.is_postgres, "a PostgreSQL database has no path"
        return sqlite_path(self.database_url.get_secret_value())

    @property
    def guard(self) -> float:
        """Seconds added to the interval."""
        if self.guard_seconds is not None:
            return self.guard_seconds
        return network_guard(sys.platform) if self.upstream_url else 0

    @property
    def longest_call_seconds(self) -> float:
        """Seconds after which a call to the upstream is over: it is cut off at its time-out, or simulated."""
        return self.upstream_timeout_seconds if self.upstream_url else self.simulated_delay_seconds

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every call to the upstream; they may hold a key: never log them, never show them."""
        return _HEADERS.validate_json(self.upstream_headers.get_secret_value())

    @property
    def max_body(self) -> int:
        """Most bytes of a request: room for the largest ids, each on an indented line of its own."""
        return 65_536 + 24 * self.max_ids


def network_guard(platform: str) -> float:
    """Return the seconds that a network needs; the simulated upstream needs none.

    Linux reports lost packets, so jitter is all that is left. Elsewhere a packet that is sent again 0.2 s later
    goes unnoticed.
    """
    return 0.02 if platform == "linux" else 0.25


def nanoseconds(seconds: float) -> int:
    """Return a setting in the clock's unit."""
    return round(seconds * NANOSECONDS)


def _with_url_of_file(variables: dict[str, str]) -> dict[str, str]:
    """Return the variables with the URL of the database in place of the path of the file that holds it."""
    if DATABASE_URL_FILE not in variables:
        return variables
    if DATABASE_URL in variables:
        raise SettingError(f"{DATABASE_URL} and {DATABASE_URL_FILE} are both set: only one of them is allowed")
    path = variables[DATABASE_URL_FILE]
    try:
        return {**variables, DATABASE_URL_FILE: read_url(path)}
    except ValueError as error:
        raise _not_allowed(DATABASE_URL_FILE, path, str(error)) from None


def _not_allowed(name: str, value: str, reason: str) -> SettingError:
    return SettingError(f"{name}={_shown(name, value)} is not allowed: {reason}")


def _shown(name: str, value: str) -> str:
    """Return a value as an error may show it: one with an @ may hold a password."""
    return "(not shown)" if name in _NEVER_SHOWN or "@" in value else value
