"""Many visitors at once: real sessions that filter and change pages, and what they cost the server.

Run: python -m benchmarks.load              # 1, 10, 50 and 100 visitors of one process
     python -m benchmarks.load --cycles 1000   # does memory grow with sessions that come and go?
     python -m benchmarks.load --compare       # one process and two behind nginx, in turn
     python -m benchmarks.load --kill          # one of two processes dies while visitors read

Each visitor opens a deep link and then walks at random, by seed: three of five steps change a filter,
two follow a link to another page, all over the seven pages. A visitor waits for the answer, thinks, and
goes on (a closed loop). Every answer is checked: the address and the number of meetings in the summary
line must be those of the filters, counted here from the table by itself; anything else is an error. The
times are from the message sent to the end of the rerun. Servers are started and ended here; nothing
leaves this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import itertools
import json
import math
import os
import platform
import random
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.visitor import LOST, Answer, UnexpectedAnswerError, Visitor
from deploy.run import NGINX, ROOT, Server, Stack, running
from twoplustwo.labels import FORMAT_LABELS
from twoplustwo.selection import FORMATS, MAIN_FORMAT, PAGES, Selection

RESULTS = ROOT / "benchmarks" / "results"
HOME = "overview"
TIME_TO_LIVE = 1
"""Seconds for which the server started here keeps a session that has left; 120 unless set."""
MOST_SESSIONS, MOST_SECONDS, MOST_CYCLES = 300, 600, 5000
BATCH = 50
"""Cycles between two samples of memory."""
KIB = 1024
Row = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """What the answers are checked against, read from the tables without the code that is measured."""

    meetings: tuple[tuple[str, int, str], ...]
    """Partner, year and format of each."""
    names: dict[str, str]
    """Partner code -> name."""

    @classmethod
    def read(cls, folder: Path = ROOT / "data") -> Facts:
        """Read a data folder."""
        with (folder / "meetings.csv").open(encoding="utf-8", newline="") as file:
            meetings = tuple(
                (row["partner"], int(row["date"][:4]), row["format"]) for row in csv.DictReader(file)
            )
        with (folder / "partners.csv").open(encoding="utf-8", newline="") as file:
            names = {row["partner"]: row["name"] for row in csv.DictReader(file)}
        return cls(meetings, names)

    @property
    def partners(self) -> list[str]:
        """Codes of the partners that met."""
        return sorted({partner for partner, _, _ in self.meetings})

    @property
    def years(self) -> tuple[int, int]:
        """The ends of the slider: the year of the first meeting, and of the sources' reach."""
        descriptor = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
        return min(year for _, year, _ in self.meetings), int(descriptor["coverage"]["end"][:4])

    def count(self, chosen: Selection) -> int:
        """Meetings that the filters on partners, years and formats leave."""
        return sum(
            (not chosen.partners or partner in chosen.partners)
            and (chosen.from_year is None or year >= chosen.from_year)
            and (chosen.to_year is None or year <= chosen.to_year)
            and kind in chosen.formats
            for partner, year, kind in self.meetings
        )


class Walk:
    """Where one visitor is and goes, by seed."""

    def __init__(self, facts: Facts, seed: int) -> None:
        """Begin at a deep link of its own."""
        self.facts = facts
        self.low, self.high = facts.years
        self.chance = random.Random(seed)  # noqa: S311 - a walk, no secret
        self.page = self.chance.choice(list(PAGES))
        self.chosen = replace(Selection(), partners=self._partners(), from_year=self._years()[0])

    @property
    def address(self) -> str:
        """Path and query of what should be on screen."""
        path = "/" if self.page == HOME else f"/{self.page}"
        query = self.chosen.to_query()
        return f"{path}?{query}" if query else path

    def wrong(self, answer: Answer) -> list[str]:
        """What is wrong with an answer; nothing if the page shows what it should."""
        found = [f"{self.address}: shows {failure}" for failure in answer.failures]
        if answer.meetings != self.facts.count(self.chosen):
            found.append(
                f"{self.address}: “{answer.line}” instead of {self.facts.count(self.chosen)} meetings"
            )
        if answer.address != self.address:
            found.append(f"{self.address}: the address says {answer.address}")
        return found

    async def step(self, visitor: Visitor) -> tuple[str, Answer]:
        """Do one thing; return which kind it was. On failure the walk stays where it was."""
        before = self.page, self.chosen
        try:
            if self.chance.random() < 0.4:
                self.page = self.chance.choice([page for page in PAGES if page != self.page])
                return "page", await visitor.follow("" if self.page == HOME else self.page)
            return "filter", await self._filter(visitor)
        except BaseException:
            self.page, self.chosen = before
            raise

    async def _filter(self, visitor: Visitor) -> Answer:
        while True:
            key, change = self.chance.choice(
                [
                    ("partner", {"partners": self._partners()}),
                    ("years", dict(zip(("from_year", "to_year"), self._years(), strict=True))),
                    ("format", {"formats": self._formats()}),
                ]
            )
            chosen = replace(self.chosen, **change)  # type: ignore[arg-type] # fields by name
            if chosen != self.chosen and self.facts.count(chosen):
                break
        self.chosen = chosen
        if key == "partner":
            return await visitor.choose(key, [self.facts.names[code] for code in chosen.partners])
        if key == "years":
            return await visitor.choose(key, (chosen.from_year or self.low, chosen.to_year or self.high))
        return await visitor.choose(key, [FORMAT_LABELS[code] for code in chosen.formats])

    def _partners(self) -> tuple[str, ...]:
        return tuple(self.chance.sample(self.facts.partners, self.chance.randint(0, 3)))

    def _years(self) -> tuple[int | None, int | None]:
        first = self.chance.choice([None, *range(self.low + 1, self.high - 6)])
        last = self.chance.choice([None, None, *range(max(first or 0, self.low) + 4, self.high)])
        return first, last

    def _formats(self) -> tuple[str, ...]:
        return (MAIN_FORMAT, *self.chance.sample(FORMATS[1:], self.chance.randint(0, 2)))


@dataclass
class Tally:
    """What the visitors of one load met with."""

    sessions: int
    opened: int = 0
    all_open: asyncio.Event = field(default_factory=asyncio.Event)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    first_views: list[float] = field(default_factory=list)
    """Seconds from the first request to the end of the first rerun."""
    steps: list[tuple[str, float, int]] = field(default_factory=list)
    """Kind, seconds and bytes of the steps that began after all were there."""
    errors: list[str] = field(default_factory=list)
    restored: list[Row] = field(default_factory=list)
    """What became of each visitor whose connection broke."""

    def begun(self) -> None:
        """One more is there."""
        self.opened += 1
        if self.opened == self.sessions:
            self.all_open.set()


async def visit(target: Target, walk: Walk, tally: Tally, *, think: float, delay: float) -> None:
    """One visitor: come, look around until told to leave, and stay open until then."""
    visitor = Visitor(target.address)
    await asyncio.sleep(delay)
    try:
        answer = await visitor.open(walk.address)
        tally.first_views.append(answer.seconds)
        tally.errors += walk.wrong(answer)
        tally.begun()
        while not tally.closing.is_set():
            pause = think * walk.chance.uniform(0.5, 1.5)
            try:
                if await visitor.lost(pause):
                    raise ConnectionResetError
                if tally.closing.is_set():
                    break
                counted = tally.all_open.is_set()
                kind, after = await walk.step(visitor)
            except LOST:
                tally.restored.append(await restore(visitor, answer))
                continue
            answer = after
            tally.errors += walk.wrong(answer)
            if counted:
                tally.steps.append((kind, answer.seconds, answer.received))
    except (*LOST, UnexpectedAnswerError) as error:
        tally.errors.append(f"{walk.address}: {type(error).__name__} {error}")
        tally.begun()
    finally:
        await tally.closing.wait()
        with contextlib.suppress(*LOST):
            await visitor.close()


async def restore(visitor: Visitor, before: Answer) -> Row:
    """Reload a page whose connection broke; tell if the view is the same."""
    process, started = visitor.cookies.get("process"), time.perf_counter()
    for tries in itertools.count(1):
        try:
            answer = await visitor.open(before.address)
            break
        except LOST:
            if tries == 5:
                raise
            await asyncio.sleep(1)
    same = (answer.line, answer.address, answer.failures) == (before.line, before.address, ())
    return {
        "process_before": process,
        "process_after": visitor.cookies.get("process"),
        "tries": tries,
        "seconds": round(time.perf_counter() - started, 3),
        "same_view": same,
        "view": before.address,
    }


@dataclass(frozen=True)
class Target:
    """Where visitors go, and the processes behind it."""

    name: str
    address: str
    servers: tuple[Server, ...]

    def memory(self) -> float:
        """Resident memory of its Python processes in MiB."""
        return sum(status(server.pid, "VmRSS") for server in self.servers) / KIB

    def cpu(self) -> float:
        """Seconds of processor that its Python processes have used."""
        return sum(cpu_seconds(server.pid) for server in self.servers)


def status(pid: int, name: str) -> int:
    """A number from the system's account of a process: memory in KiB, or a count."""
    found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def open_files(pid: int) -> int:
    """Files and sockets that a process holds open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def cpu_seconds(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def warm(target: Target, pages: Iterable[str] = PAGES) -> None:
    """Have each process import, check and draw everything once, as it does for its first visitor."""
    for server in target.servers:
        visitor = Visitor(server.address)
        for page in pages:
            await visitor.open("/" if page == HOME else f"/{page}")
        await visitor.close()


async def forget(target: Target) -> None:
    """Let sessions that have left expire; the server drops them only when it next stores one."""
    await asyncio.sleep(TIME_TO_LIVE + 0.5)
    for server in target.servers:
        visitor = Visitor(server.address)
        await visitor.open("/method")
        await visitor.close()
    await asyncio.sleep(0.5)


async def load(
    target: Target,
    sessions: int,
    *,
    think: float,
    seconds: float,
    seed: int,
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> tuple[Row, Tally]:
    """Put a target under load and measure, from when all visitors are there, for so many seconds.

    ``meanwhile`` is awaited during the time that is measured.
    """
    facts, tally = Facts.read(), Tally(sessions)
    walks = [Walk(facts, seed * 1_000_003 + number) for number in range(sessions)]
    before = target.memory()
    apart = 0.3  # s; they do not all come in one moment
    tasks = [
        asyncio.create_task(visit(target, walk, tally, think=think, delay=number * apart))
        for number, walk in enumerate(walks)
    ]
    async with asyncio.timeout(MOST_SECONDS):
        await tally.all_open.wait()
    start, own, theirs = time.perf_counter(), time.process_time(), target.cpu()
    if meanwhile is not None:
        await meanwhile()
    await asyncio.sleep(seconds - (time.perf_counter() - start))
    wall, done = time.perf_counter() - start, len(tally.steps)
    own, theirs = time.process_time() - own, target.cpu() - theirs
    with_all = target.memory()
    tally.closing.set()
    await asyncio.gather(*tasks)
    steps = tally.steps  # with those that were under way at the end, or the slow ones would be left out
    times = [taken for _, taken, _ in steps]
    row = {
        "target": target.name,
        "sessions": sessions,
        "think_s": think,
        "window_s": round(wall, 1),
        "interactions": len(steps),
        "per_second": round(done / wall, 2),
        "p50_ms": milliseconds(times, 0.5),
        "p95_ms": milliseconds(times, 0.95),
        "filter_p50_ms": milliseconds([taken for kind, taken, _ in steps if kind == "filter"], 0.5),
        "page_p50_ms": milliseconds([taken for kind, taken, _ in steps if kind == "page"], 0.5),
        "first_view_p50_ms": milliseconds(tally.first_views, 0.5),
        "first_view_p95_ms": milliseconds(tally.first_views, 0.95),
        "kb_per_interaction": round(statistics.fmean(size for *_, size in steps) / 1000, 1)
        if steps
        else None,
        "errors": len(tally.errors),
        "rss_before_mib": round(before, 1),
        "rss_with_mib": round(with_all, 1),
        "rss_per_session_kib": round((with_all - before) * KIB / sessions),
        "server_cores": round(theirs / wall, 2),
        "client_cores": round(own / wall, 2),
        "client_share_of_cpu": round(own / (own + theirs), 3) if own + theirs else None,
    }
    return row, tally


def ratio(one: float | None, other: float | None) -> float | None:
    """One figure by another, if both were measured."""
    return round(one / other, 2) if one and other else None


def milliseconds(seconds: Sequence[float], share: float) -> int | None:
    """The smallest of the values below or at which the given share of them lies, in ms."""
    if not seconds:
        return None
    return round(sorted(seconds)[max(math.ceil(share * len(seconds)) - 1, 0)] * 1000)


@contextlib.contextmanager
def one_process() -> Iterator[Target]:
    """One server process without anything in front, and its complaints at the end."""
    with _log() as (log, check):
        server = Server(free_ports(1)[0], options(), log)
        server.start()
        try:
            asyncio.run(_until_up(server))
            yield Target("one process", f"http://localhost:{server.port}", (server,))
        finally:
            server.stop()
        check()


@contextlib.contextmanager
def behind_nginx(processes: int) -> Iterator[tuple[Target, Stack]]:
    """Server processes behind nginx, as deploy/run.py starts them."""
    with _log() as (log, check), running(tuple(free_ports(1 + processes)), options(), log) as stack:
        yield Target(f"nginx and {processes}", stack.address, stack.servers), stack
        check()


def options() -> tuple[str, ...]:
    """Options of the servers that are measured."""
    return ("--server.disconnectedSessionTTL", str(TIME_TO_LIVE))


@contextlib.contextmanager
def _log() -> Iterator[tuple[Any, Callable[[], None]]]:
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("w+b") as log:

        def check() -> None:
            log.seek(0)
            said = log.read().decode()
            if re.search(r"traceback|exception", said, re.IGNORECASE):
                raise RuntimeError(f"A server complained:\n{said}")

        yield log, check


async def _until_up(server: Server) -> None:
    visitor, end = Visitor(server.address), time.monotonic() + 60
    while not server.ended():
        try:
            await visitor.open("/")
            await visitor.close()
        except LOST:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.1)
        else:
            return
    raise RuntimeError("The server did not start.")


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on."""
    with contextlib.ExitStack() as probes:
        ports = []
        for _ in range(number):
            probe = probes.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            ports.append(int(probe.getsockname()[1]))
        return ports


def measure(sessions: Sequence[int], *, think: float, seconds: float, seed: int) -> list[Row]:
    """Each number of visitors on a fresh process of its own, with memory before, with and after them.

    A single visitor has nobody to wait for, so it thinks for a second at most: more samples.
    """
    rows = []
    for number in sessions:
        with one_process() as target:

            async def run(target: Target = target, number: int = number) -> Row:
                await warm(target)
                await forget(target)
                row, tally = await load(
                    target, number, think=min(think, 1) if number == 1 else think, seconds=seconds, seed=seed
                )
                await forget(target)
                report_errors(tally)
                return {**row, "rss_after_mib": round(target.memory(), 1)}

            rows.append(asyncio.run(run()))
            say(rows[-1:], SHORT, head=len(rows) == 1)
    return rows


def compare(
    loads: Sequence[tuple[int, float]], *, seconds: float, seed: int, rounds: int
) -> tuple[list[Row], list[Row]]:
    """The same load on one process and on two, both behind nginx, in turn; and the ratios of each round."""
    rows, ratios = [], []
    with behind_nginx(1) as (one, _), behind_nginx(2) as (two, _):
        asyncio.run(warm(one))
        asyncio.run(warm(two))
        for (sessions, think), turn in itertools.product(loads, range(rounds)):
            pair = {}
            for target in (one, two) if turn % 2 == 0 else (two, one):
                row, tally = asyncio.run(
                    load(target, sessions, think=think, seconds=seconds, seed=seed + turn)
                )
                report_errors(tally)
                asyncio.run(forget(target))
                pair[target.name] = {"round": turn + 1, **row}
                rows.append(pair[target.name])
                say(rows[-1:], SHORT, head=len(rows) == 1)
            ratios.append(
                {
                    "sessions": sessions,
                    "think_s": think,
                    "round": turn + 1,
                    **{
                        f"{name}_two_to_one": ratio(pair[two.name][name], pair[one.name][name])
                        for name in ("p50_ms", "p95_ms", "per_second", "rss_with_mib")
                    },
                }
            )
    return rows, ratios


def kill(sessions: int, *, think: float, seconds: float, seed: int) -> tuple[Row, list[Row]]:
    """Kill one of two processes under load, start it again later, and follow every visitor.

    Raises RuntimeError if a view was lost, or if nobody was at the process that died.
    """
    with behind_nginx(2) as (target, stack):

        async def blow() -> None:
            await asyncio.sleep(seconds / 3)
            victim = stack.servers[1]
            if victim.process is not None:
                victim.process.kill()
                victim.process.wait()
            await asyncio.sleep(seconds / 3)
            victim.start()

        async def run() -> tuple[Row, Tally]:
            await warm(target, [HOME])
            visitors = replace(target, servers=target.servers[:1])  # the memory of the one that lives
            return await load(visitors, sessions, think=think, seconds=seconds, seed=seed, meanwhile=blow)

        row, tally = asyncio.run(run())
    report_errors(tally)
    lost = [each for each in tally.restored if not each["same_view"]]
    row |= {
        "connections_lost": len(tally.restored),
        "views_lost": len(lost),
        "restored_p50_ms": milliseconds([each["seconds"] for each in tally.restored], 0.5),
        "restored_slowest_ms": milliseconds([each["seconds"] for each in tally.restored], 1),
    }
    say(
        [row],
        (*SHORT[:-1], "connections_lost", "views_lost", "restored_p50_ms", "restored_slowest_ms"),
        head=True,
    )
    if lost or tally.errors:
        raise RuntimeError(f"Views lost: {lost}; errors: {tally.errors}")
    if {each["process_before"] for each in tally.restored} != {"2"}:
        raise RuntimeError("Nobody was at the process that died, or connections to the other broke too.")
    return row, tally.restored


def cycles(number: int, *, walks: int, seed: int) -> tuple[Row, list[Row]]:
    """Sessions that open a link, take a step and leave: memory every 50 of them.

    A sample is taken when the sessions have expired and been dropped. The slope of the second half is
    a least-squares line with its standard error. The walks repeat after as many as given, so that what
    the server remembers of selections does not look like growth.
    """
    facts, samples, times, errors = Facts.read(), [], [], []

    async def cycle(target: Target, which: int) -> None:
        visitor, walk = Visitor(target.address), Walk(facts, seed * 1_000_003 + which % walks)
        try:
            errors.extend(walk.wrong(await visitor.open(walk.address)))
            _, answer = await walk.step(visitor)
            times.append(answer.seconds)
            errors.extend(walk.wrong(answer))
        except (*LOST, UnexpectedAnswerError) as error:
            errors.append(f"{walk.address}: {type(error).__name__} {error}")
        finally:
            with contextlib.suppress(*LOST):
                await visitor.close()

    async def run(target: Target) -> None:
        await warm(target)
        for first in range(0, number, BATCH):
            batch = iter(range(first, min(first + BATCH, number)))

            async def worker(batch: Iterator[int] = batch) -> None:
                for which in batch:
                    await cycle(target, which)

            await asyncio.gather(*(worker() for _ in range(4)))
            await forget(target)
            pid = target.servers[0].pid
            samples.append(
                {
                    "cycles": min(first + BATCH, number),
                    "rss_mib": round(target.memory(), 2),
                    "threads": status(pid, "Threads"),
                    "files": open_files(pid),
                }
            )
            say(samples[-1:], tuple(samples[-1]), head=len(samples) == 1)

    with one_process() as target:
        asyncio.run(run(target))
    second = samples[len(samples) // 2 :]
    slope, error = line([each["cycles"] for each in second], [each["rss_mib"] * KIB for each in second])
    row = {
        "cycles": number,
        "walks": walks,
        "errors": len(errors),
        "p50_ms": milliseconds(times, 0.5),
        "p95_ms": milliseconds(times, 0.95),
        "rss_after_first_50_mib": samples[0]["rss_mib"],
        "rss_half_way_mib": second[0]["rss_mib"],
        "rss_end_mib": samples[-1]["rss_mib"],
        "slope_second_half_kib_per_session": round(slope, 2),
        "standard_error_kib_per_session": round(error, 2),
        "threads": [samples[0]["threads"], samples[-1]["threads"]],
        "files": [samples[0]["files"], samples[-1]["files"]],
    }
    for said in errors[:10]:
        sys.stdout.write(f"  {said}\n")
    say([row], tuple(row), head=True)
    return row, samples


def line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Slope of the least-squares line and its standard error; needs three points or more for the latter."""
    slope, at_zero = statistics.linear_regression(x, y)
    if len(x) < 3:
        return slope, math.nan
    rest = sum((b - at_zero - slope * a) ** 2 for a, b in zip(x, y, strict=True)) / (len(x) - 2)
    spread = sum((a - statistics.fmean(x)) ** 2 for a in x)
    return slope, math.sqrt(rest / spread)


SHORT = (
    "target",
    "sessions",
    "think_s",
    "interactions",
    "per_second",
    "p50_ms",
    "p95_ms",
    "errors",
    "rss_before_mib",
    "rss_with_mib",
    "rss_per_session_kib",
    "server_cores",
    "client_cores",
    "rss_after_mib",
)


def say(rows: Sequence[Row], columns: Sequence[str], *, head: bool) -> None:
    """Print rows as a table."""
    wide = {name: max(len(name), 11) for name in columns}
    if head:
        sys.stdout.write("  ".join(name.rjust(wide[name]) for name in columns) + "\n")
    for row in rows:
        sys.stdout.write("  ".join(str(row.get(name, "")).rjust(wide[name]) for name in columns) + "\n")
    sys.stdout.flush()


def report_errors(tally: Tally) -> None:
    """Print the first of the errors."""
    for error in tally.errors[:10]:
        sys.stdout.write(f"  {error}\n")


def machine() -> Row:
    """What the figures depend on."""
    nginx = subprocess.run([NGINX, "-v"], capture_output=True, text=True, check=False) if NGINX else None
    with Path("/proc/meminfo").open() as file:
        memory = int(file.readline().split()[1])
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / KIB / KIB, 1),
        "busy_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        **{name: version(name) for name in ("streamlit", "pandas", "plotly", "uvicorn", "websockets")},
        "nginx": nginx.stderr.strip().rpartition("/")[2] if nginx else None,
    }


def write(name: str, about: Row, **tables: list[Row]) -> None:
    """Write the tables: all in one JSON file with the machine and command, each as a CSV file."""
    RESULTS.mkdir(exist_ok=True)
    command = "python -m benchmarks.load " + " ".join(sys.argv[1:])
    document = {"command": command.strip(), "machine": about, **tables}
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for table, rows in tables.items():
        path = RESULTS / (f"{name}.csv" if len(tables) == 1 else f"{name}-{table}.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    sys.stdout.write(f"Written to {RESULTS.relative_to(ROOT)}/{name}.json and .csv\n")


def arguments() -> argparse.Namespace:
    """Read the command line, within bounds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--cycles", type=int, metavar="NUMBER", help="sessions that come and go")
    mode.add_argument("--compare", action="store_true", help="one process and two behind nginx")
    mode.add_argument("--kill", action="store_true", help="one of two processes dies under load")
    parser.add_argument("--sessions", type=int, nargs="+", help="visitors at once (1 10 50 100)")
    parser.add_argument("--think", type=float, default=10, help="mean seconds of thinking (10)")
    parser.add_argument("--seconds", type=float, help="how long to measure")
    parser.add_argument("--rounds", type=int, default=2, help="of --compare (2)")
    parser.add_argument("--walks", type=int, default=BATCH, help=f"different ones in --cycles ({BATCH})")
    parser.add_argument("--seed", type=int, default=1, help="of the walks (1)")
    parser.add_argument("--save", action="store_true", help="write the figures to benchmarks/results/")
    given = parser.parse_args()
    if max(given.sessions or [1]) > MOST_SESSIONS or (given.seconds or 0) > MOST_SECONDS:
        parser.error(f"At most {MOST_SESSIONS} sessions for {MOST_SECONDS} s.")
    if not BATCH * 6 <= (given.cycles or BATCH * 6) <= MOST_CYCLES:
        parser.error(f"Cycles: from {BATCH * 6} to {MOST_CYCLES}.")
    return given


def main() -> None:
    """Measure what was asked for."""
    given, about = arguments(), machine()
    try:
        if given.cycles:
            row, samples = cycles(given.cycles, walks=given.walks, seed=given.seed)
            tables = {"summary": [row], "samples": samples}
            name, errors = "load-cycles" if given.walks == BATCH else "load-selections", row["errors"]
        elif given.compare:
            loads = [(number, given.think) for number in given.sessions or (50,)]
            rows, ratios = compare(
                [*loads, (10, 0.0)], seconds=given.seconds or 25, seed=given.seed, rounds=given.rounds
            )
            say(ratios, tuple(ratios[0]), head=True)
            tables = {"loads": rows, "ratios": ratios}
            name, errors = "load-compare", sum(row["errors"] for row in rows)
        elif given.kill:
            row, restored = kill(
                (given.sessions or [20])[0],
                think=min(given.think, 2),
                seconds=given.seconds or 30,
                seed=given.seed,
            )
            tables = {"summary": [row], "restored": restored}
            name, errors = "load-kill", row["errors"]
        else:
            rows = measure(
                given.sessions or (1, 10, 50, 100),
                think=given.think,
                seconds=given.seconds or 50,
                seed=given.seed,
            )
            tables = {"loads": rows}
            name, errors = "load", sum(row["errors"] for row in rows)
    except RuntimeError as error:
        sys.exit(str(error))
    if given.save:
        write(name, about, **tables)
    if errors:
        sys.exit(f"{errors} errors.")


if __name__ == "__main__":
    main()
