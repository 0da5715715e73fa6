"""The headers of answers, and the one that every request may have."""

from typing import Any

from ingest_service.web.http.request_id import HEADER as REQUEST_ID
from ingest_service.web.openapi.operation import Parameter

NAME_OF_REQUEST = Parameter(
    REQUEST_ID,
    "header",
    "The client's own name of the request, 1 to 128 printable ASCII characters; any other is ignored.",
    {"type": "string"},
)

HEADERS: dict[str, dict[str, Any]] = {
    REQUEST_ID: {
        "description": "The name of the request: the client's own, or a new one.",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        "example": "0d6f3a7b1c524e0f9b8a6d5c4e3f2a10",
    },
    "Location": {
        "description": "A URL: of the status of the ingestion, or where a page is.",
        "required": False,
        "schema": {"type": "string", "format": "uri-reference"},
        "example": "/status/6f1c0a52-9d3e-4c1b-8a77-5f0e21d4b3a9",
    },
    "ETag": {
        "description": "Entity tag of the answer, for If-None-Match; weak where it may be compressed.",
        "required": True,
        "schema": {"type": "string", "pattern": '^(W/)?"[0-9a-f]+"$'},
        "example": '"d1b5e2c07a9f4e3b8c6d5a41"',
    },
    "Retry-After": {
        "description": "Seconds until another answer is possible; absent if that is never, or unknown.",
        "required": False,
        "schema": {"type": "integer", "minimum": 1},
        "example": 4,
    },
    "X-Server-Time": {
        "description": "The time of the service when it answered, which its times are counted from.",
        "required": True,
        "schema": {"type": "string", "format": "date-time"},
        "example": "2026-11-22T01:08:04.578Z",
    },
    "Content-Disposition": {
        "description": "The name of the file under which the answer is kept; absent on a page of JSON.",
        "required": False,
        "schema": {"type": "string"},
        "example": 'attachment; filename="results-6f1c0a52-9d3e-4c1b-8a77-5f0e21d4b3a9.csv"',
    },
    "Link": {
        "description": 'The URL of the next page (`rel="next"`) and of the previous one (`rel="prev"`).',
        "required": False,
        "schema": {"type": "string"},
        "example": '</ingestions?limit=1&after=12>; rel="next"',
    },
}
