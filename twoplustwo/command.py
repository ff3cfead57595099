"""The commands: ``check`` and ``audit`` a folder of the record; ``add``, ``edit``, ``retire`` rows of it."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from twoplustwo.adding import ASKED, OPTIONS, OWNERS, missing, wrong
from twoplustwo.adding import asked as asked_columns
from twoplustwo.asking import Terminal, explain
from twoplustwo.audit import FINDINGS, audit, in_words
from twoplustwo.check import InvalidRecordError, check, load
from twoplustwo.editing import (
    REVISIONS,
    Change,
    Kept,
    RefusedError,
    Row,
    belonging,
    columns,
    keep,
    key_of,
    read_about,
    read_tables,
    today,
)
from twoplustwo.export import csv_bytes
from twoplustwo.interview import Interview
from twoplustwo.record import DESCRIPTOR, shipped_folder, table_schemas
from twoplustwo.storage import FolderError, left_behind, put_back

PARTS = {option: table for table, option in OPTIONS.items()}
"""Option -> the table that each use of it adds a row to."""
NOUNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "meeting": ("meetings", ("source", "person", "office", "place", "participant", "mention")),
    "participant": ("participants", ("source", "person", "office")),
    "mention": ("mentions", ("source",)),
    "agreement": ("agreements", ("source", "step")),
    "event": ("context_events", ("source",)),
    "source": ("sources", ()),
}
"""What can be added -> its table, and the rows that may come with it."""
STEPS = "agreement_events"
FILE = ("table", "key", "column", "old", "new", "source_id", "why")
"""The columns of a file of changes."""
ADDED = "New on the record"
HOW_TO_ANSWER = (
    "Enter takes what stands in [brackets] or leaves an optional cell empty, - leaves it empty, ? explains. "
    "Nothing is written before the end; Ctrl-C breaks off."
)
SHOWN = 12  # problems of a refusal that are printed
EXAMPLES = """\
On a terminal, `python -m twoplustwo add meeting` asks for everything, with choices from the record. A script
gives it all:

  python -m twoplustwo add meeting --partner GBR --date 2026-11-20 --format two_plus_two --mode in_person \\
    --ordinal 6 --name "Sixth Japan-UK Foreign and Defence Ministers' Meeting" --city London \\
    --summary "The ministers took up cyber." --covered-to 2026-11-20 \\
    --source "https://www.mofa.go.jp/x.html;joint_statement;MOFA Japan;Joint Statement;2026-11-20;en;full" \\
    --participant "GBR;foreign;Yvette Cooper;gbr-foreign-commonwealth-development-secretary" \\
    --mention "cyber;joint_statement;A new dialogue on cyber"
  python -m twoplustwo edit meetings gbr-2015-01-21 --set "outcome_document=Joint Statement" \\
    --reason "As its page says"
  python -m twoplustwo edit --from changes.csv --reason "Read again"
  python -m twoplustwo retire mentions "gbr-2015-01-21|cyber" --reason "Not in the text"

Parts of --source, --participant and the like are parted by semicolons; a part with a semicolon stands in
double quotes, the last ones may be left out, and a source that is left out is the meeting's first.
Each command makes one version of the record, or changes nothing.
"""


class MissingError(Exception):
    """Something that a command needs and was not given, in a sentence."""


def main(arguments: list[str] | None = None, *, day: date | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments
        Those of the command line; the program's own if not given.
    day
        The day of a change; today (UTC) if not given.

    Returns
    -------
    int
        Exit code: 0 done, 1 refused or a problem found, 2 something missing, 130 broken off.
    """
    options = _parser().parse_args(arguments)
    try:
        if options.command in _COMMANDS:
            return _change_or_say_why_not(options, day or today())
        return _check(options.folder) if options.command == "check" else _audit(options)
    except BrokenPipeError:
        # Who read the output has seen enough; what is left would fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _change_or_say_why_not(options: argparse.Namespace, day: date) -> int:
    try:
        return _change(options, day)
    except MissingError as error:
        print(error, file=sys.stderr)
        return 2
    except RefusedError as error:
        for problem in error.problems[:SHOWN]:
            print(problem, file=sys.stderr)
        if len(error.problems) > SHOWN:
            print(f"and {len(error.problems) - SHOWN} more", file=sys.stderr)
        if "the end of the coverage" in str(error):
            print("--covered-to DATE moves the end of the coverage.", file=sys.stderr)
    except FolderError as error:
        print(error, file=sys.stderr)
    except (KeyboardInterrupt, EOFError):
        print("\nBroken off. Nothing was changed.", file=sys.stderr)
        return 130
    print("Nothing was changed.", file=sys.stderr)
    return 1


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


def _audit(options: argparse.Namespace) -> int:
    """Print the findings; 1 if there was nothing to judge or nowhere to write."""
    try:
        found = audit(load(options.folder))
        if options.csv:
            named = found["finding"] == options.finding
            options.csv.write_bytes(csv_bytes(found[named] if options.finding else found))
    except InvalidRecordError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{options.csv} could not be written: {error.strerror}", file=sys.stderr)
        return 1
    for line in in_words(found, options.most, options.finding):
        print(line)
    return 0


# --- options ----------------------------------------------------------------------------------


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of cases")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m twoplustwo",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    checker = commands.add_parser("check", help="check a folder of the record, cell by cell")
    checker.add_argument(
        "folder", nargs="?", type=Path, default=shipped_folder(), help="the shipped record by default"
    )
    auditor = commands.add_parser("audit", help="list what is weak, thin or contradictory, worst first")
    auditor.add_argument(
        "folder", nargs="?", type=Path, default=shipped_folder(), help="the shipped record by default"
    )
    auditor.add_argument(
        "--finding", choices=FINDINGS, metavar="CODE", help=f"only this: {', '.join(FINDINGS)}"
    )
    auditor.add_argument("--most", type=_count, metavar="N", help="list no more than the N worst")
    auditor.add_argument("--csv", type=Path, metavar="FILE", help="write the whole list to a file too")
    adder = commands.add_parser(
        "add", help="add rows", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    nouns = adder.add_subparsers(dest="noun", required=True)
    for noun, (table, parts) in NOUNS.items():
        _add_options(nouns.add_parser(noun, help=f"to {table}", allow_abbrev=False), noun, parts)
    editor = commands.add_parser("edit", help="revise cells, or all that a file lists", allow_abbrev=False)
    editor.add_argument("table", nargs="?", help="such as meetings")
    editor.add_argument("key", nargs="?", help="of the row, its parts joined by |: gbr-2015-01-21|cyber")
    editor.add_argument(
        "--set", action="append", default=[], metavar="COLUMN=VALUE", help="repeat for several"
    )
    editor.add_argument(
        "--from",
        dest="file",
        type=Path,
        metavar="CSV",
        help=f"a file with the columns {','.join(FILE)}; column ROW: a new row, as JSON in new; column "
        "RETIRE: the row goes. All of it makes one version",
    )
    editor.add_argument(
        "--drop-source",
        action="store_true",
        help="a source_id that is replaced does not stay in further_source_ids",
    )
    retirer = commands.add_parser("retire", help="take a row out", allow_abbrev=False)
    retirer.add_argument("table", help="such as mentions")
    retirer.add_argument("key", help="of the row, its parts joined by |: gbr-2015-01-21|cyber")
    retirer.add_argument("--with-rows", action="store_true", help="and the rows that belong to it")
    for command in (editor, retirer):
        command.add_argument("--source", metavar="ID", default="", help="the page on which the change rests")
        _common(command, "why; needed")
    return parser


def _add_options(command: argparse.ArgumentParser, noun: str, parts: Sequence[str]) -> None:
    for name, about in _columns(noun).items():
        command.add_argument(f"--{name.replace('_', '-')}", help=about.replace("%", "%%"))
    for part in parts:
        wanted = ASKED[PARTS[part]]
        command.add_argument(
            f"--{part}",
            action="append",
            default=[],
            metavar=f'"{";".join(wanted)}"',
            help=f"a row of {PARTS[part]}; repeat for several",
        )
    _common(command, f"why; {ADDED!r} by default")


def _columns(noun: str) -> dict[str, str]:
    """The columns that are given as options of their own -> what they mean."""
    table, _ = NOUNS[noun]
    tables = (table, STEPS) if noun == "event" else (table,)
    found: dict[str, str] = {}
    for name in tables:
        fields = {field["name"]: field for field in table_schemas()[name]["fields"]}
        for column in [*asked_columns(name), *({"further_source_ids"} & set(fields))]:
            enum = fields[column].get("constraints", {}).get("enum")
            found.setdefault(
                column, fields[column]["description"] + (f" ({', '.join(enum)})" if enum else "")
            )
    if noun == "event":
        found["agreement_id"] += " Makes the event a step of this agreement."
    return found


def _common(command: argparse.ArgumentParser, reason: str) -> None:
    command.add_argument("--reason", default="", help=reason)
    command.add_argument(
        "--covered-to", default="", metavar="DATE", help="the sources now cover the time up to this day"
    )
    command.add_argument(
        "--folder", type=Path, default=shipped_folder(), help="the shipped record by default"
    )
    command.add_argument("--dry-run", action="store_true", help="show what would come of it, write nothing")
    command.add_argument("--ask", action="store_true", help="ask also where the input is no terminal")
    command.add_argument("--yes", action="store_true", help="write without asking")


# --- changes ----------------------------------------------------------------------------------


def _change(options: argparse.Namespace, day: date) -> int:
    terminal = Terminal()
    asked = options.ask or sys.stdin.isatty()
    if asked:
        with suppress(ImportError):
            import readline  # noqa: F401 - lets answers be corrected while they are typed
    if options.covered_to and (problem := wrong("meetings", "date", options.covered_to)):
        raise RefusedError(f"--covered-to: {problem}")
    if left_behind(options.folder):
        put_back(options.folder, terminal.tell)
    changes = _COMMANDS[options.command](options, terminal, day, asked=asked)
    made = partial(
        keep,
        options.folder,
        changes,
        day=day,
        covered_to=options.covered_to,
        drop_source=getattr(options, "drop_source", False),
        tell=terminal.tell,
    )
    confirmed = asked and not options.yes and not options.dry_run
    if confirmed:
        try:
            _show(made(write=False))
        except RefusedError:
            _give_back(options, changes)
            raise
        try:
            agreed = terminal.agreed("Write?")
        except (KeyboardInterrupt, EOFError):
            agreed = False
        if not agreed:
            _give_back(options, changes)
            raise KeyboardInterrupt
    kept = made(write=not options.dry_run)
    if not confirmed:
        _show(kept)
    _sum_up(kept, options)
    return 0


def _give_back(options: argparse.Namespace, changes: Sequence[Change]) -> None:
    """Print what was answered as one command, so that nothing has to be typed again."""
    if options.command == "add" and changes:
        print(f"\nTo try again, with other values:\n{_as_command(options, changes)}", file=sys.stderr)


def _sum_up(kept: Kept, options: argparse.Namespace) -> None:
    for table, counts in _counts(kept).items():
        print(f"{table}.csv: {', '.join(f'{_rows(number)} {action}' for action, number in counts.items())}")
    if options.covered_to:
        print(f"{DESCRIPTOR}: the sources cover the time up to {options.covered_to}")
    if options.dry_run:
        print(f"Version {kept.before} would become {kept.version}. Nothing was written.")
    else:
        print(f"Version {kept.before} is now {kept.version}.")


def _rows(number: int) -> str:
    return f"{number} row{'' if number == 1 else 's'}"


def _counts(kept: Kept) -> dict[str, Counter[str]]:
    """Table -> how many of its rows were added, revised, retired; the history at the end."""
    found: dict[str, Counter[str]] = {}
    for table, action, _ in dict.fromkeys((r["table"], r["action"], r["key"]) for r in kept.revisions):
        found.setdefault(table, Counter())[action] += 1
    return found | {REVISIONS: Counter(added=len(kept.revisions))}


def _show(kept: Kept) -> None:
    """Print rows as they stand after a change."""
    for revision in kept.revisions:
        table, key = revision["table"], revision["key"]
        print(f"{table}.csv, {key}: {revision['action']}")
        if revision["action"] == "revised":
            print(f"  {revision['column']}: {revision['was'] or '(empty)'} -> {revision['is'] or '(empty)'}")
        elif revision["action"] == "added":
            row = next(row for row in kept.tables[table] if key_of(table, row) == key)
            for column, value in row.items():
                if value:
                    print(f"  {column}: {value}")


def _add(options: argparse.Namespace, terminal: Terminal, day: date, *, asked: bool) -> list[Change]:
    """The changes that add what the options give, and what is asked for besides."""
    table, given = _given(options, terminal, asked=asked)
    tables = read_tables(options.folder)
    end = f"{read_about(options.folder).coverage_end:%Y-%m-%d}"
    interview = Interview(table, tables, terminal, day, end, options.covered_to)
    _, parts = NOUNS[options.noun]
    theirs = [part for part in parts if OWNERS.get(PARTS[part], ("",))[0] == table]
    for part in parts:
        if PARTS[part] not in OWNERS:
            _add_parts(interview, part, getattr(options, part), {})
    if interview.own and "source_ids" in ASKED[table]:
        given.setdefault("source_ids", ";".join(interview.own))
    lacking = missing(table, interview.ready(table, given))
    asking = asked and (options.ask or bool(lacking))
    try:
        if asking:
            if problems := list(interview.unfit(table, given)):
                raise RefusedError(*problems)
            terminal.tell(explain(HOW_TO_ANSWER))
            row = interview.row(table, given)
        elif lacking:
            wanted = " and ".join(f"--{name.replace('_', '-')}" for name in lacking)
            raise MissingError(f"add {options.noun} needs {wanted}.")
        else:
            row = interview.add(table, given, "--{column}")
        for part in theirs:
            owner = {OWNERS[PARTS[part]][1]: key_of(table, row)}
            _add_parts(interview, part, getattr(options, part), owner)
            if asking:
                interview.more(PARTS[part], owner)
    except (KeyboardInterrupt, EOFError):
        options.covered_to = interview.covered_to
        _give_back(options, interview.changes)
        raise
    options.covered_to = interview.covered_to
    return [replace(change, reason=options.reason or ADDED) for change in interview.changes]


def _as_command(options: argparse.Namespace, changes: Sequence[Change]) -> str:
    """What was answered, as one command."""
    words = ["python", "-m", "twoplustwo", "add", options.noun]
    for change in changes:
        row = {column: value for column, value in (change.row or {}).items() if value}
        if change.place == "--{column}":
            for column, value in row.items():
                if column in _columns(options.noun):
                    words += [f"--{column.replace('_', '-')}", value]
        else:
            line = io.StringIO()
            csv.writer(line, delimiter=";", lineterminator="").writerow(
                row.get(column, "") for column in ASKED[change.table]
            )
            words += [f"--{OPTIONS[change.table]}", line.getvalue()]
    given = {"--covered-to": options.covered_to, "--reason": options.reason}
    given["--folder"] = "" if options.folder == shipped_folder() else str(options.folder)
    return shlex.join([*words, *(word for pair in given.items() if pair[1] for word in pair)])


def _given(options: argparse.Namespace, terminal: Terminal, *, asked: bool) -> tuple[str, Row]:
    """The table of the new row, and the cells that options give."""
    table, _ = NOUNS[options.noun]
    given = {name: value for name in _columns(options.noun) if (value := getattr(options, name)) is not None}
    if options.noun == "event" and ("agreement_id" in given or (asked and not given and _is_step(terminal))):
        table = STEPS
    for name in given:
        if name not in columns(table):
            raise RefusedError(
                f"--{name.replace('_', '-')} does not go with {table}; expected another option"
            )
    return table, given


def _is_step(terminal: Terminal) -> bool:
    kinds = {
        "step": "of an agreement, such as its signature",
        "event": "around the meetings, such as a cabinet",
    }
    return terminal.choice("Which kind of event", kinds, needed=True) == "step"


def _add_parts(interview: Interview, part: str, texts: Sequence[str], owner: Row) -> None:
    """Add the rows that the uses of an option give."""
    table = PARTS[part]
    for number, text in enumerate(texts, start=1):
        place = f"--{part}" if len(texts) == 1 else f"--{part} ({number} of {len(texts)})"
        cells = next(csv.reader([text], delimiter=";", skipinitialspace=True), [])
        if len(cells) > len(ASKED[table]):
            expected = (
                f"at most {len(ASKED[table])}, {';'.join(ASKED[table])}, those with a semicolon in quotes"
            )
            raise RefusedError(f"{place}: found {len(cells)} parts; expected {expected}")
        given = owner | dict(zip(ASKED[table], cells, strict=False))
        if lacking := missing(table, interview.ready(table, given)):
            raise MissingError(
                f"{place} needs {' and '.join(lacking)}; its form is {';'.join(ASKED[table])}."
            )
        interview.add(table, given, place)


def _edit(options: argparse.Namespace, terminal: Terminal, day: date, *, asked: bool) -> list[Change]:  # noqa: ARG001
    """The changes that the options or the file name."""
    if options.file is not None:
        if options.table or options.set:
            raise RefusedError("edit takes --from, or a table, a key and --set; expected one of both")
        changes = list(_changes_of_file(options.file))
        if not all(change.reason for change in changes):
            options.reason = _reason(options, terminal, asked=asked)
    else:
        wanted = {"a table": options.table, "the key of a row": options.key, "--set": options.set}
        if lacking := [name for name, value in wanted.items() if not value]:
            raise MissingError(f"edit needs {' and '.join(lacking)}, or --from.")
        pairs = [pair.partition("=") for pair in options.set]
        if unclear := [column for column, sign, _ in pairs if not sign]:
            raise RefusedError(f"--set: found {unclear[0]!r}; expected column=value")
        changes = [
            Change("revised", options.table, options.key, column.strip(), new=value, place="--set {column}")
            for column, _, value in pairs
        ]
        options.reason = _reason(options, terminal, asked=asked)
    return [
        replace(change, reason=change.reason or options.reason, source_id=change.source_id or options.source)
        for change in changes
    ]


def _changes_of_file(path: Path) -> Iterator[Change]:
    """The changes that a file lists. Raises RefusedError with the row of the file that is wrong."""
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (OSError, ValueError, csv.Error) as error:
        raise RefusedError(f"{path} can't be read: {error}") from error
    if not rows or tuple(rows[0]) != FILE:
        raise RefusedError(f"{path.name}, row 1: expected the columns {','.join(FILE)}, in this order")
    for number, cells in enumerate(rows[1:], start=2):
        if not cells:
            continue  # an empty line
        place = f"{path.name}, row {number}"
        if len(cells) != len(FILE):
            raise RefusedError(f"{place}: expected {len(FILE)} cells, one a column, not {len(cells)}")
        table, key, column, old, new, source_id, why = (cell.strip() for cell in cells)
        change = Change("revised", table, key, source_id=source_id, reason=why, place=place)
        if column == "ROW":
            yield replace(change, action="added", row=_json_row(new, change))
        elif column == "RETIRE":
            yield replace(change, action="retired")
        else:
            yield replace(change, column=column, old=old, new=new)


def _json_row(text: str, change: Change) -> Row:
    try:
        row = json.loads(text)
    except ValueError:
        row = None
    if not isinstance(row, dict) or not all(isinstance(value, str | int) for value in row.values()):
        raise change.refused(
            f'column new: found {text[:80]!r}; expected a row as JSON such as {{"name": "X"}}'
        )
    return {str(column): str(value) for column, value in row.items()}


def _retire(options: argparse.Namespace, terminal: Terminal, day: date, *, asked: bool) -> list[Change]:  # noqa: ARG001
    """The change that retires a row, and those that retire what belongs to it."""
    columns(options.table)  # refuses a table that is none
    theirs = belonging(read_tables(options.folder), options.table, options.key)
    if theirs and not options.with_rows:
        counts = Counter(table for table, _ in theirs)
        told = ", ".join(f"{number} of {table}.csv" for table, number in counts.items())
        raise RefusedError(f"{options.key} has rows that belong to it: {told}; expected none, or --with-rows")
    options.reason = _reason(options, terminal, asked=asked)
    return [
        Change("retired", table, key, reason=options.reason, source_id=options.source)
        for table, key in [*theirs, (options.table, options.key)]
    ]


def _reason(options: argparse.Namespace, terminal: Terminal, *, asked: bool) -> str:
    if options.reason.strip():
        return str(options.reason)
    if asked:
        return terminal.text("Why", needed=True)
    raise MissingError(f"{options.command} needs --reason.")


_COMMANDS = {"add": _add, "edit": _edit, "retire": _retire}
