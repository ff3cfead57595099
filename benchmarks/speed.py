"""How fast the dashboard is beside a plain Streamlit page with as many charts and tables.

Both are started here, visited by the same browser in turn, and measured from its own events:

- a change is timed from the click on an option to the last change of the page's main part (but for the text
  inside a table's canvas, which is for screen readers and comes a fifth of a second later on both),
- a load from the first request to the same,
- the server's part is from the browser's message to the server's last one,
- bytes are those on the wire: answers with their headers, and WebSocket frames as they were packed.

Run: python benchmarks/speed.py [--rounds 4] [--line] [--save]

On one machine nothing stands between server and browser, so a load takes as long as the processor needs for
the code of the pages' framework. ``--line`` puts a line of 20 Mbit/s with 60 ms between them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from socket import socket
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LINE = {"offline": False, "latency": 60, "downloadThroughput": 20e6 / 8, "uploadThroughput": 5e6 / 8}
QUIET_MS = 500
"""A page that did not change for this long has been drawn."""
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WATCH = """
window.lastChange = 0;
window.lastInput = 0;
new MutationObserver(changes => {
  const main = document.querySelector("[data-testid=stMain]");
  const seen = target => main.contains(target) && !(target.parentElement || target).closest("canvas");
  if (main && changes.some(change => seen(change.target))) window.lastChange = performance.now();
}).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
window.addEventListener("click", () => { window.lastInput = performance.now(); }, {capture: true});
"""
SETTLED = """quiet => window.lastChange > window.lastInput
  && performance.now() - window.lastChange > quiet
  && document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]") !== null
  && document.querySelectorAll("[data-testid=stPlotlyChart] .main-svg").length >= CHARTS
  && document.querySelectorAll("[data-testid=stSkeleton]").length === 0"""


@dataclass(frozen=True)
class Job:
    """A page of the dashboard and the plain page that is held against it."""

    name: str
    ours: str
    charts: int
    tables: int
    figures: int = 0
    paragraphs: int = 0

    @property
    def bare(self) -> str:
        shown = ("charts", "tables", "figures", "paragraphs")
        return "/?" + "&".join(f"{name}={getattr(self, name)}" for name in shown)


JOBS = (
    Job("topics", "/topics", charts=3, tables=3),
    Job("overview", "/", charts=1, tables=0, figures=4, paragraphs=15),
    Job("timeline", "/timeline", charts=1, tables=0),
    Job("agreements", "/agreements", charts=4, tables=2),
)
CHOSEN = {"bare": ("AUS", "GBR", "FRA", "IND"), "ours": ("Australia", "United Kingdom", "France", "India")}


@dataclass
class Wire:
    """What went over the wire since it was last emptied."""

    requests: int = 0
    http_bytes: float = 0
    socket_bytes: int = 0
    sent_at: float = 0
    received_at: float = 0
    other_hosts: set[str] = field(default_factory=set)

    def listen(self, session: CDPSession) -> None:
        """Count from the browser's own events. Its WebSocket frames come unpacked: see ``packed``."""
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._request)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.webSocketFrameSent", self._sent)
        session.on("Network.webSocketFrameReceived", self._received)

    def empty(self) -> None:
        self.requests = self.socket_bytes = 0
        self.http_bytes = 0.0
        self.sent_at = self.received_at = 0.0

    def _request(self, _: dict[str, Any]) -> None:
        self.requests += 1

    def _finished(self, event: dict[str, Any]) -> None:
        self.http_bytes += event["encodedDataLength"]

    def _sent(self, event: dict[str, Any]) -> None:
        self.sent_at = self.sent_at or event["timestamp"]

    def _received(self, event: dict[str, Any]) -> None:
        self.received_at = event["timestamp"]
        self.socket_bytes += len(event["response"]["payloadData"]) * 3 // 4  # base64


@dataclass
class Server:
    """A running Streamlit server."""

    address: str
    process: subprocess.Popen[bytes]

    def memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def cpu_ms(self) -> float:
        """Processor time used so far, which other work on the machine does not lengthen."""
        times = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return 1000 * (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def serving(script: Path, cwd: Path) -> Iterator[Server]:
    """Start a server, wait for its health, and end it."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    command += ["--browser.serverAddress", "localhost", "--server.fileWatcherType", "none"]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as process:
        server = Server(f"http://localhost:{port}", process)
        try:
            for _ in range(600):
                with contextlib.suppress(urllib.error.URLError, ConnectionError):
                    if urllib.request.urlopen(f"{server.address}/_stcore/health").read() == b"ok":  # noqa: S310
                        break
                time.sleep(0.1)
            yield server
        finally:
            process.terminate()


def settle(page: Page, charts: int) -> None:
    page.wait_for_function(SETTLED.replace("CHARTS", str(charts)), arg=QUIET_MS, timeout=120_000, polling=50)


def load(
    context: BrowserContext, address: str, charts: int, *, line: bool = False
) -> tuple[Page, Wire, dict[str, float]]:
    """Open an address; milliseconds from navigation to the last change, and the bytes."""
    page = context.new_page()
    wire = Wire()
    session = context.new_cdp_session(page)
    wire.listen(session)
    if line:
        session.send("Network.emulateNetworkConditions", LINE)
    page.add_init_script(WATCH)
    page.goto(address)
    settle(page, charts)
    return (
        page,
        wire,
        {
            "ms": page.evaluate("window.lastChange"),
            "requests": wire.requests,
            "kB": (wire.http_bytes + wire.socket_bytes) / 1000,
        },
    )


def browser_ms(session: CDPSession) -> float:
    """Time that the page's main thread has been busy so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def change(page: Page, wire: Wire, server: Server, option: str, charts: int) -> dict[str, float]:
    """Choose or drop an option of the first filter; from click to the last change of the main part."""
    box = page.locator("[data-testid=stMultiSelect]").first
    chip = box.locator("[data-tag], [data-baseweb=tag]", has_text=option)
    if chip.count():
        target = chip.get_by_role("button").or_(chip.locator("[role=presentation], svg")).first
    else:
        box.locator("input").click()
        target = page.get_by_role("option", name=option, exact=True)
    target.wait_for()
    page.wait_for_timeout(300)  # the list has opened
    wire.empty()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    busy, cpu = browser_ms(session), server.cpu_ms()
    target.click()
    settle(page, charts)
    figures = {
        "ms": page.evaluate("window.lastChange - window.lastInput"),
        "server_ms": 1000 * (wire.received_at - wire.sent_at),
        "server_cpu_ms": server.cpu_ms() - cpu,
        "browser_cpu_ms": browser_ms(session) - busy,
        "kB": (wire.http_bytes + wire.socket_bytes) / 1000,
        "requests": wire.requests,
    }
    page.keyboard.press("Escape")
    return figures


def measure(
    browser: Browser, servers: dict[str, Server], job: Job, rounds: int, *, line: bool
) -> dict[str, Any]:
    """Mean figures of a job for both, taken in turn."""
    taken: dict[str, dict[str, list[dict[str, float]]]] = {
        who: {"cold": [], "warm": [], "change": []} for who in servers
    }
    for number in range(rounds):
        for who in sorted(servers, reverse=bool(number % 2)):
            address = servers[who].address + (job.ours if who == "ours" else job.bare)
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page, _, figures = load(context, address, job.charts, line=line)
            taken[who]["cold"].append(figures)
            page.close()
            page, wire, figures = load(context, address, job.charts, line=line)
            taken[who]["warm"].append(figures)
            for option in CHOSEN[who]:
                taken[who]["change"].append(change(page, wire, servers[who], option, job.charts))
            context.close()
    return {
        who: {
            step: {key: round(statistics.fmean(run[key] for run in runs), 1) for key in runs[0]}
            for step, runs in steps.items()
        }
        for who, steps in taken.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--jobs", nargs="*", default=[job.name for job in JOBS])
    parser.add_argument("--line", action="store_true", help="put a line of 20 Mbit/s with 60 ms between")
    parser.add_argument("--save", action="store_true", help=f"write to {RESULTS.relative_to(ROOT)}")
    chosen = parser.parse_args()
    result: dict[str, Any] = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "streamlit": version("streamlit"),
        "plotly": version("plotly"),
        "rounds": chosen.rounds,
        "jobs": {},
    }
    with (
        tempfile.TemporaryDirectory() as empty,
        serving(ROOT / "app.py", ROOT) as ours,
        serving(ROOT / "benchmarks" / "bare" / "app.py", Path(empty)) as bare,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        servers = {"bare": bare, "ours": ours}
        for server in servers.values():  # imports and the first run are not what is measured
            load(browser.new_context(), server.address, 1)
        for job in JOBS:
            if job.name in chosen.jobs:
                result["jobs"][job.name] = measured = measure(
                    browser, servers, job, chosen.rounds, line=chosen.line
                )
                report(job.name, measured)
        result["server_MB"] = {who: round(server.memory(), 1) for who, server in servers.items()}
        print(result["server_MB"])
        browser.close()
    if chosen.save:
        RESULTS.mkdir(exist_ok=True)
        file = RESULTS / ("speed-line.json" if chosen.line else "speed.json")
        file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def report(name: str, measured: dict[str, Any]) -> None:
    """A line for each figure: plain page, dashboard, ratio."""
    for step, figures in measured["bare"].items():
        for key, bare in figures.items():
            ours = measured["ours"][step][key]
            ratio = f"{ours / bare:.2f}" if bare else "–"
            print(f"{name:11} {step:7} {key:10} {bare:10.1f} {ours:10.1f}   {ratio}", flush=True)


if __name__ == "__main__":
    main()
