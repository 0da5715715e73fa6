"""The settings: read once from the environment, checked, frozen."""

import os
import socket
import sys
from collections.abc import Callable, Mapping
from math import ceil
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from ingest_service import upstream_request
from ingest_service.clock import NANOSECONDS
from ingest_service.database_url import SQLITE, check_url, is_postgres, read_url, sqlite_path
from ingest_service.environment import (
    DATABASE_URL,
    DATABASE_URL_FILE,
    DEFAULT_PORT,
    HOST,
    PLATFORM_PORT,
    PORT,
    given,
    port_of,
)
from ingest_service.errors import SettingError
from ingest_service.hosts import hosts_of, listening_host, origins_of
from ingest_service.rate_settings import RateSettings, Seconds
from ingest_service.upstream_request import UpstreamRequest

UPSTREAM_URL = "INGEST_UPSTREAM_URL"
UPSTREAM_METHOD = "INGEST_UPSTREAM_METHOD"
UPSTREAM_BODY = "INGEST_UPSTREAM_BODY"
UPSTREAM_HEADERS = "INGEST_UPSTREAM_HEADERS"
UPSTREAM_HEADERS_FILE = "INGEST_UPSTREAM_HEADERS_FILE"
KEEP_DAYS = "INGEST_KEEP_DAYS"
DAY_SECONDS = 86_400
# They may hold a key or a password, wherever it stands.
_NEVER_SHOWN = {
    *(UPSTREAM_URL, UPSTREAM_BODY, UPSTREAM_HEADERS, UPSTREAM_HEADERS_FILE),
    *(DATABASE_URL, DATABASE_URL_FILE),
}
# Of each pair only one may be set.
_INSTEAD = ((DATABASE_URL, DATABASE_URL_FILE), (UPSTREAM_HEADERS, UPSTREAM_HEADERS_FILE))
_LONGEST_NAME = 64


def _secret(check: Callable[[str], object]) -> AfterValidator:
    """Return a validator for a value that is never shown; the check raises ValueError with nothing of it."""

    def checked(text: SecretStr) -> SecretStr:
        check(text.get_secret_value())
        return text

    return AfterValidator(checked)


def _replica_name(name: str) -> str:
    if len(name) > _LONGEST_NAME or not name.isprintable() or " " in name:
        raise ValueError(f"it should be up to {_LONGEST_NAME} printable characters, without blanks")
    return name


def _this_process() -> str:
    """Return a name that no other process has at the same time."""
    number = f"-{os.getpid()}"
    return socket.gethostname()[: _LONGEST_NAME - len(number)] + number


class Settings(RateSettings):
    """The settings of one process; every field names its variable, its default and what is allowed."""

    model_config = ConfigDict(frozen=True, validate_default=False)

    host: Annotated[str, AfterValidator(listening_host)] = Field("localhost", validation_alias=HOST)
    port: Annotated[int, BeforeValidator(port_of)] = Field(
        DEFAULT_PORT, validation_alias=AliasChoices(PORT, PLATFORM_PORT)
    )
    database_url: Annotated[SecretStr, _secret(check_url)] = Field(
        SecretStr(f"{SQLITE}ingest.db"), validation_alias=AliasChoices(DATABASE_URL, DATABASE_URL_FILE)
    )
    replica_name: Annotated[str, AfterValidator(_replica_name)] = Field(
        default_factory=_this_process, validation_alias="INGEST_REPLICA_NAME"
    )
    upstream_url: Annotated[SecretStr, _secret(upstream_request.check_url)] = Field(
        SecretStr(""), validation_alias=UPSTREAM_URL
    )
    upstream_method: Literal["GET", "POST", "PUT"] = Field("GET", validation_alias=UPSTREAM_METHOD)
    upstream_body: Annotated[SecretStr, _secret(upstream_request.check_body)] = Field(
        SecretStr(""), validation_alias=UPSTREAM_BODY
    )
    upstream_headers: Annotated[SecretStr, _secret(upstream_request.parse_headers)] = Field(
        SecretStr("{}"), validation_alias=UPSTREAM_HEADERS
    )
    upstream_headers_file: Annotated[SecretStr, _secret(upstream_request.read_headers)] = Field(
        SecretStr(""), validation_alias=UPSTREAM_HEADERS_FILE
    )
    upstream_timeout_seconds: Seconds = Field(10, validation_alias="INGEST_UPSTREAM_TIMEOUT_SECONDS", gt=0)
    max_attempts: int = Field(5, validation_alias="INGEST_MAX_ATTEMPTS", ge=1, le=100)
    backoff_seconds: Seconds = Field(5, validation_alias="INGEST_BACKOFF_SECONDS", ge=0)
    max_pause_seconds: Seconds = Field(3600, validation_alias="INGEST_MAX_PAUSE_SECONDS", ge=0)
    simulated_delay_seconds: Seconds = Field(1, validation_alias="INGEST_SIMULATED_DELAY_SECONDS", ge=0)
    max_ids: int = Field(1_000_000, validation_alias="INGEST_MAX_IDS", ge=1, le=10_000_000)
    max_pending_ids: int = Field(10_000_000, validation_alias="INGEST_MAX_PENDING_IDS", ge=1, le=1_000_000_000)
    cors_origins: Annotated[tuple[str, ...], BeforeValidator(origins_of)] = Field(
        (), validation_alias="INGEST_CORS_ORIGINS"
    )
    allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(hosts_of)] = Field(
        (), validation_alias="INGEST_ALLOWED_HOSTS"
    )
    keepalive_seconds: Seconds = Field(75, validation_alias="INGEST_KEEPALIVE_SECONDS", ge=1)
    page_controls: Literal["0", "1"] = Field("0", validation_alias="INGEST_PAGE_CONTROLS")
    log_format: Literal["human", "json"] = Field("human", validation_alias="INGEST_LOG_FORMAT")
    keep_days: int = Field(30, validation_alias=KEEP_DAYS, ge=1, le=36_500)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings from those variables that are `given`, and from the file that one of them may name.

        Raises SettingError with one sentence that names the variable, its value and what is allowed.
        """
        variables = given(environ)
        _require_one_of_each(variables)
        try:
            settings = cls.model_validate(_with_url_of_file(variables))
        except ValidationError as error:
            first = error.errors()[0]
            name, reason = str(first["loc"][0]), first["msg"].removeprefix("Value error, ")
            raise _not_allowed(name, str(first["input"]), f"{reason[0].lower()}{reason[1:]}") from None
        _require_whole_request(settings.upstream_request)
        settings.require_agreement()
        longest = settings.all_limits[-1].seconds
        if longest > settings.keep_days * DAY_SECONDS:
            least, limit = ceil(longest / DAY_SECONDS), settings.all_limits[-1]
            allowed = f"it should be {least} or more, for {limit} counts what was called so long ago"
            raise _not_allowed(KEEP_DAYS, str(settings.keep_days), allowed)
        return settings

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
    def headers(self) -> Mapping[str, str]:
        """Headers that are set for every call to the upstream; they may hold a key: never log or show them."""
        return upstream_request.parse_headers(self.upstream_headers.get_secret_value())

    @property
    def upstream_request(self) -> UpstreamRequest:
        """The request for any id."""
        url, body = self.upstream_url.get_secret_value(), self.upstream_body.get_secret_value()
        return UpstreamRequest(url, self.upstream_method, body)

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


def _require_one_of_each(variables: Mapping[str, str]) -> None:
    for one, other in _INSTEAD:
        if one in variables and other in variables:
            raise SettingError(f"{one} and {other} are both set: only one of them is allowed")


def _require_whole_request(request: UpstreamRequest) -> None:
    """Raise SettingError for a request whose parts do not fit together."""
    if request.body and request.method == "GET":
        raise SettingError(f"{UPSTREAM_BODY} is set, and {UPSTREAM_METHOD} is GET: it should be POST or PUT")
    if request.url:
        try:
            upstream_request.check_place(request)
        except ValueError as error:
            raise _not_allowed(UPSTREAM_URL, request.url, str(error)) from None


def _with_url_of_file(variables: dict[str, str]) -> dict[str, str]:
    """Return the variables with the URL of the database in place of the path of the file that holds it."""
    if DATABASE_URL_FILE not in variables:
        return variables
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
