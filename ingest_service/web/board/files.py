"""Style sheet, script and icons of the pages, at addresses that change with their content."""

from hashlib import blake2b
from pathlib import Path

from flask import Blueprint, Response, send_from_directory, url_for

from ingest_service.web.board.pages import as_page

FOLDER = Path(__file__).parent / "static"
LONG_SECONDS = 31_536_000


def digest_of(folder: Path) -> str:
    """Return a name of the content of all files of a folder."""
    digest = blake2b(digest_size=6)
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


DIGEST = digest_of(FOLDER)


def add_files(routes: Blueprint) -> None:
    """Add the files, which may be kept for long, and `url_of_file` for templates."""

    @routes.get("/board/files/<digest>/<name>")
    def file(digest: str, name: str) -> Response:
        # While a release replaces another one, each may be asked for files of the other.
        return as_page(send_from_directory(FOLDER, name, max_age=LONG_SECONDS if digest == DIGEST else 0))

    @routes.app_template_global()
    def url_of_file(name: str) -> str:
        return url_for("board.file", digest=DIGEST, name=name)
