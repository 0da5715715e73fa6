"""The command line of the service."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingest_service.clock import SystemClock
from ingest_service.commands import ingest_service
from tests.copying.filled import fill, in_file, url_of
from tests.doubles import VirtualClock

USAGE = 2


def run(*arguments: str) -> Result:
    return CliRunner().invoke(ingest_service, arguments, prog_name="ingest-service")


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path, clock = tmp_path / "filled.db", VirtualClock()
    store = in_file(path, clock)
    fill(store, clock)
    store.stop()
    return path


def test_help_names_the_commands_and_where_the_settings_are(tmp_path: Path) -> None:
    shown = run("--help").output
    assert "backup    Write a backup of an SQLite database." in shown
    assert "copy      Copy everything from one database into another." in shown
    assert "selftest  Try the promises on this machine and disk." in shown
    assert "INGEST_DATABASE_URL" in shown
    assert run("-h").output == shown
    assert not list(tmp_path.iterdir())


def test_a_copy_says_what_it_copied_and_what_to_do_next(filled: Path, tmp_path: Path) -> None:
    result = run("copy", url_of(filled), url_of(tmp_path / "new.db"))
    assert (result.exit_code, result.stderr) == (0, "")
    first, then = result.stdout.splitlines()
    assert first == "copied 9 ingestions with 29 ids (14 of them wait) and 8 slots"
    assert then.startswith(
        "next: set INGEST_DATABASE_URL to the target and start the service; never start it on the"
    )
    store = in_file(tmp_path / "new.db", SystemClock())
    assert store.records.batch_counts()
    store.stop()


def test_a_refusal_is_one_sentence_and_exit_code_2(filled: Path) -> None:
    result = run("copy", url_of(filled), url_of(filled))
    sentence = "ingest_service: the source and the target are the same database\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", sentence)


def test_a_failure_is_one_sentence_and_exit_code_1(filled: Path) -> None:
    result = run("copy", "postgresql://me:s3cret@127.0.0.1:1/ingest", url_of(filled))
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("ingest_service: the database cannot be reached: ")
    assert "s3cret" not in line


def backed_up(database_url: str, file: Path) -> Result:
    environ = {"INGEST_DATABASE_URL": database_url}
    return CliRunner().invoke(ingest_service, ["backup", str(file)], env=environ, prog_name="ingest-service")


def test_a_backup_says_what_it_has(filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    result = backed_up(url_of(filled), file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"{file} has 9 ingestions (6 waiting); its last slot is 10, opened at 1970-01-01T00:00:00.000Z\n"
    )
    store = in_file(file, SystemClock())
    assert store.records.batch_counts()
    store.stop()


def test_a_backup_from_before_the_first_slot_says_so(tmp_path: Path) -> None:
    database, file = tmp_path / "new.db", tmp_path / "backup.db"
    in_file(database, SystemClock()).stop()
    assert backed_up(url_of(database), file).stdout == (
        f"{file} has 0 ingestions (0 waiting); no slot was opened yet\n"
    )


def test_a_backup_over_an_existing_file_is_refused_with_exit_code_2(filled: Path) -> None:
    result = backed_up(url_of(filled), filled)
    sentence = f"ingest_service: {filled} exists already; a backup overwrites nothing\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", sentence)


def test_a_backup_of_a_postgres_database_is_left_to_the_program_that_makes_them(tmp_path: Path) -> None:
    result = backed_up("postgresql://me:s3cret@127.0.0.1:1/ingest", tmp_path / "a backup")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "ingest_service: the database is in PostgreSQL, which has a program for backups: "
        f"pg_dump --format=custom --file='{tmp_path}/a backup' \"$INGEST_DATABASE_URL\"\n"
    )


def test_a_backup_that_fails_is_one_sentence_and_exit_code_1(filled: Path, tmp_path: Path) -> None:
    result = backed_up(url_of(filled), tmp_path / "nowhere" / "backup.db")
    sentence = f"ingest_service: cannot write the backup {tmp_path}/nowhere/backup.db: No such file or directory\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", sentence)


def test_a_backup_with_a_setting_that_is_not_allowed_is_refused_with_exit_code_2(tmp_path: Path) -> None:
    result = backed_up("ingest.db", tmp_path / "backup.db")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(
        "ingest_service: INGEST_DATABASE_URL=(not shown) is not allowed: it should be sqlite:///"
    )


@pytest.mark.parametrize(
    "url", ["mysql://me:s3cret@db/ingest", "sqlite:///:memory:", "postgresql://me:s3cret@a@b/c", "s3cret"]
)
def test_a_url_that_no_database_can_have_is_refused_without_it(url: str, filled: Path) -> None:
    result = run("copy", url, url_of(filled))
    assert result.exit_code == USAGE
    assert "Invalid value for 'SOURCE_URL': it should be" in " ".join(result.stderr.split())
    assert "s3cret" not in result.output


def test_a_word_that_is_no_command_starts_nothing() -> None:
    result = run("cpoy")
    assert result.exit_code == USAGE
    assert "No such command 'cpoy'" in result.stderr
