"""The places at which the programs of PostgreSQL are found."""

from pathlib import Path

from tests.postgres.binaries import newest, packaged


def server(folder: Path, version: str) -> Path:
    """Make a folder of programs that tell this version."""
    folder.mkdir()
    (folder / "initdb").touch()
    (folder / "postgres").write_text(f'#!/bin/sh\necho "postgres (PostgreSQL) {version}"\n')
    (folder / "postgres").chmod(0o755)
    return folder


def test_the_newest_server_is_found_by_its_number(tmp_path: Path) -> None:
    old = server(tmp_path / "99", "9.6.24")
    new = server(tmp_path / "a", "16.4 (Debian 16.4-1)")
    assert newest([old, new, server(tmp_path / "b", "16.3")]) == new
    assert newest([server(tmp_path / "c", "18beta1"), new]) == tmp_path / "c"


def test_a_folder_without_initdb_has_no_server(tmp_path: Path) -> None:
    (server(tmp_path / "bin", "16.4") / "initdb").unlink()
    assert newest([tmp_path / "bin", tmp_path / "missing"]) is None


def test_the_development_dependencies_bring_a_server() -> None:
    assert packaged() is not None
