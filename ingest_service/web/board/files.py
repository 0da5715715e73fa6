"""Style sheets, scripts and icons of the pages, at addresses that change with their content."""

from dataclasses import dataclass
from hashlib import blake2b
from mimetypes import guess_type
from pathlib import Path
from typing import Self

from flask import Blueprint, Response, abort, url_for

from ingest_service.web.board.pages import as_page
from ingest_service.web.http.compression import compressed, packed
from ingest_service.web.http.conditional import conditional

FOLDER = Path(__file__).parent / "static"
LONG_SECONDS = 31_536_000


@dataclass(frozen=True, slots=True)
class File:
    """A file, as it is and compressed."""

    content: bytes
    packed: bytes
    media_type: str | None

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read and compress a file."""
        content = path.read_bytes()
        return cls(content, packed(content), guess_type(path.name)[0])


FILES = {path.relative_to(FOLDER).as_posix(): File.of(path) for path in sorted(FOLDER.rglob("*.*"))}


def digest_of(files: dict[str, File]) -> str:
    """Return a name of the content of all these files."""
    digest = blake2b(digest_size=6)
    for name, file in files.items():
        digest.update(name.encode() + file.content)
    return digest.hexdigest()


DIGEST = digest_of(FILES)


def add_files(routes: Blueprint) -> None:
    """Add the files, which may be kept for long, and `url_of_file` for templates."""

    @routes.get("/board/files/<digest>/<path:name>")
    def file(digest: str, name: str) -> Response:
        found = FILES.get(name) or abort(404)
        response = conditional(DIGEST, None, lambda: Response(found.content, mimetype=found.media_type))
        # While a release replaces another one, each may be asked for files of the other.
        response.headers["Cache-Control"] = f"public, max-age={LONG_SECONDS if digest == DIGEST else 0}"
        return as_page(compressed(response, found.packed))

    @routes.app_template_global()
    def url_of_file(name: str) -> str:
        return url_for("board.file", digest=DIGEST, name=name)
