"""The figures of the plot of the last hour and day, and the tables that say the same."""

import re
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient

from tests.simulation import SECOND, Simulation
from tests.web.asking import FINAL, PASSING, failing
from tests.web.board.browsing import Browser, text_of

MINUTE = 60 * SECOND


def plot_of(browser: Browser, span: str = "hour") -> dict[str, Any]:
    body: dict[str, Any] = browser.get(f"/board/plot?span={span}").get_json()
    return body


def rows_of(html: str, name: str) -> list[list[str]]:
    """Return the cells of the rows of a table, without the times."""
    table = html.partition(f"<caption>Last {name}")[2].partition("</table>")[0]
    return [re.findall(r"<td>([^<]*)</td>", row) for row in table.split("<tr>")[2:]]


def submit_some(simulation: Simulation) -> None:
    """Let 7 ids come and be called, and two of them fail; a minute later 9 more, and one is called again."""
    simulation.upstream.answer = failing({2, 3}, FINAL)
    simulation.submit(range(1, 8))
    simulation.run()
    simulation.clock.time += MINUTE
    simulation.upstream.answer = failing({20}, PASSING)
    simulation.submit(range(20, 29))
    simulation.run_slot()


def test_an_hour_is_cut_into_minutes_and_a_day_into_five(browser: Browser) -> None:
    for span, step, stretches in ("hour", 60, 60), ("day", 300, 288):
        plot = plot_of(browser, span)
        assert (plot["step_seconds"], plot["slot_size"]) == (step, 3)
        columns = ("slots", "ids", "failed", "again", "longest_lag_ms", "waiting")
        assert {len(plot[column]) for column in columns} == {stretches}
        assert datetime.fromisoformat(plot["start"]).timestamp() % step == 0


def test_a_plot_has_what_happened_and_what_waits(browser: Browser, simulation: Simulation) -> None:
    submit_some(simulation)
    plot = plot_of(browser)
    assert (sum(plot["slots"]), sum(plot["ids"]), sum(plot["failed"]), sum(plot["again"])) == (4, 10, 2, 1)
    assert plot["slots"][-1] == 1
    assert plot["waiting"][-3:] == [0, 0, 7]
    assert plot["longest_lag_ms"][-1] is not None
    assert plot["longest_lag_ms"][0] is None
    assert plot["empty_at"] is not None


def test_it_ends_when_the_board_says_that_nothing_waits_any_more(browser: Browser, simulation: Simulation) -> None:
    submit_some(simulation)
    ends = plot_of(browser)["empty_at"]
    assert f'<time datetime="{ends}"' in browser.get().text
    simulation.service.pause()
    simulation.clock.time += SECOND
    assert plot_of(browser)["empty_at"] is None


def test_it_is_asked_for_twice_a_minute_and_sent_when_something_has_happened(
    browser: Browser, simulation: Simulation
) -> None:
    # The end of what waits would move while no slot opens.
    simulation.service.pause()
    for path in ("/board/plot", "/board/plot?span=day", "/board/tables"):
        simulation.clock.time += SECOND
        answer = browser.get(path)
        assert answer.headers["Retry-After"] == "30"
        known = {"If-None-Match": answer.headers["ETag"]}
        simulation.clock.time += SECOND
        assert browser.get(path, headers=known).status_code == 304
        simulation.submit([99])
        simulation.clock.time += SECOND
        assert browser.get(path, headers=known).status_code == 200


def test_all_that_ask_share_one_reading(browser: Browser, simulation: Simulation) -> None:
    before = plot_of(browser)
    simulation.submit([1])
    assert plot_of(browser) == before
    simulation.clock.time += SECOND
    assert plot_of(browser)["waiting"][-1] == 1


def test_only_an_hour_and_a_day_are_plotted(client: FlaskClient) -> None:
    answer = client.get("/board/plot?span=week")
    assert (answer.status_code, answer.get_json()["details"]) == (
        400,
        {"span": ["must be hour (the default) or day"]},
    )
    assert client.get("/board/tables?span=hour").status_code == 400


def test_the_tables_say_the_same(browser: Browser, simulation: Simulation) -> None:
    submit_some(simulation)
    html = browser.get("/board/tables").text
    hour, day = rows_of(html, "hour"), rows_of(html, "day")
    assert (len(hour), len(day)) == (12, 24)
    assert hour[0] == day[0] == ["4", "10 of 12", "7", "2", "1", "0 ms", "7"]
    assert day[1] == ["0", "0 of 0", "0", "0", "0", "\u2013", "0"]


def test_the_tables_are_there_without_javascript(browser: Browser, simulation: Simulation) -> None:
    submit_some(simulation)
    html = browser.get().text
    assert rows_of(html, "hour")[0][0] == "4"
    assert '<details id="tables" open>' in html
    assert '<fieldset id="spans" hidden>' in html
    assert '<div id="charts" hidden>' in html


def test_the_page_comes_without_them_where_the_store_cannot_be_read(
    browser: Browser, simulation: Simulation
) -> None:
    simulation.records.stop()
    page = browser.get()
    assert page.status_code == 200
    assert "not known: the store cannot be read" in text_of(page.text)
    assert browser.get("/board/plot").status_code == 503
    assert browser.get("/board/tables").status_code == 503
