"""Meaning of an HTTP answer: a value, or one of the errors of `ingestctl.errors`."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from msgspec import Struct, convert

from ingestctl.errors import (
    FailedError,
    IngestctlError,
    NotFoundError,
    RefusedError,
    TooLargeError,
    UnavailableError,
    UnexpectedAnswerError,
)
from ingestctl.http.address import without_credentials
from ingestctl.json_text import JsonObject, decode, json_objects

Value = TypeVar("Value")

_NO_ANSWER = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


def read(
    answer: requests.Response,
    parse: Callable[[Any], Value],
    via: str = "",
    load: Callable[[requests.Response], Any] = requests.Response.json,
) -> Value:
    """Return the JSON of a 200 as `parse` decodes it; raises the error that any other answer means.

    `via` are the words that name the proxy in an error; `load` reads the JSON in the body.
    """
    if answer.status_code != HTTPStatus.OK:
        raise _error(answer, via)
    try:
        return parse(load(answer))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _unexpected(answer, via) from error


def page_as_text(answer: requests.Response) -> Mapping[str, Any]:
    """Return the members of a page; listed objects keep their text, and are not decoded."""
    page = JsonObject(answer.content.decode())
    return {
        name: json_objects(text) if text.startswith("[") else decode(text) for name, text in page.members.items()
    }


def check_available(answer: requests.Response, via: str) -> requests.Response:
    """Return the answer; raises UnavailableError on 502, 503 and 504."""
    if answer.status_code in _NO_ANSWER:
        body = _error_body(answer)
        reason, seconds = body.sentence or answer.reason, retry_after(answer)
        when = f"in {seconds} s" if seconds else "a little later"
        sentence = f"The service cannot answer now{via}: {reason}. Try again {when}."
        raise UnavailableError(sentence, seconds, body.limits)
    return answer


def check_moved(answer: requests.Response, path: str) -> None:
    """Raise UnexpectedAnswerError if the answer to the request for a path leads elsewhere."""
    if not answer.is_redirect:
        return
    target = urlsplit(urljoin(answer.url, answer.headers["Location"]))
    # A query or a fragment may carry a secret, as those of logins do.
    there = without_credentials(target._replace(query="", fragment="").geturl())
    resource = urlsplit(path).path
    if there.endswith(resource):
        moved = f": the service is at {there.removesuffix(resource)}. Give this with --url or INGEST_URL."
    else:
        moved = f" and leads to {there}: is this the ingest service? Check --url or INGEST_URL."
    raise UnexpectedAnswerError(f"{answer.url} answered {answer.status_code} {answer.reason}{moved}")


def retry_after(answer: requests.Response) -> int | None:
    """Return the seconds that the service asks the client to wait, None if it does not say."""
    header = answer.headers.get("Retry-After", "")
    return int(header) if header.isascii() and header.isdigit() else None


class _ErrorBody(Struct, frozen=True):
    """JSON of an error: details are sentences by field, limits are numbers by field."""

    error: str
    details: dict[str, tuple[str, ...]] = {}
    limits: dict[str, int] = {}

    @property
    def sentence(self) -> str:
        """The error and its details on one line, without a full stop."""
        reasons = "; ".join(f"{field}: {' '.join(sentences)}" for field, sentences in self.details.items())
        return " ".join((f"{self.error} ({reasons})" if reasons else self.error).split()).rstrip(".")


_NO_BODY = _ErrorBody("")


def _error_body(answer: requests.Response) -> _ErrorBody:
    """Return the JSON of an error, or an empty one if the answer is not of the service."""
    try:
        return convert(answer.json(), _ErrorBody)
    except ValueError:
        return _NO_BODY


def _error(answer: requests.Response, via: str) -> IngestctlError:
    body = _error_body(answer)
    reason = body.sentence
    match answer.status_code:
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            sentence = f"Too large for the service: {reason or answer.reason}. Submit fewer ids at a time."
            return TooLargeError(sentence, limits=body.limits)
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            return FailedError(f"The service failed: {reason or answer.reason}. Its log says why.")
        case HTTPStatus.NOT_FOUND if reason:
            return NotFoundError(f"{reason}: {answer.url}. Check the id, and --url or INGEST_URL.")
        case _ if reason:
            return RefusedError(f"The service refused this: {reason}.", body.details, body.limits)
    return _unexpected(answer, via)


def _unexpected(answer: requests.Response, via: str) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(
        f"{answer.url} answered {answer.status_code} {answer.reason}{via}, but not the service's JSON: "
        "is this the ingest service? Check --url or INGEST_URL."
    )
