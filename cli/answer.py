"""What an HTTP answer says: a value, or one of the errors of `cli.errors`."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from requests import Response

from cli.errors import (
    FailedError,
    IngestctlError,
    NotFoundError,
    RefusedError,
    UnavailableError,
    UnexpectedAnswerError,
)

Value = TypeVar("Value")

_AWAY = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


def read(answer: Response, parse: Callable[[Any], Value]) -> Value:
    """Return what `parse` makes of the JSON of a 200; raises the error that the answer means otherwise."""
    if answer.status_code != HTTPStatus.OK:
        raise _error(answer)
    try:
        return parse(answer.json())
    except (ValueError, TypeError, KeyError) as error:
        raise _unexpected(answer) from error


def retry_after(answer: Response) -> int | None:
    """Return how many seconds the service asks to be left alone, None if it does not say."""
    header = answer.headers.get("Retry-After", "")
    return int(header) if header.isdecimal() else None


def _error(answer: Response) -> IngestctlError:
    said = _said(answer)
    match answer.status_code:
        case code if code in _AWAY:
            return _unavailable(said or answer.reason, retry_after(answer))
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return RefusedError(f"Too large for the service: {said or answer.reason}. Submit fewer ids at a time.")
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            return FailedError(f"The service failed: {said or answer.reason}. Its log says why.")
        case HTTPStatus.NOT_FOUND if said:
            return NotFoundError(f"{said}: {answer.url}. Check the id, and --url or INGEST_URL.")
        case code if said:
            return RefusedError(f"The service refused this: {said}.")
    return _unexpected(answer)


def _unavailable(said: str, seconds: int | None) -> UnavailableError:
    when = f"in {seconds} s" if seconds else "a little later"
    return UnavailableError(f"The service cannot answer now: {said}. Try again {when}.", seconds)


def _unexpected(answer: Response) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(
        f"{answer.url} answered {answer.status_code} {answer.reason}, but not the service's JSON: "
        "is this the ingest service? Check --url or INGEST_URL."
    )


def _said(answer: Response) -> str:
    """Return the service's own words on one line, empty if it is not the service that speaks."""
    try:
        return " ".join(_sentence(answer.json()).split()).rstrip(".")
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""


def _sentence(body: Mapping[str, Any]) -> str:
    details: Mapping[str, list[str]] = body.get("details", {})
    reasons = "; ".join(f"{field}: {' '.join(sentences)}" for field, sentences in details.items())
    return f"{body['error']} ({reasons})" if reasons else str(body["error"])
