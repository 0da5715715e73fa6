"""What an HTTP answer says: a value, or one of the errors of `ingestctl.errors`."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from requests import Response

from ingestctl.errors import (
    FailedError,
    IngestctlError,
    NotFoundError,
    RefusedError,
    TooLargeError,
    UnavailableError,
    UnexpectedAnswerError,
)

Value = TypeVar("Value")
Details = Mapping[str, Sequence[str]]

_AWAY = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


def read(answer: Response, parse: Callable[[Any], Value]) -> Value:
    """Return what `parse` makes of the JSON of a 200; raises the error that the answer means otherwise."""
    if answer.status_code != HTTPStatus.OK:
        raise _error(answer)
    try:
        return parse(answer.json())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unexpected(answer) from error


def check_available(answer: Response) -> Response:
    """Return the answer; raises UnavailableError if it is that nobody can answer now (502, 503, 504)."""
    if answer.status_code in _AWAY:
        said, _ = _said(answer)
        raise _unavailable(said or answer.reason, retry_after(answer))
    return answer


def retry_after(answer: Response) -> int | None:
    """Return how many seconds the service asks to be left alone, None if it does not say."""
    header = answer.headers.get("Retry-After", "")
    return int(header) if header.isascii() and header.isdigit() else None


def _error(answer: Response) -> IngestctlError:
    said, details = _said(answer)
    match answer.status_code:
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return TooLargeError(
                f"Too large for the service: {said or answer.reason}. Submit fewer ids at a time."
            )
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            return FailedError(f"The service failed: {said or answer.reason}. Its log says why.")
        case HTTPStatus.NOT_FOUND if said:
            return NotFoundError(f"{said}: {answer.url}. Check the id, and --url or INGEST_URL.")
        case _ if said:
            return RefusedError(f"The service refused this: {said}.", details)
    return _unexpected(answer)


def _unavailable(said: str, seconds: int | None) -> UnavailableError:
    when = f"in {seconds} s" if seconds else "a little later"
    return UnavailableError(f"The service cannot answer now: {said}. Try again {when}.", seconds)


def _unexpected(answer: Response) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(
        f"{answer.url} answered {answer.status_code} {answer.reason}, but not the service's JSON: "
        "is this the ingest service? Check --url or INGEST_URL."
    )


def _said(answer: Response) -> tuple[str, Details]:
    """Return the service's own words on one line and by field, empty if it is not the service that speaks."""
    try:
        body = answer.json()
        details: Details = body.get("details", {})
        return " ".join(_sentence(str(body["error"]), details).split()).rstrip("."), details
    except (ValueError, TypeError, KeyError, AttributeError):
        return "", {}


def _sentence(error: str, details: Details) -> str:
    reasons = "; ".join(f"{field}: {' '.join(sentences)}" for field, sentences in details.items())
    return f"{error} ({reasons})" if reasons else error
