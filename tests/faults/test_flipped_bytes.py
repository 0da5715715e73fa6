"""A database with one bit changed: a start refuses it, sets aside what is damaged, or is right."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.faults.flipped_bytes import ALLOWED, NAME, Damage, Sample
from tests.processes.running import WSGI, Running, settings

pytestmark = pytest.mark.slow


def test_a_flipped_bit_lets_no_id_be_called_that_was_not_accepted(
    tmp_path: Path,
    scale: Callable[[int, int], int],
    figure: Callable[[str, str, str], None],
    say: Callable[[str], None],
) -> None:
    sample, chance, count = Sample(tmp_path), Random(1), scale(40, 2_000)
    found: Counter[str] = Counter()
    for _ in range(count):
        folder = chance.choice(sample.folders)
        damage = Damage.any_in(folder, chance)
        verdict = sample.verdict(folder, damage)
        assert verdict in ALLOWED, (folder.name, damage, verdict)
        found[verdict] += 1
    result = ", ".join(f"{times} {name}" for name, times in found.most_common())
    say(result)
    assert found["right"] > found["refused with a sentence"]
    figure("a flipped bit in the database, its log or the lock file", f"{count:,} bits", f"{result}; 0 wrong ids")


def test_a_start_on_a_damaged_database_ends_with_a_sentence_that_names_it(tmp_path: Path) -> None:
    Sample(tmp_path)
    database = tmp_path / "closed" / NAME
    content = bytearray(database.read_bytes())
    # The kind of the page on which all tables are named, behind the head of the file.
    content[100] ^= 8
    database.write_bytes(content)
    with Running(WSGI, settings(database.parent), tmp_path / "log") as served:
        assert served.exit_code() == 1
    (sentence,) = served.printed.splitlines()
    assert "malformed" in sentence
    assert str(database) in sentence
