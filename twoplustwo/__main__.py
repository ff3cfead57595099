"""Command line: ``python -m twoplustwo check [FOLDER]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from twoplustwo.check import check
from twoplustwo.record import shipped_folder


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit code is 1 if the check found a problem."""
    parser = argparse.ArgumentParser(prog="python -m twoplustwo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checker = commands.add_parser("check", help="check a folder of the record, cell by cell")
    checker.add_argument(
        "folder", nargs="?", type=Path, default=shipped_folder(), help="the shipped record by default"
    )
    return _check(parser.parse_args(arguments).folder)


def _check(folder: Path) -> int:
    report = check(folder)
    for problem in report.problems:
        print(problem)
    for note in report.notes:
        print(f"note: {note}")
    if report.record is None:
        print(f"{len(report.problems)} problem(s) in {folder}", file=sys.stderr)
        return 1
    for name, frame in report.record.tables().items():
        print(f"{name:<17} {len(frame):>6,} rows")
    print(f"version {report.record.about.version}: no problem")
    return 0


if __name__ == "__main__":
    # A cell may hold signs that the terminal cannot show.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
