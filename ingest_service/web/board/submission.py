"""The page from which ids are submitted."""

from flask import Blueprint, Response

from ingest_service.domain.model import LARGEST_ID, SMALLEST_ID, Priority
from ingest_service.web.board.pages import as_page, rendered
from ingest_service.web.http.compression import compressed
from ingest_service.web.http.conditional import conditional, entity_tag
from ingest_service.web.http.responses import HTML


def add_submission(routes: Blueprint, most_ids: int, shared: dict[str, str]) -> None:
    """Add the page; a submission may have at most `most_ids` ids.

    Its script reads the ids and asks `POST /ingest`, first for a dry run: the page has no operation of its own.
    """

    @routes.get("/board/submit")
    def submission() -> Response:
        """Show the form, or without JavaScript the commands that do the same."""
        limits = {"smallest": SMALLEST_ID, "largest": LARGEST_ID, "most": most_ids}
        names = [priority.name for priority in Priority]
        html = rendered("board/submit.html", limits=limits, priorities=names, **shared)
        return as_page(compressed(conditional(entity_tag(html), None, lambda: Response(html, mimetype=HTML))))
