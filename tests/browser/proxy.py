"""A reverse proxy under whose path the service is reached: a real nginx."""

from pathlib import Path

from benchmarks.ports import free_port
from tests.processes.client import HOST
from tests.processes.nginx import Nginx

PATH = "/tools/ingest"
_SITE = """
server {{
    listen {host}:{port};
    location {path}/ {{
        proxy_pass http://{host}:{service}/;
        proxy_set_header X-Forwarded-Prefix {path};
        {headers}
    }}
}}
"""


class Proxy(Nginx):
    """Passes what is asked below its path on to a service, under the name that nginx knows the service by.

    `headers` are directives that set further headers.
    """

    def __init__(self, folder: Path, service: int, headers: str = "") -> None:
        port = free_port()
        site = _SITE.format(host=HOST, port=port, path=PATH, service=service, headers=headers)
        super().__init__(folder, site, port)

    def below(self, host: str, path: str) -> str:
        """Return the address of a path of the service for a browser that knows the proxy by this name."""
        return f"http://{host}:{self.port}{PATH}{path}"
