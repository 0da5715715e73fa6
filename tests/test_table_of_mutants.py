"""The table of docs/mutants.md."""

from collections import Counter

from tests.table_of_mutants import FAILED, LIVED, LONG, REFUSED, UNTRIED, outcome, row


def test_the_share_is_of_the_mutants_that_tests_were_to_kill() -> None:
    outcomes = Counter({REFUSED: 10, FAILED: 6, LONG: 1, LIVED: 1, UNTRIED: 2})
    assert row("pacer", outcomes) == "| pacer | 20 | 10 | 6 | 1 | 1 | 2 | 87.5 % |"


def test_where_none_was_tried_there_is_no_share() -> None:
    assert row("pacer", Counter({REFUSED: 3, UNTRIED: 2})) == "| pacer | 5 | 3 | 0 | 0 | 0 | 2 |  |"


def test_a_mutant_that_no_test_reaches_lives() -> None:
    codes = {37: REFUSED, 1: FAILED, -24: LONG, 0: LIVED, 33: LIVED, None: UNTRIED}
    assert {code: outcome(code) for code in codes} == codes
