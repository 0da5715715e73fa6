"""nginx in front of one service, which is below a path of it."""

import getpass
import shutil
import subprocess
from pathlib import Path
from typing import Self

from benchmarks.ports import free_port
from tests.processes.client import HOST, Client
from tests.processes.waiting import eventually

PATH = "/tools/ingest"
_CONFIGURATION = """
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen {host}:{port};
        location {path}/ {{
            proxy_pass http://{host}:{service}/;
            proxy_set_header X-Forwarded-Prefix {path};
            {headers}
        }}
        location = /health {{
            proxy_pass http://{host}:{service};
        }}
    }}
}}
"""


class Proxy:
    """Passes what is asked below its path on to a service, under the name that nginx knows the service by.

    `headers` are directives that set further headers. As a context manager it runs in the block.
    """

    def __init__(self, folder: Path, service: int, headers: str = "") -> None:
        self.port = free_port()
        self._folder = folder
        self._configuration = _CONFIGURATION.format(
            user=getpass.getuser(),
            folder=folder,
            host=HOST,
            port=self.port,
            path=PATH,
            service=service,
            headers=headers,
        )

    def __enter__(self) -> Self:
        (self._folder / "nginx.conf").write_text(self._configuration)
        # Debian has it in a folder that is not in the PATH of each user.
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        command = [program, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        with Client(self.port) as client:
            eventually(client.healthy)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def below(self, host: str, path: str) -> str:
        """Return the address of a path of the service for a browser that knows the proxy by this name."""
        return f"http://{host}:{self.port}{PATH}{path}"
