"""A folder that is replaced whole: who reads it finds all of a change or nothing of it.

The change is made in a copy beside the folder, and the copy takes the folder's place in one step,
so that neither an error nor a killed process leaves a half. One writer at a time: the others wait.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

PATIENCE = 60  # seconds that a second writer waits; a change of the shipped record takes three
AT_WORKING_FOLDER, EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux
OWN_FOLDER = "a folder of its own, not one where a disk is mounted or that an image holds"


class FolderError(Exception):
    """A folder that can't be replaced, in one sentence. It is as it was."""


def replace_folder(
    folder: Path,
    change: Callable[[Path], bool],
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Change a folder as a whole.

    Parameters
    ----------
    folder
        What lies in it and is not changed goes along as it is, with its permissions and times.
    change
        Is given a copy of the folder to change, and says whether it shall take the folder's place.
        If it raises, nothing has happened.
    tell
        Is told in a sentence if another command is at work, and this one waits.

    Raises
    ------
    FolderError
        If the folder can't be copied, exchanged or had for this command alone.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow a link
    if folder.is_symlink():
        raise FolderError(f"{folder} is a link; expected the folder itself, {folder.resolve()}")
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        raise FolderError(f"{folder} is read-only; expected a folder that this user may write")
    if os.path.ismount(folder):
        raise FolderError(f"{folder} can't be replaced; expected {OWN_FOLDER}")
    try:
        with _alone(folder, tell):
            _clear(folder)
            _replace(folder, change)
    except shutil.Error as error:
        source, _, why = error.args[0][0]
        raise FolderError(f"{source} can't be copied: {why}") from error
    except OSError as error:
        if error.errno in {errno.EBUSY, errno.EXDEV}:
            raise FolderError(f"{folder} can't be replaced; expected {OWN_FOLDER}") from error
        raise FolderError(f"{folder} can't be written: {error}") from error


def left_behind(folder: Path) -> Path | None:
    """Where a folder lies that was moved aside by a command that was then cut off."""
    last = _beside(Path(os.path.abspath(folder)), "last")  # noqa: PTH100 - "." has no name
    return last if last.is_dir() and not folder.exists() else None


def put_back(folder: Path, tell: Callable[[str], None] = lambda _: None) -> None:
    """Put a folder that was left behind where it belongs."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100
    with _alone(folder, tell):
        _clear(folder)


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}")


@contextmanager
def _alone(folder: Path, tell: Callable[[str], None]) -> Iterator[None]:
    path = _beside(folder, "lock")
    lock = FileLock(path, fallback_to_soft=False)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            tell(f"Another command is writing to {folder}: waiting up to {PATIENCE} seconds.")
            lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise FolderError(f"{folder} is still being written by another command; try again later") from None
    try:
        yield
    finally:
        # The last thing done: who waits for this file sees that it is gone, and makes one anew.
        with suppress(OSError):
            path.unlink()
        lock.release()


def _clear(folder: Path) -> None:
    """Finish what a command that was killed has left."""
    if last := left_behind(folder):
        last.rename(folder)
    shutil.rmtree(_beside(folder, "last"), ignore_errors=True)
    shutil.rmtree(_beside(folder, "next"), ignore_errors=True)


def _replace(folder: Path, change: Callable[[Path], bool]) -> None:
    copy, before, landed = _beside(folder, "next"), _look(folder), False
    try:
        shutil.copytree(folder, copy, symlinks=True, copy_function=_copy)
        _give(folder, copy)
        if not change(copy):
            return
        _flush(copy)
        if _look(folder) != before:
            raise FolderError(f"{folder} was changed by another program meanwhile; try again")
        _exchange(copy, folder)
        landed = True
        _flush_one(folder.parent)
    except (OSError, KeyboardInterrupt):
        if not landed:
            raise
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _look(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """What tells whether a file was written since."""
    stats = {path: path.lstat() for path in [folder, *folder.rglob("*")]}
    return {path: (stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}


def _copy(source: str, target: str) -> None:
    shutil.copy2(source, target, follow_symlinks=False)
    _give(Path(source), Path(target))


def _give(source: Path, target: Path) -> None:
    """Keep the owner, where this command may."""
    owner, maker = source.lstat(), target.lstat()
    if (owner.st_uid, owner.st_gid) != (maker.st_uid, maker.st_gid):
        with suppress(PermissionError):
            os.chown(target, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _flush(folder: Path) -> None:
    """Have everything on the disk before the exchange, or a power cut would leave empty files."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir() or (path.is_file() and not path.is_symlink()):
            _flush_one(path)


def _flush_one(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folder
    number = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _exchange(copy: Path, folder: Path) -> None:
    """Have two folders change places; what was ``folder`` is then at ``copy``."""
    if _exchanged_at_once(copy, folder):
        return
    # Two steps. Killed between them, the folder lies aside, and the next command puts it back.
    last = _beside(folder, "last")
    try:
        folder.rename(last)
        copy.rename(folder)
    except BaseException:
        if left_behind(folder):
            last.rename(folder)
        raise
    last.rename(copy)


def _exchanged_at_once(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or its file system has none."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if rename is None:
        return False
    names = (AT_WORKING_FOLDER, os.fsencode(one), AT_WORKING_FOLDER, os.fsencode(other))
    if rename(*names, EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}:
        return False
    raise OSError(number, os.strerror(number), str(other))
