"""Headers in a file: read again when it changes, and never shown."""

import logging
from pathlib import Path

import pytest

from ingest_service.app import build_service
from ingest_service.config import Settings
from ingest_service.errors import SettingError
from ingest_service.upstreams.fake import FakeUpstream
from ingest_service.upstreams.headers import HeadersFile
from tests.upstreams.running import running

OLD, NEW = {"Authorization": "Bearer 0ldS3cret"}, {"Authorization": "Bearer newS3cret"}
OLD_TEXT, NEW_TEXT = '{"Authorization": "Bearer 0ldS3cret"}', '{"Authorization": "Bearer newS3cret"}'
BAD_NAMES = "it should have names of letters, digits and hyphens, and values of one line of Latin-1"
SAME = "the headers of the upstream stay as they were: in their file, "


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with the old headers."""
    path = tmp_path / "headers.json"
    path.write_text(OLD_TEXT)
    return path


def mount(path: Path, text: str) -> None:
    """Replace a file at once, as a mounted secret is replaced."""
    beside = path.with_name("beside")
    beside.write_text(text)
    beside.replace(path)


def test_headers_are_read_again_when_their_file_is_replaced_or_written(path: Path) -> None:
    headers = HeadersFile(str(path))
    assert headers() == OLD
    mount(path, NEW_TEXT)
    assert headers() == NEW
    path.write_text("{}")
    assert headers() == {}


def test_a_secret_that_is_a_link_to_another_file_is_followed(tmp_path: Path) -> None:
    for name, text in (("old", OLD_TEXT), ("new", NEW_TEXT)):
        (tmp_path / name).write_text(text)
    link, beside = tmp_path / "link", tmp_path / "beside"
    link.symlink_to("old")
    headers = HeadersFile(str(link))
    beside.symlink_to("new")
    beside.replace(link)
    assert headers() == NEW


def test_a_file_that_has_not_changed_is_not_read_again(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    headers = HeadersFile(str(path))
    with caplog.at_level(logging.INFO):
        assert headers() is headers()
        assert not caplog.records


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", 'it should be a JSON object like {"Authorization": "Bearer …"}'),
        ('{"Authorization": "Bearer n', 'it should be a JSON object like {"Authorization": "Bearer …"}'),
        (None, "the file cannot be read: No such file or directory"),
    ],
    ids=["empty", "half written", "gone"],
)
def test_while_the_file_is_no_good_the_last_headers_count_and_the_log_says_so_once(
    path: Path, text: str | None, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = HeadersFile(str(path))
    path.unlink() if text is None else path.write_text(text)
    assert [headers() for _ in range(3)] == [OLD] * 3
    assert caplog.messages == [SAME + reason]
    path.write_text(NEW_TEXT)
    assert headers() == NEW
    assert "S3cret" not in caplog.text


def test_a_key_that_is_rotated_counts_from_the_next_call_on(path: Path, tmp_path: Path) -> None:
    with FakeUpstream() as upstream:
        settings = Settings.from_environ(
            {
                "INGEST_DATABASE_URL": f"sqlite:///{tmp_path / 'ingest.db'}",
                "INGEST_UPSTREAM_URL": upstream.url,
                "INGEST_UPSTREAM_HEADERS_FILE": str(path),
            }
        )
        with running(settings) as service:
            fetcher = service._dispatcher._fetcher
            fetcher.fetch(1, None)
            mount(path, NEW_TEXT)
            fetcher.fetch(2, None)
        sent = [arrival.headers["authorization"] for arrival in upstream.arrivals]
    assert sent == [OLD["Authorization"], NEW["Authorization"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no JSON with s3cret", 'it should be a JSON object like {"Authorization": "Bearer …"}'),
        (b'["s3cret"]', 'it should be a JSON object like {"Authorization": "Bearer …"}'),
        (b'{"X": 5}', 'it should be a JSON object like {"Authorization": "Bearer …"}'),
        (
            b'{"X Y": "s3cret"}',
            "it should have names of letters, digits and hyphens, and values of one line of Latin-1",
        ),
        (b"\xff\xfe", "the file should be text"),
        (None, "the file cannot be read: No such file or directory"),
    ],
    ids=["no JSON", "a list", "a number", "a bad name", "no text", "no file"],
)
def test_a_file_that_is_no_good_stops_the_start_and_is_not_shown(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "s3cret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({"INGEST_UPSTREAM_HEADERS_FILE": str(path)})
    assert str(caught.value) == f"INGEST_UPSTREAM_HEADERS_FILE=(not shown) is not allowed: {reason}"


def test_headers_in_a_variable_and_in_a_file_are_refused(path: Path) -> None:
    both = {"INGEST_UPSTREAM_HEADERS": "{}", "INGEST_UPSTREAM_HEADERS_FILE": str(path)}
    with pytest.raises(SettingError) as caught:
        Settings.from_environ(both)
    assert str(caught.value) == (
        "INGEST_UPSTREAM_HEADERS and INGEST_UPSTREAM_HEADERS_FILE are both set: only one of them is allowed"
    )


def test_without_an_upstream_the_file_is_not_read_again(path: Path) -> None:
    settings = Settings.from_environ({"INGEST_UPSTREAM_HEADERS_FILE": str(path)})
    path.unlink()
    build_service(settings, environ={})
