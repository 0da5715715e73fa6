"""docs/performance.md: above its mark stands what people wrote, and below it what the benchmarks found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.figure import Figure
from benchmarks.found import Findings, Found
from benchmarks.groups import GROUPS

MARK = "<!-- `make bench` writes what follows. -->"

_HEAD = ["| what | against | measured | aim | met | benchmark |", "|---|---|---:|---:|---|---|"]


def with_figures(page: str, findings: Findings) -> str:
    """Return the page with everything below its mark written anew; raises ValueError if it has no mark."""
    prose, mark, _ = page.partition(MARK)
    if not mark:
        raise ValueError(f"the page has no line {MARK}")
    sections = [_section(heading, names, findings.benchmarks) for heading, names in GROUPS.items()]
    return _apart([f"{prose}{MARK}", _summary(findings), *sections]) + "\n"


def _summary(findings: Findings) -> str:
    figures = [figure for found in findings.benchmarks.values() for figure in found.figures]
    aimed = [figure for figure in figures if figure.aim is not None]
    met = sum(figure.is_met for figure in aimed)
    return f"Measured on {findings.machine}. {met} of {len(aimed)} aims are met."


def _section(heading: str, names: Sequence[str], benchmarks: Mapping[str, Found]) -> str:
    """Return the figures of a group as a table, and below it why aims are missed and what did not run."""
    figures = [(name, figure) for name in names if name in benchmarks for figure in benchmarks[name].figures]
    table = "\n".join([*_HEAD, *(_row(name, figure) for name, figure in figures)]) if figures else ""
    remarks = [*_reasons(figure for _, figure in figures), *_not_run(names, benchmarks)]
    return _apart([f"## {heading}", table, "\n".join(remarks)])


def _row(name: str, figure: Figure) -> str:
    met = "" if figure.aim is None else "yes" if figure.is_met else "**no**"
    return f"| {figure.what} | {figure.against} | {figure.measured} | {figure.wanted} | {met} | `{name}` |"


def _reasons(figures: Iterable[Figure]) -> Iterator[str]:
    """Yield a line for each reason, with all that it is a reason for."""
    missed: dict[str, list[str]] = {}
    for figure in figures:
        if not figure.is_met:
            missed.setdefault(figure.note, []).append(figure.compared)
    return (
        f"- Missed: {'; '.join(names)}. {note[:1].upper()}{note[1:]}".rstrip() for note, names in missed.items()
    )


def _not_run(names: Sequence[str], benchmarks: Mapping[str, Found]) -> Iterator[str]:
    for name in names:
        if name not in benchmarks:
            yield f"- Not measured yet: `{name}`."
        elif lack := benchmarks[name].lack:
            yield f"- Not run here: {'the rest of ' if benchmarks[name].figures else ''}`{name}`, which {lack}."


def _apart(parts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, parts))
