"""GET /metrics: what Prometheus scrapes."""

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder


def scraped(registry: CollectorRegistry) -> Blueprint:
    """Return the operation that tells all that a registry counts."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def scrape() -> Response:
        """Answer in the format of Prometheus, or as OpenMetrics for whoever accepts that."""
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(registry), content_type=content_type)

    return routes
