import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.stand_in import StandIn, accepted

EXAMPLE = 'write url = "http://localhost:8000" there'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The place of the configuration file of this user."""
    folder = tmp_path / "ingestctl"
    folder.mkdir()
    return folder / "config.toml"


def test_the_configuration_file_has_the_address_of_the_service(run: Run, service: StandIn, file: Path) -> None:
    file.write_text(f'# mine\nurl = "{service.url}/base/"\n')
    service.answers(accepted())
    assert run("submit 1", INGEST_URL="").exit_code == 0
    assert service.requests[0].path == "/base/ingest"


def test_the_environment_beats_the_file_and_the_option_beats_both(
    run: Run, service: StandIn, file: Path, nowhere: str
) -> None:
    file.write_text(f'url = "{nowhere}"\n')
    service.answers(accepted())
    assert run("submit 1").exit_code == 0
    assert run(f"submit 1 --url {service.url}", INGEST_URL=nowhere).exit_code == 0
    assert run("submit 1", INGEST_URL="").exit_code == 3


def test_without_xdg_config_home_the_file_is_below_the_home(run: Run, service: StandIn, tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".config" / "ingestctl"
    folder.mkdir(parents=True)
    Path(folder, "config.toml").write_text(f'url = "{service.url}"\n')
    service.answers(accepted())
    for xdg in ("", "relative/folder"):
        result = run("submit 1", INGEST_URL="", XDG_CONFIG_HOME=xdg, HOME=str(tmp_path / "home"))
        assert result.exit_code == 0


def test_a_user_without_a_home_needs_no_file(run: Run) -> None:
    # "~" cannot be expanded, as for a user who is not in the password file of a container
    result = run("list", INGEST_URL="", XDG_CONFIG_HOME="", HOME="~")
    # A service may run there.
    assert result.exit_code == 0 or "at http://localhost:8000" in result.stderr


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "url = http://x",
            f"The configuration {{file}} is not TOML: Invalid value (at line 1, column 7); {EXAMPLE}.",
        ),
        ("url = 8000", f"The url in the configuration {{file}} is not a string; {EXAMPLE}."),
        (
            "uri = 'x'",
            f"The configuration {{file}} has a key 'uri', but only url and headers are known; {EXAMPLE}.",
        ),
        ("headers = 'secret'", "The headers in the configuration {file} are not a table of strings."),
        ("[headers]\nX-Token = 7", "The headers in the configuration {file} are not a table of strings."),
    ],
)
def test_a_wrong_file_is_named_with_its_fault_and_exits_2(
    run: Run, service: StandIn, file: Path, content: str, sentence: str
) -> None:
    file.write_text(content)
    result = run("submit 1", INGEST_URL="")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: {sentence}\n".format(file=file)
    service.answers(accepted())
    assert run("submit 1").exit_code == 0, "with an address the file is not read"


def test_a_file_that_is_not_text_is_named(run: Run, file: Path) -> None:
    file.write_bytes(b"\xff\xfe")
    result = run("list", INGEST_URL="")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: The configuration {file} is not TOML: 'utf-8' codec can't decode")


def test_a_file_that_cannot_be_read_is_named(run: Run, file: Path) -> None:
    file.mkdir()
    result = run("list", INGEST_URL="")
    assert result.exit_code == 2
    assert result.stderr == f"Error: Cannot read the configuration {file}: {os.strerror(21)}.\n"


def test_a_byte_order_mark_before_the_file_is_skipped(run: Run, service: StandIn, file: Path) -> None:
    file.write_text(f'\ufeffurl = "{service.url}"\n')
    service.answers(accepted())
    assert run("submit 1", INGEST_URL="").exit_code == 0


def test_the_headers_of_the_file_are_sent_to_its_address_only(run: Run, service: StandIn, file: Path) -> None:
    file.write_text(f'url = "{service.url}"\n[headers]\nX-Token = "secret"\n')
    service.answers(accepted())
    assert run("submit 1", INGEST_URL="").exit_code == 0
    assert run("submit 1").exit_code == 0
    assert run(f"submit 1 --url {service.url}", INGEST_URL="").exit_code == 0
    assert [request.headers.get("X-Token") for request in service.requests] == ["secret", None, None]
