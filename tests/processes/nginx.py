"""nginx in front of replicas, with the configuration that is in the repository."""

import getpass
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from benchmarks.ports import HOST, free_port
from tests.processes.client import Client
from tests.processes.running import ROOT
from tests.processes.waiting import eventually

CONFIGURATION = ROOT / "deploy/nginx/replicas.conf"
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
    include {folder}/replicas.conf;
}}
"""


class Nginx:
    """Passes requests at a port of its own on to replicas at these ports.

    As a context manager it runs in the block. Its user is that of this process: others may not reach the folder.
    """

    def __init__(self, folder: Path, replicas: Sequence[int]) -> None:
        self.port = free_port()
        self._folder = folder
        self._replicas = replicas

    def __enter__(self) -> Self:
        self._configure()
        self._process = subprocess.Popen(self._command(), stderr=subprocess.DEVNULL)
        eventually(self._answers)
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
        text = CONFIGURATION.read_text().replace("listen 8080;", f"listen {HOST}:{self.port};")
        for number, port in enumerate(self._replicas, 1):
            text = text.replace(f"replica-{number}:8000", f"{HOST}:{port}")
        (self._folder / "replicas.conf").write_text(text)
        around = _AROUND.format(user=getpass.getuser(), folder=self._folder)
        (self._folder / "nginx.conf").write_text(around)

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self._folder / "error.log").read_text()
        with Client(self.port) as client:
            return client.healthy()
