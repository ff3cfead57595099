"""Many visitors at once, one process and two behind nginx, in small; benchmarks/load.py does it in full."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from server import ROOT

from benchmarks.load import (
    Facts,
    Target,
    Walk,
    behind_nginx,
    kill,
    line,
    load,
    milliseconds,
    one_process,
    restore,
)
from benchmarks.visitor import LOST, Visitor
from deploy.run import NGINX, PORTS, Stack, write_configuration
from twoplustwo import Record, Selection
from twoplustwo.analysis.topics import topic_frequency
from twoplustwo.selection import PAGES
from twoplustwo.shared import shared

PATIENCE = 60  # s


@pytest.fixture(scope="module")
def nginx() -> str:
    if NGINX is None and os.environ.get("CI"):
        pytest.fail("The tests of two processes must run here, but nginx is not installed.")
    if NGINX is None:
        pytest.skip("nginx is not installed: two processes behind it were not tested")
    return NGINX


def test_the_check_counts_meetings_as_the_library_does(record: Record):
    facts = Facts.read()
    for seed in range(60):
        chosen = Walk(facts, seed).chosen
        assert facts.count(chosen) == len(chosen.apply(record).meetings), chosen


def test_the_check_finds_a_wrong_number_a_wrong_address_and_an_exception():
    from benchmarks.visitor import Answer

    walk = Walk(Facts.read(), 1)
    walk.page, walk.chosen = "partners", Selection(partners=("GBR",))
    right = Answer(0.1, "/partners?partner=GBR", "**5 meetings · United Kingdom**", (), 0)
    assert walk.wrong(right) == []
    for name, value in (
        ("line", "**6 meetings · United Kingdom**"),
        ("line", ""),
        ("address", "/partners"),
        ("failures", ("ValueError: x",)),
    ):
        assert len(walk.wrong(Answer(**{**vars(right), name: value}))) == 1


def test_a_walk_is_the_same_for_the_same_seed_and_every_page_is_begun_at():
    facts = Facts.read()
    assert Walk(facts, 7).address == Walk(facts, 7).address
    assert {Walk(facts, seed).page for seed in range(60)} == set(PAGES)


def test_a_percentile_is_a_value_that_was_measured():
    assert milliseconds([0.4, 0.1, 0.3, 0.2], 0.5) == 200
    assert milliseconds([0.4, 0.1, 0.3, 0.2], 0.95) == 400
    assert milliseconds([0.1], 0.5) == 100
    assert milliseconds([], 0.5) is None


def test_the_slope_and_its_error_are_those_worked_by_hand():
    # y = 2x + 1 with deviations +1, -2, +1 at x = 0, 1, 2: slope 2, rest 6 over 1, spread 2.
    slope, error = line([0, 1, 2], [2, 1, 6])
    assert slope == pytest.approx(2)
    assert error == pytest.approx(3**0.5)


def test_a_load_stays_on_this_machine():
    with pytest.raises(ValueError, match="not on this machine"):
        Visitor("http://example.org")


def test_visitors_at_once_each_get_what_their_own_filters_say():
    with one_process() as target:
        row, tally = asyncio.run(load(target, 4, think=0.3, seconds=8, seed=random.randrange(1000)))
    assert tally.errors == []
    assert row["interactions"] >= 4
    assert row["p50_ms"] <= row["p95_ms"]
    assert row["rss_with_mib"] > 0


def test_the_configuration_of_nginx_is_sound_as_it_stands(nginx: str, tmp_path: Path):
    main = write_configuration(tmp_path, PORTS)
    assert (tmp_path / "site.conf").read_text() == (ROOT / "deploy" / "nginx.conf").read_text()
    checked = subprocess.run(
        [nginx, "-t", "-p", str(tmp_path), "-e", "stderr", "-c", str(main)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr


@pytest.fixture(scope="module")
def two(nginx: str) -> tuple[Target, Stack]:
    with behind_nginx(2) as both:
        yield both


async def opened(target: Target, process: str, address: str = "/?partner=GBR") -> Visitor:
    """A visitor of the given process; newcomers go to both in turn."""
    for _ in range(4):
        visitor = Visitor(target.address)
        await visitor.open(address)
        if visitor.cookies["process"] == process:
            return visitor
        await visitor.close()
    raise AssertionError("Newcomers do not go to both processes in turn.")


@pytest.mark.parametrize("process", ["1", "2"])
def test_a_visitor_stays_with_one_process_so_that_its_download_is_there(
    two: tuple[Target, Stack], process: str
):
    async def take() -> bytes:
        visitor = await opened(two[0], process)
        await visitor.unfold("download")
        file = await visitor.download("Meetings as CSV")
        assert visitor.cookies["process"] == process
        await visitor.close()
        return file

    taken = asyncio.run(take()).decode()
    rows = list(csv.DictReader(io.StringIO(taken[taken.index("meeting_id") :])))
    assert {row["partner"] for row in rows} == {"GBR"}
    assert len(rows) == Facts.read().count(Selection(partners=("GBR",)))


def test_a_browser_that_refuses_the_cookie_stays_with_one_process_too(two: tuple[Target, Stack]):
    async def take() -> None:
        for _ in range(4):
            visitor = Visitor(two[0].address)
            visitor._keep = lambda headers: None
            await visitor.open("/?partner=GBR")
            await visitor.unfold("download")
            assert await visitor.download("Meetings as CSV")
            assert visitor.cookies == {}
            await visitor.close()

    asyncio.run(take())


def test_the_cookie_names_a_process_and_nothing_else_and_scripts_cannot_read_it(two: tuple[Target, Stack]):
    with urllib.request.urlopen(two[0].address, timeout=PATIENCE) as answer:
        cookies = answer.headers.get_all("set-cookie")
    assert [cookie for cookie in cookies if cookie.startswith("process=")] in (
        [[f"process={which}; Path=/; HttpOnly; SameSite=Lax"] for which in "12"]
    )


def test_both_processes_share_a_secret_that_their_arguments_do_not_show(two: tuple[Target, Stack]):
    secrets = set()
    for server in two[1].servers:
        environment = Path(f"/proc/{server.pid}/environ").read_bytes().split(b"\0")
        secrets.update(
            line.partition(b"=")[2]
            for line in environment
            if line.startswith(b"STREAMLIT_SERVER_COOKIE_SECRET=")
        )
        assert not any(secret in Path(f"/proc/{server.pid}/cmdline").read_bytes() for secret in secrets)
    assert [len(secret) >= 32 for secret in secrets] == [True]


def test_no_view_is_lost_when_one_of_two_processes_is_killed_under_load(nginx: str):
    row, restored = kill(6, think=0.5, seconds=12, seed=random.randrange(1000))
    assert row["errors"] == row["views_lost"] == 0
    assert {each["process_before"] for each in restored} == {"2"}
    assert {each["process_after"] for each in restored} == {"1"}
    assert len(restored) == 3  # newcomers had gone to both in turn


def test_who_was_moved_stays_moved_when_the_process_is_back(nginx: str):
    async def move(target: Target, stack: Stack) -> None:
        visitor = await opened(target, "2", "/partners?partner=GBR&partner=AUS")
        before = await visitor.follow("topics")
        victim = stack.servers[1]
        victim.process.send_signal(signal.SIGKILL)
        victim.process.wait()
        assert await visitor.lost(PATIENCE)
        assert (await restore(visitor, before))["same_view"]
        victim.start()
        again = Visitor(victim.address)
        for _ in range(PATIENCE * 2):
            try:
                await again.open("/")
                break
            except LOST:
                await asyncio.sleep(0.5)
        await again.close()
        await asyncio.sleep(5.5)  # as long as nginx leaves out one that failed
        await visitor.unfold("download")
        assert await visitor.download("Meetings as CSV")
        assert visitor.cookies["process"] == "1"
        await visitor.close()

    with behind_nginx(2) as (target, stack):
        asyncio.run(move(target, stack))


def three_free_ports() -> int:
    """The first of three ports in a row that nobody listens on."""
    for port in range(20_000, 30_000, 3):
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for each in range(port, port + 3):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", each))
            return port
    raise AssertionError("There are no three free ports in a row.")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_command_starts_two_processes_and_nginx_and_ctrl_c_ends_them_all(nginx: str, number: int):
    port = three_free_ports()
    command = [sys.executable, "-m", "deploy.run", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = iter(process.stdout.readline, "")
            assert any(line.startswith(f"Two Plus Two answers at http://localhost:{port} ") for line in said)
            children = subprocess.run(
                ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
            ).stdout.split()
            assert len(children) == 3
            with urllib.request.urlopen(
                f"http://localhost:{port}/_stcore/health", timeout=PATIENCE
            ) as answer:
                assert answer.read() == b"ok"
            process.send_signal(number)
            assert process.wait(PATIENCE) == 0
        finally:
            process.terminate()
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_a_process_that_ends_is_started_again(nginx: str):
    with behind_nginx(2) as (_, stack):
        time.sleep(max(0.0, 5.5 - (time.monotonic() - stack.servers[0].started)))
        assert stack.mend() == []
        first = stack.servers[0].process
        first.kill()
        first.wait()
        assert stack.mend() == [stack.servers[0]]
        assert stack.servers[0].pid != first.pid
        assert stack.mend() == []


def test_what_pandas_notes_of_views_does_not_pile_up_in_frames_that_are_kept():
    everything = shared()

    def notes() -> int:
        kept = everything.select(Selection(partners=("GBR",)))
        frames = [*everything.record.tables().values(), *kept.tables().values(), topic_frequency(kept)]
        views = [block.refs for frame in frames for block in frame._mgr.blocks]
        views += [axis._references for frame in frames for axis in frame.axes]
        return sum(len(each.referenced_blocks) for each in views if each is not None)

    def look() -> None:
        kept = everything.select(Selection(partners=("GBR",)))
        for frame in [*everything.record.tables().values(), *kept.tables().values()]:
            for column in frame:
                frame[column].isna()
            frame[frame.index >= 0]
        topic_frequency(kept)["meetings"].sum()

    look()
    before = notes()
    for _ in range(50):
        look()
    assert notes() <= before
