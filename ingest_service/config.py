"""The settings: read once from the environment, checked, frozen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from ingest_service.clock import NANOSECONDS
from ingest_service.errors import SettingError

SQLITE = "sqlite:///"

Seconds = Annotated[float, Field(le=86_400, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=0, le=65_535)]


def _sqlite_url(url: str) -> str:
    if not url.startswith(SQLITE) or url.removeprefix(SQLITE) in ("", "/", ":memory:"):
        raise ValueError("it should be sqlite:///relative/path.db or sqlite:////absolute/path.db")
    return url


class Settings(BaseModel):
    """What the environment says; every field names its variable, its default and what is allowed."""

    model_config = ConfigDict(frozen=True, validate_default=False)

    host: str = Field("localhost", validation_alias="INGEST_HOST", min_length=1)
    port: Port = Field(8000, validation_alias=AliasChoices("INGEST_PORT", "PORT"))
    database_url: Annotated[str, AfterValidator(_sqlite_url)] = Field(
        "sqlite:///ingest.db", validation_alias="INGEST_DATABASE_URL"
    )
    batch_size: int = Field(3, validation_alias="INGEST_BATCH_SIZE", ge=1, le=1000)
    interval_seconds: Seconds = Field(5, validation_alias="INGEST_INTERVAL_SECONDS", gt=0)
    linger_seconds: Seconds = Field(0.2, validation_alias="INGEST_LINGER_SECONDS", ge=0)
    guard_seconds: Seconds = Field(0, validation_alias="INGEST_GUARD_SECONDS", ge=0)
    simulated_delay_seconds: Seconds = Field(1, validation_alias="INGEST_SIMULATED_DELAY_SECONDS", ge=0)
    max_ids: int = Field(1_000_000, validation_alias="INGEST_MAX_IDS", ge=1, le=10_000_000)

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
            raise SettingError(
                f"{name}={first['input']} is not allowed: {reason[0].lower()}{reason[1:]}"
            ) from None

    @property
    def database_path(self) -> Path:
        """Where the SQLite file is."""
        return Path(self.database_url.removeprefix(SQLITE))

    @property
    def max_body(self) -> int:
        """How many bytes a request may have: room for the largest ids, each on an indented line of its own."""
        return 65_536 + 24 * self.max_ids


def nanoseconds(seconds: float) -> int:
    """Return a setting in the clock's unit."""
    return round(seconds * NANOSECONDS)
