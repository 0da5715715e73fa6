"""The text of the board, without JavaScript."""

import re

import pytest

from ingest_service.app import create_app
from ingest_service.config import Settings
from ingest_service.dispatch.retries import RetryRules
from ingest_service.domain.ledger import Answer
from ingest_service.domain.rate import Quota, RateLimit
from ingest_service.domain.seats import Fate
from ingest_service.ports.records import SeenReplica
from ingest_service.stores.sqlite.records import SqliteRecords
from tests.doubles import UnthreadedDatabase
from tests.engines.places import EmbeddedPlace
from tests.simulation import SECOND, Simulation
from tests.web.asking import FINAL, PASSING, PAUSING, failing
from tests.web.board.browsing import Browser, Driven, text_of, title_of

MARKS = re.compile(r'<span class="mark (\w+)">')


def looks_at_each_answer(browser: Browser, simulation: Simulation, answers: dict[int, Answer]) -> list[list[str]]:
    """Let the upstream answer so; return what the board shows of the calls right before each answer."""
    looks: list[list[str]] = []

    def answer(record_id: int, _: int) -> Answer:
        # All calls begin at the same time, so each would see the reading of the one before it.
        simulation.clock.time += len(looks) * SECOND
        looks.append(MARKS.findall(browser.get().text))
        return answers[record_id]

    simulation.upstream.answer = answer
    return looks


def test_an_idle_service_says_so(browser: Browser) -> None:
    page = browser.get()
    assert title_of(page.text) == "nothing waits"
    said = text_of(page.text)
    assert "ready at most 3 ids in any 5 s" in said.replace("● ", "")
    assert "No departures. What is submitted leaves at once." in said
    assert "no slot has opened yet" in said


def test_the_slots_to_come_are_those_of_the_schedule(browser: Browser, simulation: Simulation) -> None:
    simulation.submit(range(1, 9), "LOW")
    simulation.submit([101, 102], "HIGH")
    simulation.run_slot()
    page = browser.get()
    slots = browser.get("/schedule", headers={"Accept": "application/json"}).get_json()["slots"]
    rows = page.text.partition("Departures</h2>")[2].split("<tr ")[2:]
    assert len(slots) == 3
    for slot, row in zip(slots, rows, strict=False):
        assert f'<time datetime="{slot["opens_at"]}"' in row
        assert [int(one) for one in re.findall(r'<span class="id">(\d+)', row)] == slot["ids"]


def test_a_row_shows_whose_ids_they_are_their_priority_and_the_empty_seats(
    browser: Browser, simulation: Simulation
) -> None:
    ingestion_id = simulation.submit([7, 8], "HIGH")
    html = browser.get().text
    assert f'href="/ingestions/{ingestion_id}"' in html
    assert f"7 of ingestion {str(ingestion_id)[:8]} HIGH 8 of" in text_of(html)
    assert html.count("empty seat") == 1
    assert title_of(html) == "2 waiting · next now"


def test_its_seats_turn_one_by_one_as_the_calls_end(browser: Browser, simulation: Simulation) -> None:
    looks = looks_at_each_answer(browser, simulation, {1: Answer("null"), 2: PASSING, 3: FINAL})
    simulation.submit([1, 2, 3])
    simulation.run_slot()
    assert looks == [
        [Fate.CALLING, Fate.CALLING, Fate.CALLING],
        [Fate.DONE, Fate.CALLING, Fate.CALLING],
        [Fate.DONE, Fate.AGAIN, Fate.CALLING],
    ]
    assert MARKS.findall(browser.get().text) == [Fate.DONE, Fate.AGAIN, Fate.FAILED]


def test_the_last_call_that_is_made_for_an_id_fails_at_once() -> None:
    simulation = Simulation(retry_rules=RetryRules(max_attempts=1, backoff=SECOND))
    app = create_app(Driven.by(simulation), Settings.from_environ({}), clock=simulation.clock)
    browser = Browser(app.test_client(), simulation.clock, SECOND)
    looks = looks_at_each_answer(browser, simulation, {1: PASSING, 2: PASSING})
    simulation.submit([1, 2])
    simulation.run_slot()
    assert looks[1] == [Fate.FAILED, Fate.CALLING]


def test_a_slot_under_way_turns_into_what_came_of_it(browser: Browser, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({2}, PASSING)
    simulation.submit([1, 2])
    slot = simulation.engine.open()
    assert slot is not None
    html = browser.get().text
    assert ("under way" in html, MARKS.findall(html)) == (True, [Fate.CALLING, Fate.CALLING])
    simulation.finish(slot)
    html = browser.get().text
    assert ("under way" in html, MARKS.findall(html)) == (False, [Fate.DONE, Fate.AGAIN])
    assert "call 2" in text_of(html)
    simulation.run()
    assert MARKS.findall(browser.get().text) == [Fate.DONE, Fate.DONE, Fate.AGAIN]


def test_the_last_slots_show_gap_and_lag(browser: Browser, simulation: Simulation) -> None:
    simulation.submit(range(1, 10))
    simulation.run()
    simulation.clock.time += 10 * SECOND
    said = browser.read()
    _, departed = said.split("Departed Slot Opened Gap Late Seats")
    numbers = re.findall(r"(\d) \d\d:\d\d:\d\d (\S+ ?\w*) (\d+ ms)", departed)
    assert [(number, gap) for number, gap, _ in numbers[:2]] == [("3", "5.000 s"), ("2", "5.000 s")]
    assert re.search(r"1 \d\d:\d\d:\d\d \S 0 ms", departed)


def test_the_figures_add_up(browser: Browser, simulation: Simulation) -> None:
    simulation.upstream.answer = failing({2}, FINAL)
    simulation.submit([1, 2], "HIGH")
    simulation.submit(range(10, 14), "LOW")
    simulation.run_slot()
    said = browser.read()
    assert "Waiting 4 ids 0 HIGH 0 MEDIUM 4 LOW" in said
    assert "Seats taken 66 % of the last 1 slot: 2 ids" in said
    assert "Last 24 hours 1 done 1 failed 0 called again at most 0 ms late" in said
    assert re.search(r"Empty at \d\d:\d\d:\d\d in \d+ s , if nothing else arrives", said)


def test_what_is_older_than_a_day_is_not_counted(browser: Browser, simulation: Simulation) -> None:
    simulation.submit([1, 2, 3])
    simulation.run()
    assert "Last 24 hours 3 done" in browser.read()
    simulation.clock.time += 86_460 * SECOND
    simulation.submit([4])
    simulation.run()
    assert "Last 24 hours 1 done" in browser.read()


def test_an_operators_pause_is_shown_with_its_begin(browser: Browser, simulation: Simulation) -> None:
    simulation.submit([1, 2, 3])
    simulation.service.pause()
    page = browser.get()
    said = text_of(page.text)
    assert re.search(r"paused by an operator since \d\d:\d\d:\d\d", said)
    assert "no slot opens while the pause lasts" in said
    assert "Empty at not known while the pause lasts" in said
    assert title_of(page.text) == "3 waiting · paused"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (PAUSING, r"the upstream asked for a pause until \d\d:\d\d:\d\d"),
        (PASSING, "the next slot tries it with one id"),
    ],
)
def test_trouble_with_the_upstream_is_shown(
    browser: Browser, simulation: Simulation, answer: Answer, words: str
) -> None:
    simulation.upstream.answer = failing(set(range(100)), answer, calls=3)
    simulation.submit(range(1, 10))
    for _ in range(1 if answer is PAUSING else 3):
        simulation.run_slot()
    assert re.search(words, browser.read())


def test_a_service_that_is_not_ready_says_why_with_another_icon(browser: Browser, simulation: Simulation) -> None:
    assert "good.svg" in browser.get().text.partition('id="icon" href="')[2].partition('"')[0]
    simulation.records.stop()
    page = browser.get()
    assert page.status_code == 200
    assert "▲ not ready the store does not run; the log says why" in text_of(page.text)
    assert title_of(page.text) == "not ready · Ingest service"
    assert "bad.svg" in page.text.partition('id="icon" href="')[2].partition('"')[0]


def test_text_of_others_is_shown_as_text() -> None:
    database = UnthreadedDatabase()
    simulation = Simulation(place=EmbeddedPlace(database))
    database.damage = "<img src=x onerror=alert(1)>\u202egnp.\x1b[31m\u2028'\"&"
    app = create_app(Driven.by(simulation), Settings.from_environ({}), clock=simulation.clock)
    html = Browser(app.test_client(), simulation.clock, SECOND).get().text
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;\\u202egnp.\\u001b[31m\\u2028&#39;&#34;&amp;" in html


def test_many_seats_are_not_shown_one_by_one() -> None:
    simulation = Simulation(rate=RateLimit(slot_size=100, interval=5 * SECOND, linger=0, longest_pause=0))
    simulation.submit(range(1, 60))
    app = create_app(Driven.by(simulation), Settings.from_environ({}), clock=simulation.clock)
    said = Browser(app.test_client(), simulation.clock, SECOND).read()
    assert "and 47 more 41 empty seats" in said


def test_what_is_used_and_left_of_several_limits_is_shown_and_when_the_next_seat_comes_free() -> None:
    simulation = Simulation(rate=RateLimit(3, 5 * SECOND, 0, 0, quotas=(Quota(2000, 86_400 * SECOND),)))
    simulation.submit(range(1, 5))
    simulation.run_slot()
    app = create_app(Driven.by(simulation), Settings.from_environ({}), clock=simulation.clock)
    browser = Browser(app.test_client(), simulation.clock, SECOND)
    said = browser.read().replace("\u202f", " ")
    assert re.search(r"Limits Window Used Left Next comes free 3 in 5 s 3 0 \d\d:\d\d:\d\d", said)
    assert re.search(r"2 000 in 1 d 3 1 997 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", said)
    limits = browser.get("/dispatcher", headers={"Accept": "application/json"}).get_json()["limits"]
    for limit in limits:
        assert f'<time datetime="{limit["next_free_at"]}"' in browser.get().text


def test_a_single_limit_is_not_shown_for_itself(browser: Browser) -> None:
    assert "Limits" not in browser.read()


@pytest.mark.parametrize(
    ("taken", "empty"), [(5, ["95 empty seats"]), (99, ["1 empty seat"]), (100, [])], ids=["5", "99", "100"]
)
def test_the_empty_seats_of_a_large_slot_are_counted(taken: int, empty: list[str]) -> None:
    simulation = Simulation(rate=RateLimit(slot_size=100, interval=5 * SECOND, linger=0, longest_pause=0))
    simulation.submit(range(1, taken + 1))
    app = create_app(Driven.by(simulation), Settings.from_environ({}), clock=simulation.clock)
    said = Browser(app.test_client(), simulation.clock, SECOND).read()
    assert re.findall(r"\d+ empty seats?", said) == empty


def test_the_page_reads_itself_again_without_javascript(browser: Browser) -> None:
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in browser.get().text


class SharedRecords(SqliteRecords):
    """Records as those of a store that two replicas share."""

    def replicas(self) -> list[SeenReplica]:
        return [SeenReplica("alpha", 5), SeenReplica("<b>\u202e", 6)]


def test_replicas_are_named_and_who_opened_which_slot() -> None:
    simulation = Simulation(place=EmbeddedPlace(records=SharedRecords))
    simulation.submit([1])
    simulation.run()
    app = create_app(Driven.by(simulation), Settings.from_environ({}), clock=simulation.clock)
    html = Browser(app.test_client(), simulation.clock, 6 * SECOND).get().text
    assert "2 replicas: alpha, &lt;b&gt;\\u202e" in html
    assert "Late By Seats" in text_of(html)


def test_a_process_alone_needs_no_name() -> None:
    simulation = Simulation()
    simulation.submit([1])
    app = create_app(Driven.by(simulation), Settings.from_environ({}), clock=simulation.clock)
    assert "replica" not in Browser(app.test_client(), simulation.clock, SECOND).read()
