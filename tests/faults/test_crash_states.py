"""The files that a power cut may leave: what was synced is there, and of the rest anything may be."""

from random import Random

from tests.faults.crash_states import WAYS, CrashStates, power_cuts
from tests.faults.disk import Deed

DATA = bytes(range(256)) * 8


def deed(kind: str, name: str = "file", offset: int = 0, data: bytes = b"") -> Deed:
    return Deed(kind, name, 0, offset, data)


CREATED = [deed("C"), deed("B", "."), deed("E", ".")]
WRITTEN = [*CREATED, deed("W", data=DATA)]
SYNCED = [*WRITTEN, deed("B"), deed("E")]


def left(*deeds: Deed, way: str, seed: int = 1) -> dict[str, bytes]:
    states = CrashStates(Random(seed))
    for one in deeds:
        states.play(one)
    return states.cut(way)


def all_left(*deeds: Deed) -> set[bytes | None]:
    return {left(*deeds, way=way, seed=seed).get("file") for way in WAYS for seed in range(50)}


def test_what_was_synced_is_there_in_each_state() -> None:
    assert all_left(*SYNCED) == {DATA}


def test_what_was_not_synced_is_there_or_not_whole_or_in_sectors() -> None:
    found = all_left(*WRITTEN)
    assert {b"", DATA} < found
    assert all(
        content[start : start + 512] in (b"", bytes(512), DATA[start : start + 512])
        for content in found
        if content is not None
        for start in range(0, len(DATA), 512)
    )
    assert bytes(512) + DATA[512:] in found


def test_what_was_written_during_a_sync_is_not_kept_by_it() -> None:
    assert left(*WRITTEN, deed("B"), deed("W", data=b"late"), deed("E"), way="nothing") == {"file": DATA}


def test_a_file_whose_folder_was_not_synced_may_be_missing() -> None:
    assert all_left(deed("C"), deed("W", data=DATA), deed("B"), deed("E")) == {None, DATA}


def test_a_removed_file_may_be_back_until_its_folder_was_synced() -> None:
    assert all_left(*SYNCED, deed("U")) == {None, DATA}
    assert all_left(*SYNCED, deed("U"), deed("B", "."), deed("E", ".")) == {None}


def test_a_file_that_was_cut_off_may_be_whole_until_it_was_synced() -> None:
    assert all_left(*SYNCED, deed("T", offset=7)) == {DATA, DATA[:7]}


def test_a_sync_that_failed_keeps_some_and_the_next_one_does_not_make_up_for_it() -> None:
    assert all_left(*WRITTEN, deed("B"), deed("F"), deed("B"), deed("E")) == {b"", DATA}


def test_power_cuts_are_spread_over_the_record() -> None:
    found = list(power_cuts(SYNCED, 40, Random(1)))
    assert len(found) == 40
    assert {cut.number for cut in found} == set(range(1, len(SYNCED) + 1))
    assert {cut.way for cut in found} == set(WAYS)
