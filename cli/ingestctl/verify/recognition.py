"""Recognition of the service by its first answer."""

from http import HTTPStatus

import requests

from ingestctl.http.responses import check_available, read

_NOT_ALLOWED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def check_service(answer: requests.Response, via: str) -> None:
    """Raise the error that an answer means for every command, unless the service may have given it.

    A service with faults may answer with a wrong status or wrong JSON; it has to answer with a JSON object, and
    neither fail nor ask for a password. `via` are the words that name the proxy in an error.
    """
    check_available(answer, via)
    is_refused = answer.status_code in _NOT_ALLOWED or answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    if is_refused or not _is_object(answer):
        read(answer, _not_of_the_service, via)


def _is_object(answer: requests.Response) -> bool:
    try:
        return isinstance(answer.json(), dict)
    except (ValueError, RecursionError):
        return False


def _not_of_the_service(_: object) -> None:
    raise ValueError
