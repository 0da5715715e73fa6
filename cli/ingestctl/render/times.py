"""Times and lengths of time as a person reads them, in the local time zone of each time."""

from datetime import datetime, timedelta


def here_and_now() -> datetime:
    """Return the time, in the local time zone."""
    return datetime.now().astimezone()


def clock(time: datetime, now: datetime) -> str:
    """Return the local time of day, after its date if that is not today."""
    local = time.astimezone()
    return f"{local:%H:%M:%S}" if local.date() == now.astimezone().date() else f"{local:%Y-%m-%d %H:%M:%S}"


def how_soon(time: datetime, now: datetime) -> str:
    """Return the time that is left until a time, "now" if there is none.

    It is the difference of the two as a clock shows them, so it counts down by one at every tick of the clock.
    """
    seconds = int(time.timestamp()) - int(now.timestamp())
    return f"in {span(timedelta(seconds=seconds))}" if seconds > 0 else "now"


def span(length: timedelta) -> str:
    """Return a length of time, at least 0, in its two greatest units."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days:,}d {hours:02}h"
    if hours:
        return f"{hours}h {minutes:02}m"
    return f"{minutes}m {seconds:02}s" if minutes else f"{seconds}s"


def window(seconds: float) -> str:
    """Return the length of a window in the largest unit in which it is a whole number, else in seconds."""
    units = {"d": 86_400, "h": 3600, "m": 60}
    unit = next((name for name, length in units.items() if seconds % length == 0), "s")
    return f"{seconds / units.get(unit, 1):g} {unit}"


def ahead(time: datetime | None, now: datetime) -> str:
    """Return a time in the future, "unknown" if it is not known."""
    return f"{clock(time, now)}, {how_soon(time, now)}" if time else "unknown"


def behind(time: datetime, now: datetime) -> str:
    """Return a time in the past."""
    return f"{clock(time, now)}, {span(max(now, time) - time)} ago"
