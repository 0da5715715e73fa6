"""Laws about single requests: what is accepted, what is refused, and how fast."""

from collections.abc import Sequence
from http import HTTPStatus

from ingestctl.verify.asking import Reply
from ingestctl.verify.record import Record
from ingestctl.verify.verdict import Judgement, judged
from ingestctl.verify.wrong_requests import WrongRequest

MOST_SECONDS = 5.0
USUAL_SECONDS = 1.0
NOT_FOUND = {"error": "Ingestion ID not found"}


def submissions(record: Record) -> Judgement:
    """Judge the answers to right submissions."""
    return judged(record.refused, f"{len(record.watched)} accepted")


def wrong_input(record: Record) -> Judgement:
    """Judge the answers to wrong requests."""
    findings = [
        f"{request} {reply}; it should answer {_right_answer(request)}."
        for request, reply in record.wrong
        if not _fits(request, reply)
    ]
    return judged(findings, f"{len(record.wrong)} wrong requests refused")


def unknown_ids(record: Record) -> Judgement:
    """Judge the answers to requests for ingestions that do not exist."""
    findings = [
        f"GET /status of an unknown ingestion {reply}; it should answer 404 with the error {NOT_FOUND['error']!r}."
        for reply in record.unknown
        if reply.status != HTTPStatus.NOT_FOUND or reply.body != NOT_FOUND
    ]
    return judged(findings, f"{len(record.unknown)} unknown ids answered with 404")


def answer_times(record: Record) -> Judgement:
    """Judge the seconds until the answers, but for those after a restart."""
    replies = [one for one in record.replies if not record.restart or one.answered < record.restart.at]
    missing = [one for one in replies if one.is_missing]
    seconds = sorted(one.seconds for one in replies)
    middle, usual, most = (_share(seconds, share) for share in (0.5, 0.95, 1))
    seen = f"median {1000 * middle:.0f} ms, 95 % within {1000 * usual:.0f} ms, slowest {1000 * most:.0f} ms"
    if missing:
        finding = f"{len(missing)} of {len(replies)} requests were not answered by the service; all should be. One"
        return judged([f"{finding} {missing[0]}."], seen)
    slow = usual > USUAL_SECONDS or most > MOST_SECONDS
    should = f"95 % should come within {USUAL_SECONDS:g} s, and all within {MOST_SECONDS:g} s"
    return judged([f"The answers took long: {seen}; {should}."] if slow else [], seen)


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, round(share * len(ordered)) - 1)]


def _fits(request: WrongRequest, reply: Reply) -> bool:
    body = reply.body
    if reply.status != request.status or not isinstance(body, dict) or not isinstance(body.get("error"), str):
        return False
    return request.fields <= (body["details"].keys() if isinstance(body.get("details"), dict) else set())


def _right_answer(request: WrongRequest) -> str:
    fields = " and ".join(sorted(request.fields))
    return f"{request.status:d} with JSON that has an error" + (f", and details of {fields}" if fields else "")
