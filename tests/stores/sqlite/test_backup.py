"""Backups of a database in a file: of one moment, checked, and whole or not there."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ingest_service.errors import BackupRefused, IngestError, StoreDamaged
from ingest_service.stores.sqlite.backup import Contents, back_up
from tests.copying.filled import answers, fill, in_file, left
from tests.dispatch.test_damage import spoil
from tests.doubles import VirtualClock
from tests.stores.steps import next_batch, release, submit
from tests.stores.store import Store

# More pages than are copied at once.
MANY = range(1, 1_500_001)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ingest.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "backup.db"


def ignore(_copied: int, _pages: int) -> None:
    """Show no progress."""


def refusal(path: Path, file: Path) -> str:
    """Return the sentence of a backup that fails, and leaves nothing."""
    before = {entry: entry.read_bytes() for entry in file.parent.iterdir()} if file.parent.exists() else {}
    with pytest.raises(IngestError) as failed:
        back_up(path, file, ignore)
    assert {entry: entry.read_bytes() for entry in before} == before
    assert not file.parent.exists() or [*file.parent.iterdir()] == [*before]
    return str(failed.value)


def small(path: Path, clock: VirtualClock) -> Store:
    """Return a store with one ingestion that has begun, started."""
    store = in_file(path, clock)
    release(store, 1, next_batch(submit(store, range(1, 10))))
    return store


def test_a_backup_of_a_running_store_answers_the_same(path: Path, file: Path, clock: VirtualClock) -> None:
    store = in_file(path, clock)
    ingestions = fill(store, clock)
    contents = back_up(path, file, ignore)
    before = [*answers(store.records, ingestions)], left(store, clock)
    store.stop()
    assert [*file.parent.iterdir()] == [file]
    backup = in_file(file, clock)
    assert ([*answers(backup.records, ingestions)], left(backup, clock)) == before
    (last,) = backup.records.slots(10**9, 1)
    assert contents.last_slot == (last.number, last.opened_at)
    backup.stop()


def test_a_backup_says_what_it_has(path: Path, file: Path, clock: VirtualClock) -> None:
    store = small(path, clock)
    submit(store, [10])
    contents = back_up(path, file, ignore)
    (slot,) = store.records.slots(10**9, 1)
    store.stop()
    assert contents == Contents(ingestions=2, waiting=2, last_slot=(1, slot.opened_at))


def test_a_backup_is_of_the_moment_at_which_it_began_and_delays_nothing(
    path: Path, file: Path, clock: VirtualClock
) -> None:
    store = in_file(path, clock)
    submit(store, MANY)
    copied: list[int] = []

    def accept(done: int, _: int) -> None:
        assert done not in copied, "it began again"
        copied.append(done)
        submit(store, [len(copied)])

    contents = back_up(path, file, accept)
    assert len(copied) > 1
    assert contents.ingestions == 1
    assert len(store.accepted) == 1 + len(copied)
    store.stop()
    backup = in_file(file, clock)
    assert [*backup.records.ids(1)][-1] == MANY[-1]
    backup.stop()


def test_a_backup_that_is_broken_off_leaves_nothing(path: Path, file: Path, clock: VirtualClock) -> None:
    store = in_file(path, clock)
    submit(store, MANY)

    def interrupt(_copied: int, _pages: int) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        back_up(path, file, interrupt)
    assert [*file.parent.iterdir()] == []
    store.stop()


def test_an_existing_file_is_not_overwritten(path: Path, file: Path, clock: VirtualClock) -> None:
    small(path, clock).stop()
    file.write_text("another backup")
    assert refusal(path, file) == f"{file} exists already; a backup overwrites nothing"


def test_a_file_that_was_made_meanwhile_is_not_overwritten(path: Path, file: Path, clock: VirtualClock) -> None:
    small(path, clock).stop()

    def write_another(_copied: int, _pages: int) -> None:
        file.write_text("another backup")

    with pytest.raises(BackupRefused, match="exists already"):
        back_up(path, file, write_another)
    assert file.read_text() == "another backup"


def test_a_database_that_does_not_exist_is_named(path: Path, file: Path) -> None:
    assert refusal(path, file) == (f"there is no database {path}; INGEST_DATABASE_URL names the one to back up")
    assert not path.exists()


def test_a_database_of_another_program_is_refused_and_left_as_it_is(path: Path, file: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE birds (name)")
    before = path.read_bytes()
    assert refusal(path, file) == f"{path} is no database of this service"
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(path: Path, file: Path) -> None:
    path.write_text("a letter, and no database" * 100)
    assert refusal(path, file) == f"cannot make the backup {file} of {path}: file is not a database"


def test_a_database_that_is_cut_off_is_refused_and_named(path: Path, file: Path, clock: VirtualClock) -> None:
    small(path, clock).stop()
    with path.open("r+b") as cut_off:
        cut_off.truncate(path.stat().st_size // 2)
    assert refusal(path, file) == f"cannot make the backup {file} of {path}: database disk image is malformed"


def test_a_folder_that_does_not_exist_is_a_sentence(path: Path, tmp_path: Path, clock: VirtualClock) -> None:
    small(path, clock).stop()
    file = tmp_path / "nowhere" / "backup.db"
    assert refusal(path, file) == f"cannot write the backup {file}: No such file or directory"


def test_damage_is_found_and_no_backup_of_it_is_kept(path: Path, file: Path, clock: VirtualClock) -> None:
    small(path, clock).stop()
    spoil(path, "outcomes")
    with pytest.raises(StoreDamaged):
        back_up(path, file, ignore)
    sentence = refusal(path, file)
    assert sentence.startswith(f"the database {path} is damaged, and no backup of it is kept: ")
    assert len(sentence.splitlines()) == 1


def test_a_backup_of_a_crashed_store_has_what_is_in_its_log(path: Path, file: Path, clock: VirtualClock) -> None:
    store = small(path, clock)
    crashed = path.with_name("crashed.db")
    for ending in ("", "-wal"):
        Path(f"{crashed}{ending}").write_bytes(Path(f"{path}{ending}").read_bytes())
    store.stop()
    assert back_up(crashed, file, ignore).ingestions == 1


FULL = """
import resource, signal, sys
from pathlib import Path
from ingest_service.errors import StoreError
from ingest_service.stores.sqlite.backup import back_up
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    back_up(Path(sys.argv[1]), Path(sys.argv[2]), lambda copied, pages: None)
except StoreError as error:
    print(error)
"""


def test_a_file_that_may_not_be_so_large_is_a_sentence_and_leaves_nothing(
    path: Path, file: Path, clock: VirtualClock
) -> None:
    store = in_file(path, clock)
    submit(store, MANY)
    store.stop()
    command = [sys.executable, "-c", FULL, str(path), str(file)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed == f"cannot make the backup {file} of {path}: disk I/O error\n"
    assert [*file.parent.iterdir()] == []
