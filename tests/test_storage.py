"""A folder is replaced whole or not at all, whenever it is killed, and by one command at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from folders import beside, contents

from twoplustwo import storage
from twoplustwo.storage import FolderError, left_behind, put_back, replace_folder

# Two files that always hold the same number. Each run is killed at another of the things that it
# does to the file system, until one comes to its end; after each, an unharmed run must succeed.
KILLED = """
import json, os, signal, sys
from pathlib import Path
from twoplustwo import storage

folder, way = Path(sys.argv[1]), sys.argv[2]
if way == "two steps":
    storage._exchanged_at_once = lambda *_: False

def count(copy):
    number = int((copy / "a").read_text()) + 1
    for name in "ab":
        (copy / name).write_text(str(number))
    return True

def run(last):
    child = os.fork()
    if child == 0:
        done = 0
        def hook(event, _):
            nonlocal done
            if event == "open" or event.startswith(("os.", "shutil.", "ctypes.")):
                done += 1
                if done == last:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        storage.replace_folder(folder, count)
        os._exit(0)
    return os.waitpid(child, 0)[1]

found, last, killed = [], 0, True
while killed:
    last += 1
    before = int((folder / "a").read_text())
    killed = run(last) == signal.SIGKILL
    here = folder if folder.is_dir() else storage.left_behind(folder)
    after = [int((here / name).read_text()) for name in "ab"]
    whole = folder.is_dir()
    assert run(0) == 0
    mended = [int((folder / name).read_text()) for name in "ab"]
    left = sorted(path.name for path in folder.parent.iterdir())
    found.append([before, after, whole, mended, left])
print(json.dumps(found))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name in "ab":
        (folder / name).write_text("0")
    return folder


def rewrite(copy: Path) -> bool:
    (copy / "a").write_text("new")
    return True


def test_a_change_takes_the_place_and_the_rest_goes_along(folder: Path):
    (folder / "b").chmod(0o600)
    os.utime(folder / "b", ns=(10**18, 10**18))
    (folder / "deeper").mkdir()
    (folder / "deeper" / "c").symlink_to("../b")
    replace_folder(folder, rewrite)
    assert (folder / "a").read_text() == "new"
    kept = (folder / "b").stat()
    assert (kept.st_mode & 0o777, kept.st_mtime_ns) == (0o600, 10**18)
    assert (folder / "deeper" / "c").readlink() == Path("../b")
    assert beside(folder) == []


@pytest.mark.parametrize("exchanged_at_once", [True, False])
def test_a_change_that_fails_or_is_not_wanted_leaves_everything(folder, monkeypatch, exchanged_at_once):
    if not exchanged_at_once:
        monkeypatch.setattr(storage, "_exchanged_at_once", lambda *_: False)
    before = contents(folder)

    def fail(copy: Path) -> bool:
        rewrite(copy)
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        replace_folder(folder, fail)
    replace_folder(folder, lambda copy: not rewrite(copy))
    assert contents(folder) == before
    assert beside(folder) == []


@pytest.mark.parametrize("way", ["one step", "two steps"])
def test_killed_anywhere_the_folder_is_old_or_new_and_the_next_change_works(folder: Path, way: str):
    run = subprocess.run(
        [sys.executable, "-c", KILLED, folder, way], capture_output=True, text=True, check=True, timeout=120
    )
    found = json.loads(run.stdout)
    assert len(found) > 25
    states = set()
    for before, after, whole, mended, left in found:
        assert after in ([before, before], [before + 1, before + 1])
        assert mended == [after[0] + 1] * 2
        assert left == ["data"]
        states.add((after[0] - before, whole))
    missing = {(0, False)} if way == "two steps" else set()
    assert states == {(0, True), (1, True)} | missing


def test_a_folder_left_aside_is_found_and_put_back(folder: Path):
    before = contents(folder)
    folder.rename(folder.with_name(".data.last"))
    assert left_behind(folder) == folder.with_name(".data.last")
    put_back(folder)
    assert contents(folder) == before
    assert left_behind(folder) is None


def test_a_second_writer_waits_with_a_word_and_then_gives_up(folder: Path, monkeypatch):
    monkeypatch.setattr(storage, "PATIENCE", 0.2)
    before, told = contents(folder), []
    with FileLock(folder.with_name(".data.lock")), pytest.raises(FolderError, match="another command"):
        replace_folder(folder, rewrite, tell=told.append)
    assert len(told) == 1
    assert "waiting" in told[0]
    assert contents(folder) == before
    replace_folder(folder, rewrite)


def test_what_another_program_writes_meanwhile_is_not_lost(folder: Path):
    def meanwhile(copy: Path) -> bool:
        (folder / "b").write_text("by hand")
        return rewrite(copy)

    with pytest.raises(FolderError, match="changed by another program"):
        replace_folder(folder, meanwhile)
    assert [(folder / name).read_text() for name in "ab"] == ["0", "by hand"]


@pytest.mark.parametrize("broken", [OSError("I/O error"), KeyboardInterrupt()])
def test_what_fails_after_the_exchange_does_not_undo_the_word_on_it(folder: Path, monkeypatch, broken):
    def fail(_: Path) -> None:
        raise broken

    def change(copy: Path) -> bool:
        (copy / "a").write_text("new")
        monkeypatch.setattr(storage, "_flush_one", fail)
        monkeypatch.setattr(storage, "_flush", lambda _: None)
        return True

    replace_folder(folder, change)
    assert (folder / "a").read_text() == "new"
    assert beside(folder) == []


def test_a_folder_that_may_not_be_written_is_refused_and_nothing_is_left(folder: Path, monkeypatch):
    # Root may write everywhere, so the answer of the system stands in for it.
    monkeypatch.setattr(storage.os, "access", lambda path, _: Path(path) != folder)
    with pytest.raises(FolderError, match="is read-only"):
        replace_folder(folder, lambda _: True)
    assert beside(folder) == []


def test_a_link_is_refused_with_the_folder_to_name_instead(folder: Path):
    link = folder.with_name("link")
    link.symlink_to(folder)
    with pytest.raises(FolderError, match=f"is a link; expected the folder itself, {folder}"):
        replace_folder(link, rewrite)


def test_a_place_where_a_disk_is_mounted_is_refused():
    with pytest.raises(FolderError, match="a disk is mounted"):
        replace_folder(Path("/proc"), rewrite)


def test_a_broken_exchange_is_told_in_a_sentence(folder: Path, monkeypatch):
    before = contents(folder)

    def busy(*_: Path) -> bool:
        raise OSError(16, os.strerror(16))  # EBUSY: what a bind mount gives

    monkeypatch.setattr(storage, "_exchanged_at_once", busy)
    with pytest.raises(FolderError, match="can't be replaced"):
        replace_folder(folder, rewrite)
    assert contents(folder) == before
    assert beside(folder) == []


def test_broken_off_between_two_steps_the_folder_is_back(folder: Path, monkeypatch):
    monkeypatch.setattr(storage, "_exchanged_at_once", lambda *_: False)
    before, rename = contents(folder), Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        if path.name == ".data.next":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_folder(folder, rewrite)
    assert contents(folder) == before
    assert beside(folder) == []
