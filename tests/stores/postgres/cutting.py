"""Connections that are cut at a commit, before it comes to the server or right after the server has made it."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, cast

import psycopg

from ingest_service.stores.postgres.connections import Session
from ingest_service.stores.postgres.database import PostgresDatabase


class Cut(Enum):
    """A cut at a commit, by what the server makes of that, which the client cannot know."""

    KEPT = "kept"
    NOT_KEPT = "not kept"


class CutSession:
    """A session that is cut at its next commit if a cut is planned."""

    def __init__(self, session: Session, url: str, cuts: list[Cut]) -> None:
        self._session = session
        self._url = url
        self._cuts = cuts
        self._is_answer_lost = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def execute(self, statement: Any, *arguments: Any, **options: Any) -> Any:
        if statement == "COMMIT" and self._cuts:
            self._is_answer_lost = self._cuts.pop(0) is Cut.KEPT
            if not self._is_answer_lost:
                self._end()
        return self._session.execute(statement, *arguments, **options)

    @contextmanager
    def pipeline(self) -> Iterator[psycopg.Pipeline]:
        with self._session.pipeline() as pipeline:
            yield pipeline
        if self._is_answer_lost:
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    def _end(self) -> None:
        """End the process of the server for it, which rolls back."""
        with psycopg.connect(self._url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [self._session.info.backend_pid])


class CuttingDatabase(PostgresDatabase):
    """A database whose transactions under the gate are cut as planned, one cut for each."""

    def __init__(self, url: str, cuts: list[Cut]) -> None:
        super().__init__(url)
        self._cut_url = url
        self._cuts = cuts

    def connect(self) -> Session:
        return cast(Session, CutSession(super().connect(), self._cut_url, self._cuts))
