"""Markdown documents of the repository: their samples, links, headings and tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/*.md", ".github/**/*.md", "deploy/**/*.md")
    for path in ROOT.glob(pattern)
)
PROMPT = "$ "

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Block:
    """A fenced block: the line on which it begins, its language (empty for none) and its text."""

    line: int
    language: str
    text: str


@dataclass(frozen=True)
class Step:
    """A command of a console sample and the output that is written below it."""

    line: int
    command: str
    output: str


def blocks(path: Path) -> list[Block]:
    text = path.read_text()
    return [Block(text.count("\n", 0, match.start()) + 1, match[1], match[2]) for match in _FENCE.finditer(text)]


def steps(block: Block) -> Iterator[Step]:
    """Yield the commands of a console block; a line that ends with a backslash goes on in the next one."""
    first, command, output = block.line, "", ""
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if command.endswith("\\"):
            command += f"\n{line}"
        elif line.startswith(PROMPT):
            if command:
                yield Step(first, command, output)
            first, command, output = number, line.removeprefix(PROMPT), ""
        else:
            output += f"{line}\n"
    yield Step(first, command, output)


def links(path: Path) -> list[tuple[str, str]]:
    """Return (text, target) of every link of a document to a place in the repository."""
    return links_of(prose(path))


def links_of(text: str) -> list[tuple[str, str]]:
    """Return (text, target) of every link in a text to a place in the repository."""
    found = [(match[1], match[2]) for match in _LINK.finditer(text)]
    return [(words, target) for words, target in found if not target.startswith(("http://", "https://"))]


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = _HEADING.findall(prose(path))
    return {_NOT_IN_ANCHORS.sub("", heading.lower()).replace(" ", "-") for heading in headings}


def rows(path: Path, first_heading: str) -> list[list[str]]:
    """Return the cells of the rows of all tables whose first column has this heading."""
    found: list[list[str]] = []
    wanted = False
    for line in prose(path).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        wanted = bool(cells) and (wanted or cells[0] == first_heading)
        if wanted and cells[0] != first_heading and not line.startswith("|--"):
            found.append(cells)
    return found


def code_spans(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def prose(path: Path) -> str:
    """Return the text of a document without its fenced blocks, whose fences would pair with backticks."""
    return _FENCE.sub("", path.read_text())
