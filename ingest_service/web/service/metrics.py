"""GET /metrics, for Prometheus."""

from collections.abc import Callable

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder


def scraped(registry: CollectorRegistry) -> Blueprint:
    """Return the operation that answers the metrics of a registry."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def scrape() -> Response:
        """Answer in the format of Prometheus, or as OpenMetrics to a client that accepts it."""
        encode, content_type = _encoder(request.headers.get("Accept", ""))
        return Response(encode(registry), content_type=content_type)

    return routes


def _encoder(accept: str) -> tuple[Callable[[CollectorRegistry], bytes], str]:
    """Return the format that a client accepts; the usual one if its parameters make no sense."""
    try:
        return choose_encoder(accept)
    except (TypeError, ValueError):
        return choose_encoder("")
