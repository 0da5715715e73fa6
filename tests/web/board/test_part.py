"""The part of the page that is polled: it changes only when something has changed."""

from tests.simulation import SECOND, Simulation
from tests.web.board.browsing import Browser


def test_it_is_the_same_until_something_changes(browser: Browser, simulation: Simulation) -> None:
    simulation.submit(range(1, 7))
    simulation.run_slot()
    simulation.clock.time += SECOND
    first = browser.get("/board")
    known = {"If-None-Match": first.headers["ETag"]}
    same = browser.get("/board", headers=known)
    assert (same.status_code, same.data, same.headers["Retry-After"]) == (304, b"", "1")
    simulation.submit([9], "HIGH")
    changed = browser.get("/board", headers=known)
    assert changed.status_code == 200
    assert changed.text != first.text


def test_its_times_are_counted_from_the_time_of_each_answer(browser: Browser) -> None:
    first = browser.get("/board")
    second = browser.get("/board", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 304
    assert first.headers["X-Server-Time"] < second.headers["X-Server-Time"]
    assert first.headers["X-Server-Time"].endswith("Z")


def test_it_counts_down_nowhere(browser: Browser, simulation: Simulation) -> None:
    simulation.submit([1])
    assert 'data-form="until"></span>' in browser.get("/board").text


def test_it_is_a_part_of_the_page(browser: Browser, simulation: Simulation) -> None:
    simulation.submit(range(1, 7))
    simulation.run_slot()
    part, page = browser.get("/board").text, browser.get("/").text
    assert part.startswith('<div id="live"')
    assert part.partition("<section")[0] in page
