"""What a folder holds, to be compared before and after."""

from __future__ import annotations

from pathlib import Path


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Name of each file -> its bytes and the time at which it was written."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def beside(folder: Path) -> list[str]:
    """What else lies where a folder lies."""
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)
