"""The calls of a ledger beside those of a log."""

from ingestctl.audit.comparison import LedgerCall, compare, sentences_of, too_close
from ingestctl.audit.upstream_log import LoggedCall


def written(record_id: int, slot: int, closed: bool = True) -> LedgerCall:
    return LedgerCall(record_id, slot, slot * 5.0, slot * 5.0 + 1 if closed else None)


def logged(record_id: int, time: float, resolution: float = 0.001) -> LoggedCall:
    return LoggedCall(record_id, time, resolution)


LEDGER = [written(number, number) for number in range(1, 9)]


def test_a_log_that_says_the_same_has_no_difference_whatever_its_clock_says() -> None:
    found = compare(LEDGER, [logged(n, n * 5.0 + 3600.2) for n in range(1, 9)])
    assert (found.matched, found.outside, list(sentences_of(found))) == (8, 0, [])
    assert found.offset is not None
    assert round(found.offset, 1) == 3600.2


def test_a_call_that_only_the_log_has_is_named() -> None:
    found = compare(LEDGER, [*(logged(n, n * 5.0) for n in range(1, 9)), logged(99, 20.0), logged(3, 25.0)])
    assert [(call.record_id, call.time) for call in found.extra] == [(99, 20.0), (3, 25.0)]
    assert "id 99 at 1970-01-01T00:00:20.000Z" in next(iter(sentences_of(found)))


def test_a_call_that_only_the_ledger_has_is_explained() -> None:
    ledger = [written(n, n, closed=n != 4) for n in range(1, 9)]
    found = compare(ledger, [logged(n, n * 5.0) for n in (1, 2, 3, 6, 7, 8)])
    assert [call.record_id for call in found.missing] == [4, 5]
    crashed, lost = sentences_of(found)
    assert "the slot was never closed" in crashed
    assert "the request did not arrive" in lost


def test_a_crashed_slot_whose_id_was_called_and_called_again_has_both_calls() -> None:
    ledger = [*LEDGER, written(50, 3, closed=False), written(50, 4)]
    log = [logged(n, n * 5.0) for n in range(1, 9)]
    assert compare(ledger, [*log, logged(50, 15.1), logged(50, 20.1)]).matched == 10
    once = compare(ledger, [*log, logged(50, 20.1)])
    assert [call.slot for call in once.missing] == [3]


def test_what_only_one_of_them_reaches_is_not_judged() -> None:
    log = [logged(n, n * 5.0) for n in range(4, 12)]
    found = compare(LEDGER, log)
    assert (found.matched, found.outside, found.extra, found.missing) == (5, 6, [], [])


def test_a_log_without_a_call_of_the_ledger_is_compared_too() -> None:
    found = compare(LEDGER, [logged(100, 20.0)])
    assert (found.matched, found.offset, len(found.extra)) == (0, None, 1)


def test_only_windows_that_certainly_have_too_many_calls_are_named() -> None:
    def calls(last: float) -> list[LoggedCall]:
        return [logged(number, time) for number, time in enumerate((0.0, 0.0, 0.0, last))]

    assert [(first.time, last.time) for first, last in too_close(calls(4.999), 3, 5)] == [(0.0, 4.999)]
    assert list(too_close(calls(4.9995), 3, 5)) == []
    assert list(too_close(calls(5.0), 3, 5)) == []


def test_whole_seconds_are_certain_only_where_no_fraction_could_save_them() -> None:
    def calls(*times: float) -> list[LoggedCall]:
        return [logged(number, time, 1.0) for number, time in enumerate(times)]

    assert list(too_close(calls(0, 0, 0, 5), 3, 5)) == []
    assert len(list(too_close(calls(0, 0, 0, 4), 3, 5))) == 1
