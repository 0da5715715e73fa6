"""Damage of the disk: no id is called that was not accepted, and everything else goes on."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ingest_service.domain.model import Status
from ingest_service.errors import IdsDamaged, StoreDamaged
from ingest_service.reports.reports import Reports
from tests.dispatch.on_disk import OnDisk
from tests.engines.places import EmbeddedPlace
from tests.engines.wiring import PASSING
from tests.simulation import Simulation

SENTENCE = "the ids of ingestion number 1 are damaged in the database"


def flip(path: Path, at: int = 0) -> None:
    """Change one byte of the ids of the first ingestion, as a bad disk does."""
    with closing(sqlite3.connect(path)) as connection, connection:
        (ids,) = connection.execute("SELECT ids FROM ingestions WHERE sequence = 1").fetchone()
        flipped = bytes([*ids[:at], ids[at] ^ 0x80, *ids[at + 1 :]])
        connection.execute("UPDATE ingestions SET ids = ? WHERE sequence = 1", [flipped])


def test_an_ingestion_whose_ids_are_damaged_is_set_aside_with_an_alarm_and_the_others_go_on(
    path: Path, on_disk: OnDisk, caplog: pytest.LogCaptureFixture
) -> None:
    on_disk.submit([1, 2, 3, 4])
    on_disk.submit([5, 6, 7])
    flip(path)
    assert on_disk.run_slot() == (5, 6, 7)
    assert caplog.messages == [f"{SENTENCE}: nothing of it is called; restore a backup, or cancel it"]
    assert on_disk.wiring.observer.damaged == 1


def test_damage_shows_only_in_the_part_that_is_read(path: Path, on_disk: OnDisk) -> None:
    on_disk.submit(range(1, 2001))
    flip(path, at=4 * 1500)
    assert on_disk.run_slot() == (1, 2, 3)
    with pytest.raises(IdsDamaged, match=SENTENCE):
        on_disk.journal.record_ids(1, [1023, 1024])
    assert on_disk.journal.record_ids(1, [1022, 1023]) == (1023, 1024)


def test_ids_that_wait_to_be_called_again_are_checked_too(path: Path, on_disk: OnDisk) -> None:
    on_disk.submit([1, 2, 3])
    on_disk.run_slot(PASSING, PASSING, PASSING)
    flip(path)
    on_disk.submit([4])
    on_disk.restart()
    assert on_disk.run_slot() == (4,)
    assert on_disk.run_slot_if_any() is None


def test_ids_that_were_read_and_checked_serve_the_slots_that_follow(path: Path, on_disk: OnDisk) -> None:
    on_disk.submit(range(1, 7))
    assert on_disk.run_slot() == (1, 2, 3)
    flip(path, at=4 * 4)
    assert on_disk.run_slot() == (4, 5, 6)


def test_what_is_set_aside_is_reported_without_an_end(path: Path, on_disk: OnDisk) -> None:
    ingestion = on_disk.submit([1, 2, 3])
    on_disk.submit([4])
    flip(path)
    on_disk.run_slot()
    report = Reports(on_disk.records, on_disk.engine).ingestion(ingestion)
    assert (report.progress.status, report.estimate) == (Status.YET_TO_START, None)


def test_the_next_start_looks_at_the_ids_again(path: Path, on_disk: OnDisk) -> None:
    on_disk.submit([1, 2, 3])
    on_disk.submit([4])
    flip(path)
    assert on_disk.run_slot() == (4,)
    flip(path)
    on_disk.restart()
    assert on_disk.run_slot() == (1, 2, 3)


def test_a_damaged_ingestion_can_be_cancelled(path: Path, on_disk: OnDisk) -> None:
    ingestion = on_disk.submit([1, 2, 3])
    on_disk.submit([4])
    flip(path)
    on_disk.run_slot()
    on_disk.engine.cancel(1)
    progress = on_disk.records.progress(ingestion)
    assert progress is not None
    assert progress.cancelled


def test_ingestions_of_an_older_database_have_no_checksum_and_are_called(path: Path, on_disk: OnDisk) -> None:
    on_disk.submit([1, 2, 3])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM checksums")
    assert on_disk.run_slot() == (1, 2, 3)


def spoil(path: Path, table: str) -> None:
    """Overwrite the first page of a table or an index."""
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def test_a_malformed_database_is_known_from_when_it_is_found(path: Path, on_disk: OnDisk) -> None:
    ingestion = on_disk.submit([1])
    on_disk.stop()
    spoil(path, "outcomes")
    on_disk.start()
    assert on_disk.records.damage is None
    with pytest.raises(StoreDamaged):
        on_disk.records.outcomes(ingestion, -1, 9)
    assert on_disk.records.damage == "the database could not be read: database disk image is malformed"


def test_a_slot_that_cannot_be_written_into_a_malformed_database_is_found_too(path: Path, on_disk: OnDisk) -> None:
    on_disk.submit([1])
    on_disk.stop()
    spoil(path, "calls_of_slots")
    on_disk.start()
    with pytest.raises(StoreDamaged):
        on_disk.open()
    assert on_disk.records.damage == "the database could not be written: database disk image is malformed"


def test_a_malformed_database_turns_health_red() -> None:
    place = EmbeddedPlace()
    simulation = Simulation(place=place)
    place.database.damage = "the database could not be read: database disk image is malformed"
    assert simulation.service.liveness_failures()["store"] == place.database.damage
