"""nginx with a configuration that is in the repository, in front of services of this machine."""

import getpass
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from benchmarks.ports import HOST, free_port
from tests.processes.running import ROOT
from tests.processes.waiting import eventually

FOLDER = ROOT / "deploy/nginx"
# The file is meant for a folder of a larger configuration. Everything that is written stays in one folder.
_AROUND = """
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
    include {folder}/site.conf;
}}
"""


class Nginx:
    """A process with the configuration of a site that listens on this port.

    As a context manager it runs in the block. Its user is that of this process: others may not reach the folder.
    """

    def __init__(self, folder: Path, site: str, port: int) -> None:
        self.port = port
        self._folder = folder
        self._site = site

    def __enter__(self) -> Self:
        self._configure()
        self._process = subprocess.Popen(self._command(), stderr=subprocess.DEVNULL)
        eventually(self._listens)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def check(self) -> str:
        """Return what nginx says about the configuration. Raises CalledProcessError if it would not start."""
        self._configure()
        command = [*self._command(), "-t"]
        return subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr

    def _command(self) -> list[str]:
        # Debian has it in a folder that is not in the PATH of each user.
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        return [program, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]

    def _configure(self) -> None:
        (self._folder / "site.conf").write_text(self._site)
        around = _AROUND.format(user=getpass.getuser(), folder=self._folder)
        (self._folder / "nginx.conf").write_text(around)

    def _listens(self) -> bool:
        assert self._process.poll() is None, (self._folder / "error.log").read_text()
        with suppress(OSError), socket.create_connection((HOST, self.port)):
            return True
        return False


def before_replicas(folder: Path, ports: Sequence[int]) -> Nginx:
    """Return nginx in front of two replicas at these ports."""
    port = free_port()
    replicas = {f"replica-{number}:8000": f"{HOST}:{own}" for number, own in enumerate(ports, 1)}
    changes = {"listen 8080;": f"listen {HOST}:{port};", **replicas}
    return Nginx(folder, _site("replicas.conf", changes), port)


def before_one(folder: Path, name: str, port: int, certificate: Path, changes: Mapping[str, str]) -> Nginx:
    """Return nginx with TLS in front of one service at this port."""
    own = free_port()
    host = {"host.conf": "ingest", "prefix.conf": "tools"}[name]
    replaced = {
        "listen 443 ssl;": f"listen {own} ssl;",
        "127.0.0.1:8000": f"{HOST}:{port}",
        f"/etc/ssl/certs/{host}.example.com.pem": str(certificate),
        f"/etc/ssl/private/{host}.example.com.key": str(certificate),
    }
    return Nginx(folder, _site(name, {**replaced, **changes}), own)


def _site(name: str, changes: Mapping[str, str]) -> str:
    """Return one of the configurations, in which some texts are replaced: each must be there."""
    site = (FOLDER / name).read_text()
    for old, new in changes.items():
        assert old in site, f"{name} has no {old}"
        site = site.replace(old, new)
    return site
