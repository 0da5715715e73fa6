"""The URL of the database: of an SQLite file, or of a PostgreSQL database as libpq reads it."""

from collections.abc import Mapping
from pathlib import Path

SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")
_LARGEST_PORT = 65_535

_ALLOWED = "it should be sqlite:///relative/path.db or sqlite:////absolute/path.db, or begin with postgresql://"
_ALLOWED_OF_POSTGRES = (
    "it should be like postgresql://user:password@host:5432/database?sslmode=require, with special characters of "
    "the password written like %40 for @"
)
_NOT_INSTALLED = 'the packages for PostgreSQL are missing: pip install "ingest-service[postgres]"'


def is_postgres(url: str) -> bool:
    """Return True for the URL of a PostgreSQL database."""
    return url.startswith(_POSTGRES)


def sqlite_path(url: str) -> Path:
    """Return the path in the URL of an SQLite file."""
    return Path(url.removeprefix(SQLITE))


def check_url(url: str) -> None:
    """Raise ValueError, with what is allowed and with nothing of the URL, for one that no database can have."""
    if is_postgres(url):
        _check_parts(_parts(url))
    elif not url.startswith(SQLITE) or url.removeprefix(SQLITE) in ("", "/", ":memory:"):
        raise ValueError(_ALLOWED)


def read_url(path: str) -> str:
    """Return the URL in a file. Raises ValueError, with nothing of the path, which may be a URL by mistake."""
    try:
        url = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("the file should be text") from None
    if not url:
        raise ValueError("the file is empty")
    return url


def _parts(url: str) -> Mapping[str, object]:
    """Return the connection parameters in a URL of PostgreSQL, from the parser that connects with it later."""
    try:
        # Only now: the packages are an extra, and take a while.
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise ValueError(_NOT_INSTALLED) from None
    try:
        return conninfo_to_dict(url)
    except ProgrammingError:
        raise ValueError(_ALLOWED_OF_POSTGRES) from None


def _check_parts(parts: Mapping[str, object]) -> None:
    """Refuse what errors of libpq would show: pieces of a password whose @ or slash is not encoded."""
    names = f"{parts.get('host', '')}{parts.get('dbname', '')}"
    ports = [port for port in str(parts.get("port", "")).split(",") if port]
    if "@" in names or not names.isprintable() or not all(map(_is_port, ports)):
        raise ValueError(_ALLOWED_OF_POSTGRES)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= _LARGEST_PORT
