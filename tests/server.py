"""Starts the real server as a visitor's machine would meet it, and ends it again."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parent.parent
START = 60  # s; a server takes two, a busy machine longer
ANSWER = 60  # s; the first run of the script imports and checks everything


@dataclass(frozen=True)
class Server:
    """A running server."""

    address: str
    """Without a slash at its end."""
    log: Path

    def output(self) -> str:
        """Everything that it has written so far."""
        return self.log.read_text(encoding="utf-8")

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=ANSWER) as answer:
            return answer.read().decode()

    def interact(self, **request: Any) -> dict[str, Any]:
        """A visit without a browser: Streamlit runs the script and tells what it drew."""
        post = urllib.request.Request(
            f"{self.address}/_stcore/agent/interact",
            data=json.dumps(request).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(post, timeout=ANSWER) as answer:
            return json.load(answer)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(root: Path = ROOT) -> Iterator[Server]:
    """A server that nobody has visited yet, started from the root of the repository, or of a copy of it."""
    port = free_port()
    # "-W default" shows the warnings of libraries, which Python would keep to itself.
    command = [sys.executable, "-W", "default", "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(port), "--server.enableAgentApi", "true"]
    with TemporaryDirectory() as folder:
        server = Server(f"http://localhost:{port}", Path(folder) / "log")
        with (
            server.log.open("wb") as log,
            subprocess.Popen(command, cwd=root, stdout=log, stderr=subprocess.STDOUT) as process,
        ):
            try:
                _wait_until_up(server, process)
                yield server
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def _wait_until_up(server: Server, process: subprocess.Popen[bytes]) -> None:
    # The question after its health runs no script: the server stays unvisited.
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            if server.get("/_stcore/health") == "ok":
                return
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start.\n{server.output()}")
