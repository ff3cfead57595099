"""Two server processes and nginx in front of them, started and ended together.

Run: python -m deploy.run [--port 8080] [-- any option of "streamlit run"]

Ctrl-C ends all. A process that ends by itself is started again. Nothing is written but to a temporary
folder, and no privileges are needed.
"""

from __future__ import annotations

import argparse
import contextlib
import grp
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parents[1]
SITE = Path(__file__).with_name("nginx.conf")
PORTS = (8080, 8081, 8082)
"""As they stand in nginx.conf: that of nginx, and those of the two processes."""
START = 60.0
"""Seconds that a start may take."""
PAUSE = 5.0
"""Seconds between two starts of a process that keeps ending."""
# Debian keeps it out of the path of ordinary users.
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")

MAIN = """\
daemon off;
{user}
pid "{folder}/nginx.pid";
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 4096; }} # two for each open page
http {{
    access_log off;
    client_body_temp_path "{folder}/body";
    proxy_temp_path "{folder}/proxy";
    fastcgi_temp_path "{folder}/fastcgi";
    uwsgi_temp_path "{folder}/uwsgi";
    scgi_temp_path "{folder}/scgi";
    include "{folder}/site.conf";
}}
"""


@dataclass
class Server:
    """One server process of the dashboard."""

    port: int
    options: tuple[str, ...] = ()
    output: IO[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    @property
    def address(self) -> str:
        """Where it answers, on this machine only."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id."""
        if self.process is None:
            raise RuntimeError("The server has not been started.")
        return self.process.pid

    def start(self) -> None:
        """Start it, without waiting until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        command += ["--server.address", "127.0.0.1", "--server.port", str(self.port), *self.options]
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | self.environment,
            stdout=self.output,
            stderr=subprocess.STDOUT if self.output else None,
            start_new_session=True,  # Ctrl-C ends it through this script, in order
        )

    def ended(self) -> bool:
        """Whether it is no longer there."""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """End it and wait for its end."""
        if self.process is not None:
            _end(self.process)


@dataclass(frozen=True)
class Stack:
    """Server processes behind nginx."""

    address: str
    servers: tuple[Server, ...]
    nginx: subprocess.Popen[bytes]

    def mend(self) -> list[Server]:
        """Start again what has ended, at most every few seconds; return those started.

        Raises RuntimeError if nginx has ended.
        """
        if self.nginx.poll() is not None:
            raise RuntimeError(f"nginx has ended with status {self.nginx.returncode}.")
        now = time.monotonic()
        gone = [server for server in self.servers if server.ended() and now - server.started > PAUSE]
        for server in gone:
            server.start()
        return gone


@contextlib.contextmanager
def running(
    ports: tuple[int, ...] = PORTS, options: Sequence[str] = (), output: IO[bytes] | None = None
) -> Iterator[Stack]:
    """Start the processes and nginx, wait until all answer, and end all at the end.

    Parameters
    ----------
    ports
        Of nginx and of the processes: two processes, or one for comparison.
    options
        For ``streamlit run``.
    output
        Where everything is written that they say; standard output if None.

    Raises
    ------
    RuntimeError
        If nginx is missing, or something does not answer in time.
    """
    if NGINX is None:
        raise RuntimeError("nginx is not installed (Debian: apt-get install nginx-light).")
    # The processes must agree on it; it is never written to a file or shown among the arguments.
    environment = {
        "STREAMLIT_SERVER_COOKIE_SECRET": os.environ.get("STREAMLIT_SERVER_COOKIE_SECRET")
        or secrets.token_hex()
    }
    servers = tuple(Server(port, tuple(options), output, environment) for port in ports[1:])
    with TemporaryDirectory(prefix="twoplustwo-") as name, contextlib.ExitStack() as at_end:
        folder = Path(name)
        configuration = write_configuration(folder, ports)
        for server in servers:
            server.start()
            at_end.callback(server.stop)
        for server in servers:
            _wait_for(server.address, server.process)
        nginx = subprocess.Popen(
            [NGINX, "-p", str(folder), "-e", "stderr", "-c", str(configuration)],
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
        at_end.callback(_end, nginx)
        stack = Stack(f"http://localhost:{ports[0]}", servers, nginx)
        _wait_for(stack.address, nginx)
        yield stack


def write_configuration(folder: Path, ports: tuple[int, ...]) -> Path:
    """Write the configuration of nginx with these ports into a folder; return its path."""
    # With one process, both names in the file mean it.
    meant = dict(zip(map(str, PORTS), map(str, (*ports, ports[-1])), strict=False))
    site = re.sub("|".join(rf"\b{port}\b" for port in meant), lambda found: meant[found[0]], SITE.read_text())
    (folder / "site.conf").write_text(site)
    user = ""
    if os.geteuid() == 0:  # its workers then give their privileges up, and must reach the folder
        nobody = pwd.getpwnam("nobody")
        user = f"user {nobody.pw_name} {grp.getgrgid(nobody.pw_gid).gr_name};"
        folder.chmod(0o711)
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, user=user))
    return main


def _wait_for(address: str, process: subprocess.Popen[bytes] | None) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end and process is not None and process.poll() is None:
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer,  # noqa: S310 - http
        ):
            if answer.read() == b"ok":
                return
        time.sleep(0.1)
    raise RuntimeError(f"Nothing answers at {address}.")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise KeyboardInterrupt


def main() -> None:
    """Start, say where, and keep all running until Ctrl-C."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--port", type=int, default=PORTS[0], help="of nginx; the processes take the next two"
    )
    parser.add_argument("options", nargs="*", help='for "streamlit run", after --')
    given = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell lets its background jobs ignore the latter
        signal.signal(number, _interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            with running((given.port, given.port + 1, given.port + 2), given.options) as stack:
                pids = " and ".join(str(server.pid) for server in stack.servers)
                sys.stdout.write(f"Two Plus Two answers at {stack.address} (processes {pids}).\n")
                sys.stdout.flush()
                while True:
                    time.sleep(0.5)
                    for server in stack.mend():
                        sys.stdout.write(
                            f"The process at port {server.port} had ended and was started again.\n"
                        )
                        sys.stdout.flush()
        except RuntimeError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
