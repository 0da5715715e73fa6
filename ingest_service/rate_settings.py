"""The settings of the rate: how many ids start in which time, and in which groups."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from ingest_service.errors import SettingError
from ingest_service.limits import LONGEST_SECONDS, MOST_IDS_IN_A_SLOT, SHORTEST_SECONDS, Limit, read_limits

Seconds = Annotated[float, Field(le=LONGEST_SECONDS, allow_inf_nan=False)]
BATCH_SIZE = "INGEST_BATCH_SIZE"
SLOT_SIZE = "INGEST_SLOT_SIZE"
INTERVAL_SECONDS = "INGEST_INTERVAL_SECONDS"
LIMITS = "INGEST_LIMITS"


class RateSettings(BaseModel):
    """The settings of the rate; `limits` stand for the size of a slot and the interval where they are given."""

    batch_size: int = Field(3, validation_alias=BATCH_SIZE, ge=1, le=MOST_IDS_IN_A_SLOT)
    slot_size: int | None = Field(None, validation_alias=SLOT_SIZE, ge=1, le=MOST_IDS_IN_A_SLOT)
    fill_slots: Literal["0", "1"] = Field("0", validation_alias="INGEST_FILL_SLOTS")
    interval_seconds: Seconds = Field(5, validation_alias=INTERVAL_SECONDS, ge=SHORTEST_SECONDS)
    limits: Annotated[tuple[Limit, ...], BeforeValidator(read_limits)] = Field((), validation_alias=LIMITS)
    linger_seconds: Seconds = Field(0.3, validation_alias="INGEST_LINGER_SECONDS", ge=0)
    guard_seconds: Seconds | None = Field(None, validation_alias="INGEST_GUARD_SECONDS", ge=0)

    @property
    def all_limits(self) -> tuple[Limit, ...]:
        """All limits: the first one makes the slots, the others are quotas over them."""
        slot_size = self.batch_size if self.slot_size is None else self.slot_size
        return self.limits or (Limit(slot_size, self.interval_seconds),)

    @property
    def slot_ids(self) -> int:
        """Most ids in a slot."""
        return self.all_limits[0].ids

    @property
    def batch_ids(self) -> int:
        """Ids in a batch: no more than in a slot where the limits alone are given."""
        if self.limits and "batch_size" not in self.model_fields_set:
            return min(self.batch_size, self.slot_ids)
        return self.batch_size

    def require_agreement(self) -> None:
        """Raise SettingError where these settings do not go together."""
        for name, value in ((SLOT_SIZE, "slot_size"), (INTERVAL_SECONDS, "interval_seconds")):
            if self.limits and value in self.model_fields_set:
                raise SettingError(f"{LIMITS} and {name} are both set: only one of them is allowed")
        if self.slot_ids < self.batch_ids:
            given = f"{LIMITS}={self.limits[0]}" if self.limits else f"{SLOT_SIZE}={self.slot_size}"
            allowed = f"it should allow {self.batch_ids} ids or more, as {BATCH_SIZE} is {self.batch_ids}"
            raise SettingError(f"{given} is not allowed: {allowed}")
