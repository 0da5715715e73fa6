"""One dispatcher for each database file, and none once its files are not those it opened."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest_service.errors import StoreError, StoreInUse
from tests.dispatch.on_disk import OnDisk

REPLACED = (
    "{} was removed or replaced while the service was using it; "
    "nothing is accepted or called until it is back and the service is restarted"
)


def remove(path: Path) -> None:
    path.unlink()


def rename(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


def replace(path: Path) -> None:
    shutil.copy2(path, path.with_name("copy"))
    path.with_name("copy").rename(path)


def test_a_second_service_through_a_symbolic_link_is_refused(path: Path, on_disk: OnDisk) -> None:
    on_disk.submit([1])
    other = path.with_name("other.db")
    other.symlink_to(path.name)
    second = OnDisk(other)
    with pytest.raises(StoreInUse, match=f"it holds {path}.lock"):
        second.start()
    second.stop()


@pytest.mark.parametrize("disturb", [remove, rename, replace])
@pytest.mark.parametrize("ending", ["", ".lock", "-wal", "-shm"])
def test_a_service_whose_files_are_not_its_own_any_more_takes_and_opens_nothing(
    path: Path, on_disk: OnDisk, disturb: Callable[[Path], None], ending: str
) -> None:
    on_disk.submit([1, 2, 3])
    file = Path(f"{path}{ending}")
    disturb(file)
    for use in (lambda: on_disk.submit([4]), on_disk.open, on_disk.records.check):
        with pytest.raises(StoreError) as refused:
            use()
        assert str(refused.value) == REPLACED.format(file)


def test_a_second_service_starts_beside_a_removed_lock_file_but_the_first_opens_no_slot_any_more(
    path: Path, on_disk: OnDisk
) -> None:
    on_disk.submit([1, 2, 3, 4, 5, 6])
    on_disk.run_slot()
    Path(f"{path}.lock").unlink()
    second = OnDisk(path, on_disk.clock)
    second.start()
    assert second.waits == 5
    with pytest.raises(StoreError):
        on_disk.open()
    assert second.run_slot() == (4, 5, 6)
    second.stop()


def test_a_database_that_was_removed_is_not_created_anew(path: Path, on_disk: OnDisk) -> None:
    path.unlink()
    with pytest.raises(StoreError):
        on_disk.records.slots(5, 5)
    assert not path.exists()


def test_a_database_that_comes_back_is_used_again(path: Path, on_disk: OnDisk) -> None:
    elsewhere = path.rename(path.with_name("elsewhere"))
    with pytest.raises(StoreError):
        on_disk.submit([1])
    elsewhere.rename(path)
    on_disk.submit([1])
    assert on_disk.run_slot() == (1,)


@pytest.mark.parametrize("name", ["a b.db", "ä.db", "100%.db", "what?.db", "a#b.db", "a&mode=ro.db", "'\".db"])
def test_a_database_may_have_any_name(tmp_path: Path, name: str) -> None:
    on_disk = OnDisk(tmp_path / name)
    on_disk.start()
    on_disk.submit([1])
    assert on_disk.run_slot() == (1,)
    assert (tmp_path / name).exists()
    on_disk.stop()
