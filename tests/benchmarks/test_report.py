import pytest

from benchmarks.figure import Figure
from benchmarks.found import Findings, Found
from benchmarks.groups import GROUPS
from benchmarks.machine import Machine
from benchmarks.report import MARK, with_figures

MACHINE = Machine("Linux", 2, "3.11.7", 0.1612)
MET = Figure("`--help`", "an import", 1.3, 1.6, more_is_better=False)
MISSED = Figure("a submission", "", 0.5, 0.35, "s", more_is_better=False, note="The disk is slow.")
AIMLESS = Figure("a file", "reading it", 1.5)


def section(heading: str, **benchmarks: Found) -> str:
    page = with_figures(MARK, Findings(MACHINE, benchmarks))
    _, _, found = page.partition(f"## {heading}\n\n")
    return found.partition("\n\n##")[0].rstrip("\n")


def test_what_people_wrote_stays_and_what_was_below_the_mark_does_not() -> None:
    page = with_figures(f"# Performance\n\nRead this.\n\n{MARK}\n\nold", Findings(MACHINE, {}))
    assert page.startswith(f"# Performance\n\nRead this.\n\n{MARK}\n\nMeasured on ")
    assert "old" not in page


def test_the_same_figures_give_the_same_page() -> None:
    findings = Findings(MACHINE, {"cli": Found((MET, MISSED))})
    page = with_figures(MARK, findings)
    assert with_figures(page, findings) == page


def test_a_page_without_the_mark_is_not_overwritten() -> None:
    with pytest.raises(ValueError, match="the page has no line"):
        with_figures("# Performance\n", Findings(MACHINE, {}))


def test_the_machine_and_the_number_of_aims_that_are_met_come_first() -> None:
    page = with_figures(MARK, Findings(MACHINE, {"cli": Found((MET, MISSED, AIMLESS))}))
    assert page.splitlines()[2] == (
        "Measured on Linux with 2 cores, Python 3.11.7, on a disk that has a page of 4 kB safe in 0.16 ms. "
        "1 of 2 aims are met."
    )


def test_a_run_in_memory_is_called_that() -> None:
    page = with_figures(MARK, Findings(Machine("Linux", 2, "3.11.7", 0.004), {}))
    assert page.splitlines()[2] == (
        "Measured on Linux with 2 cores, Python 3.11.7, in memory instead of on a disk. 0 of 0 aims are met."
    )


def test_every_group_has_its_heading_in_order() -> None:
    lines = with_figures(MARK, Findings(MACHINE, {})).splitlines()
    assert [line[3:] for line in lines if line.startswith("## ")] == list(GROUPS)


def test_figures_are_rows_and_the_reason_for_a_missed_aim_stands_below() -> None:
    assert section("The command line", cli=Found((MET, MISSED, AIMLESS))) == (
        "| what | against | measured | aim | met | benchmark |\n"
        "|---|---|---:|---:|---|---|\n"
        "| `--help` | an import | 1.30 times | ≤ 1.6 | yes | `cli` |\n"
        "| a submission |  | 0.500 s | ≤ 0.35 | **no** | `cli` |\n"
        "| a file | reading it | 1.50 times |  |  | `cli` |\n"
        "\n"
        "- Missed: a submission. The disk is slow."
    )


def test_figures_that_are_missed_for_one_reason_share_a_line() -> None:
    other = Figure("a dry run", "one of few", 4.0, 3.0, more_is_better=False, note=MISSED.note)
    later = Figure("a start", "", 2.0, 1.0, "s", more_is_better=False)
    page = section("The command line", cli=Found((MISSED, later, other)))
    assert page.splitlines()[-2:] == [
        "- Missed: a submission; a dry run against one of few. The disk is slow.",
        "- Missed: a start.",
    ]


@pytest.mark.parametrize(
    ("benchmarks", "remark"),
    [
        ({}, "- Not measured yet: `cli`."),
        ({"cli": Found((), "needs PostgreSQL")}, "- Not run here: `cli`, which needs PostgreSQL."),
        ({"cli": Found((MET,), "needs PostgreSQL")}, "- Not run here: the rest of `cli`, which needs PostgreSQL."),
    ],
    ids=["never", "nothing", "half"],
)
def test_what_did_not_run_is_named(benchmarks: dict[str, Found], remark: str) -> None:
    assert section("The command line", **benchmarks).splitlines()[-1] == remark
