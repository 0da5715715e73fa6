"""Any store answers the same after a copy into PostgreSQL and back."""

from itertools import count
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from ingest_service.copying import copy
from tests.copying.filled import answers, in_file, left, url_of
from tests.postgres.databases import Databases
from tests.stores.store import Store
from tests.stores.test_agreement import BothSides


class CopiedInTheEnd(BothSides):
    """Does everything to a store in a file, and copies it in the end."""

    def __init__(self, folder: Path, number: int, databases: Databases) -> None:
        self.file, self.back = folder / f"{number}.db", folder / f"{number}-back.db"
        self.databases = databases
        super().__init__(lambda clock: Store.in_file(self.file, clock))

    def teardown(self) -> None:
        ingestions = [submission.id for submission in self.submissions]
        before = list(answers(self.store.records, ingestions)), left(self.store, self.clock)
        super().teardown()
        with self.databases.fresh() as url:
            copy(url_of(self.file), url, self.clock)
            copy(url, url_of(self.back), self.clock)
        store = in_file(self.back, self.clock)
        assert (list(answers(store.records, ingestions)), left(store, self.clock)) == before
        store.stop()


def test_any_store_answers_the_same_after_a_copy_into_postgres_and_back(
    tmp_path: Path, postgres: Databases
) -> None:
    numbers = count()

    class Machine(CopiedInTheEnd):
        def __init__(self) -> None:
            super().__init__(tmp_path, next(numbers), postgres)

    run_state_machine_as_test(Machine, settings=settings(max_examples=8, stateful_step_count=25, deadline=None))
