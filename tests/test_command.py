"""The commands as a maintainer uses them: by options in a script, and by answers on a terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import select
import shlex
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from folders import beside, contents
from small_record import agreement, meeting, mention, person, read_rows, step, write_record

from twoplustwo.adding import ASKED, OWNERS
from twoplustwo.asking import Terminal
from twoplustwo.check import check
from twoplustwo.command import EXAMPLES, FILE, main
from twoplustwo.record import table_schemas, version_key

DAY = date(2026, 11, 24)
FOREIGN = {"title": "Foreign Secretary", "office_id": "gbr-foreign"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two numbered British meetings; at the last one sat two ministers."""
    last = "gbr-2016-01-08"
    return write_record(
        tmp_path / "data",
        meetings=[
            meeting("GBR", "2015-01-21", ordinal=1, name="First Meeting", city="London", country="GBR"),
            meeting("GBR", "2016-01-08", ordinal=2, name="Second Meeting", city="Tokyo", country="JPN"),
        ],
        participants=[person(last, "Anna Abe"), person(last, "Bo Smith", "GBR", **FOREIGN)],
        mentions=[mention("gbr-2015-01-21", "cyber"), mention(last, "space")],
        agreements=[agreement("gbr-acsa", "acsa", "signed")],
        agreement_events=[step("gbr-acsa", "2017-01-26", "signed")],
    )


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs a command on the folder as a script does; gives exit code, output and sentences."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def command(*arguments: str) -> tuple[int, str, list[str]]:
        code = main([*arguments, "--folder", str(folder)], day=DAY)
        said = capsys.readouterr()
        return code, said.out, said.err.splitlines()

    return command


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return read_rows(folder, name)[1]


MEETING = [
    *("add", "meeting", "--partner", "GBR", "--date", "2020-02-03", "--format", "two_plus_two"),
    *("--ordinal", "3", "--name", "Third Meeting", "--mode", "virtual", "--summary", "They met again."),
]
PAGE = "https://example.org/new;joint_statement;Ministry;A Joint Statement;2020-02-03;en;full"


# --- options ----------------------------------------------------------------------------------


def test_a_meeting_comes_whole_in_one_version(run, folder: Path):
    code, said, _ = run(
        *MEETING,
        *("--source", PAGE, "--person", "Cy Jones;GBR"),
        *("--participant", "JPN;foreign;Anna Abe;jpn-minister"),
        *("--participant", "GBR;foreign;Cy Jones;gbr-foreign;;online"),
        *("--mention", 'cyber;joint_statement;"A dialogue; a plan"'),
        *("--mention", "space;news;They spoke of it;source-1"),
    )
    assert code == 0
    assert "Version 2026.11.0 is now 2026.11.1." in said
    assert "participants.csv: 2 rows added" in said
    new = table(folder, "sources")[-1]
    # What the sources of the site on record begin with, the date, the words of the title.
    assert new["source_id"] == "source-2020-02-03-joint-statement"
    assert (new["url"], new["reliability"]) == ("https://example.org/new", "official_copy")
    added = table(folder, "meetings")[-1]
    assert (added["meeting_id"], added["source_ids"]) == ("gbr-2020-02-03", new["source_id"])
    assert (added["version_added"], added["version_revised"]) == ("2026.11.1", "")
    seats = [row for row in table(folder, "participants") if row["meeting_id"] == "gbr-2020-02-03"]
    assert [(row["name"], row["title"], row["note"], row["source_id"]) for row in seats] == [
        ("Cy Jones", "Foreign Secretary", "online", new["source_id"]),
        ("Anna Abe", "Minister", "", new["source_id"]),
    ]
    notes = [row["note"] for row in table(folder, "mentions") if row["meeting_id"] == "gbr-2020-02-03"]
    assert notes == ["A dialogue; a plan", "They spoke of it"]
    assert [row["person_id"] for row in table(folder, "people")] == ["anna-abe", "bo-smith", "cy-jones"]
    history = table(folder, "revisions")
    assert {(row["version"], row["action"], row["reason"]) for row in history} == {
        ("2026.11.1", "added", "New on the record")
    }
    assert len(history) == 7
    assert check(folder).problems == ()


def test_what_a_script_leaves_out_is_named_by_its_options(run, folder: Path):
    before = contents(folder)
    code, _, sentences = run(
        "add", "meeting", "--partner", "GBR", "--name", "Third Meeting", "--source", PAGE
    )
    assert code == 2
    assert sentences == ["add meeting needs --date and --format and --mode and --summary."]
    code, _, sentences = run(*MEETING, "--source", PAGE, "--participant", "GBR;;Bo Smith")
    assert code == 2
    form = "country;portfolio;name;office_id;source_id;note"
    assert sentences == [f"--participant needs portfolio and office_id; its form is {form}."]
    code, _, sentences = run("edit", "meetings", "gbr-2015-01-21", "--set", "name=York")
    assert (code, sentences) == (2, ["edit needs --reason."])
    assert run("edit", "--reason", "x")[0] == run("retire", "mentions", "x")[0] == 2
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            [*MEETING, "--source-ids", "source-1", "--end-date", "2020-02-01"],
            "--end-date: meetings.csv, row 4",
        ),
        (
            [*MEETING, "--source-ids", "none"],
            "--source-ids: meetings.csv, row 4, column source_ids: found 'none'",
        ),
        ([*MEETING, "--source", PAGE, "--mention", "none;news;x"], "--mention: mentions.csv, row"),
        (
            [*MEETING, "--source", PAGE, "--mention", "cyber;news;x;;y"],
            "--mention: found 5 parts; expected at most 4",
        ),
        (
            [*MEETING, "--source", PAGE, "--participant", "GBR;foreign;Nobody;gbr-foreign"],
            "--participant: participants.csv, row",
        ),
        (["add", "meeting", *MEETING[4:], "--partner", "XXX", "--source-ids", "source-1"], "--partner: "),
        ([*MEETING, "--source-ids", "source-1", "--covered-to", "June"], "--covered-to: found 'June'"),
        (["add", "event", "--agreement-id", "gbr-acsa", "--kind", "crisis"], "--kind does not go with"),
        (["edit", "meetings", "gbr-2015-01-21", "--set", "name", "--reason", "x"], "expected column=value"),
        (
            ["edit", "meetings", "gbr-2015-01-21", "--set", "mode=x", "--reason", "x"],
            "--set mode: meetings.csv",
        ),
        (["edit", "meeting", "x", "--set", "name=x", "--reason", "x"], "There is no table 'meeting'"),
        (["edit", "--from", "/none.csv", "--reason", "x"], "/none.csv can't be read"),
        (["retire", "meeting", "x", "--reason", "x"], "There is no table 'meeting'"),
        (["retire", "meetings", "x", "--reason", "x"], "meetings has no row 'x'"),
    ],
)
def test_a_refusal_names_the_option_and_touches_nothing(run, folder: Path, arguments, sentence):
    before = contents(folder)
    code, _, sentences = run(*arguments)
    assert code == 1
    assert any(line.startswith(sentence) or sentence in line for line in sentences)
    assert sentences[-1] == "Nothing was changed."
    assert contents(folder) == before
    assert beside(folder) == []


def test_a_meeting_after_the_coverage_is_told_of_the_option_that_moves_it(run, folder: Path):
    late = [word.replace("2020-02-03", "2026-11-20") for word in MEETING]
    code, _, sentences = run(*late, "--source-ids", "source-1")
    assert code == 1
    assert any("--covered-to" in line for line in sentences)
    assert run(*late, "--source-ids", "source-1", "--covered-to", "2026-11-20")[0] == 0


def test_single_rows_and_what_comes_with_them(run, folder: Path):
    for command in (
        """
        source --url https://example.org/b --kind news --publisher P --title T --language en --seen full \\
            --source-id paper
        mention --meeting-id gbr-2016-01-08 --topic-id cyber --basis news --note N --source-id paper
        participant --meeting-id gbr-2015-01-21 --country GBR --portfolio defence --name 'Di Day' \\
            --office-id gbr-defence --person 'Di Day;GBR' --office 'GBR;Defence Secretary;defence;gbr-defence'
        agreement --partner GBR --type isa --agreement-id gbr-isa --title T --status signed --summary S \\
            --source-ids paper --step '2013-07-04;day;signed'
        event --agreement-id gbr-acsa --date 2017-08-18 --precision day --event entered_into_force \\
            --source-id paper
        event --event-id e --date 2016-01-01 --precision year --kind crisis --title T --summary S \\
            --why-it-matters W --source-ids paper
    """.replace("\\\n", " ")
        .strip()
        .splitlines()
    ):
        assert run("add", *shlex.split(command))[0] == 0
    record = check(folder).record
    assert record is not None
    assert record.about.version == "2026.11.6"
    assert (
        record.mentions.set_index(["meeting_id", "topic_id"]).loc[("gbr-2016-01-08", "cyber"), "note"] == "N"
    )
    assert record.participants.set_index("name").loc["Di Day", "title"] == "Defence Secretary"
    # A source that is not given is the first of the meeting or agreement.
    assert record.participants.set_index("name").loc["Di Day", "source_id"] == "source-1"
    steps = record.agreement_events
    assert list(zip(steps["agreement_id"], steps["event"], steps["source_id"], strict=True)) == [
        ("gbr-acsa", "signed", "source-1"),
        ("gbr-acsa", "entered_into_force", "paper"),
        ("gbr-isa", "signed", "paper"),
    ]
    assert record.context_events["event_id"].tolist() == ["e"]


def test_ids_that_a_script_leaves_out_are_made_of_the_other_cells(run, folder: Path):
    given = ("--title", "Trial of strength", "--summary", "S", "--source-ids", "source-1")
    assert run("add", "agreement", "--partner", "GBR", "--type", "isa", "--status", "signed", *given)[0] == 0
    event = ("--date", "2016-05-01", "--precision", "day", "--kind", "crisis", "--why-it-matters", "W")
    assert run("add", "event", *event, *given)[0] == 0
    assert [row["agreement_id"] for row in table(folder, "agreements")] == ["gbr-acsa", "gbr-isa"]
    assert [row["event_id"] for row in table(folder, "context_events")] == ["world-2016-05-01-trial"]


def test_nothing_is_added_twice_and_no_retired_id_comes_back(run, folder: Path):
    page = ("add", "source", "--url", "https://example.org/b", "--kind", "news", "--publisher", "P")
    page += ("--title", "内閣", "--language", "ja", "--seen", "full")
    given = ("--title", "Pact", "--summary", "S", "--source-ids", "source-1")
    pact = ("add", "agreement", "--partner", "GBR", "--type", "acsa", "--status", "signed", *given)
    for command in (page, pact, (*MEETING, "--source-ids", "source-1")):
        assert run(*command)[0] == 0
        before = contents(folder)
        code, _, sentences = run(*command)
        assert code == 1
        assert "already" in sentences[0]
        assert contents(folder) == before
    assert table(folder, "agreements")[-1]["agreement_id"] == f"gbr-acsa-{datetime.now(UTC):%Y}"
    # A title without a Latin letter makes an id of the site alone; retired, it makes the next one.
    pages = {row["url"]: row["source_id"] for row in table(folder, "sources")}
    first = pages["https://example.org/b"]
    assert run("retire", "sources", first, "--reason", "x")[0] == 0
    assert run(*page)[0] == 0
    assert f"{first}-2" in {row["source_id"] for row in table(folder, "sources")}
    assert run("add", *page[1:3], "https://example.org/c", *page[4:], "--source-id", first)[0] == 1


def test_a_change_rests_on_a_page_that_is_on_record(run, folder: Path, tmp_path: Path):
    before = contents(folder)
    edit = ("edit", "meetings", "gbr-2015-01-21", "--set", "name=York", "--reason", "x")
    code, _, sentences = run(*edit, "--source", "nope")
    assert (code, sentences[0]) == (
        1,
        "--source: found 'nope'; expected a row of sources.csv with this source_id",
    )
    file = write_changes(
        tmp_path / "changes.csv", ("meetings", "gbr-2015-01-21", "name", "", "York", "no", "x")
    )
    file.write_text(file.read_text().replace("First Meeting", "").replace(",,York", ",First Meeting,York"))
    code, _, sentences = run("edit", "--from", str(file))
    assert code == 1
    assert sentences[0].startswith("changes.csv, row 2: found 'no'")
    assert contents(folder) == before


def test_an_empty_line_of_a_file_is_no_change(run, folder: Path, tmp_path: Path):
    file = write_changes(
        tmp_path / "changes.csv", ("meetings", "gbr-2015-01-21", "name", "First Meeting", "York", "", "x")
    )
    file.write_text(file.read_text() + "\n\n")
    assert run("edit", "--from", str(file))[0] == 0
    assert table(folder, "meetings")[0]["name"] == "York"


def test_a_folder_may_be_named_by_a_point(folder: Path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.chdir(folder)
    command = ("edit", "meetings", "gbr-2015-01-21", "--set", "name=York", "--reason", "x", "--folder", ".")
    assert main([*command], day=DAY) == 0, capsys.readouterr().err


def test_who_reads_no_further_breaks_no_command(folder: Path):
    command = [sys.executable, "-m", "twoplustwo", "audit", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 0


def test_cells_are_revised_by_options(run, folder: Path):
    code, said, _ = run(
        *("edit", "meetings", "gbr-2015-01-21", "--set", "name=York", "--set", "summary=a=b"),
        *("--reason", "As the text says", "--source", "source-1"),
    )
    assert code == 0
    assert "name: First Meeting -> York" in said
    assert (table(folder, "meetings")[0]["name"], table(folder, "meetings")[0]["summary"]) == ("York", "a=b")
    assert [(row["reason"], row["source_id"]) for row in table(folder, "revisions")] == [
        ("As the text says", "source-1")
    ] * 2


def write_changes(path: Path, *changes: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([FILE, *changes])
    return path


def test_all_changes_of_a_file_make_one_version(run, folder: Path, tmp_path: Path):
    row = {
        "topic_id": "trade",
        "meeting_id": "gbr-2015-01-21",
        "basis": "news",
        "note": "N",
        "source_id": "source-1",
    }
    topic = {"topic_id": "trade", "theme": "Economic security", "label": "Trade", "label_ja": "貿易"}
    topic |= dict.fromkeys(("definition", "definition_ja", "include", "exclude"), "Any.")
    file = write_changes(
        tmp_path / "changes.csv",
        ("topics", "trade", "ROW", "", json.dumps(topic), "", "A new area"),
        ("mentions", "", "ROW", "", json.dumps(row), "", ""),
        ("mentions", "gbr-2015-01-21|cyber", "RETIRE", "", "", "source-1", ""),
        ("meetings", "gbr-2015-01-21", "name", "First Meeting", "York", "", ""),
    )
    assert run("edit", "--from", str(file), "--reason", "Read again")[0] == 0
    assert [(r["version"], r["action"], r["key"], r["reason"]) for r in table(folder, "revisions")] == [
        ("2026.11.1", "added", "trade", "A new area"),
        ("2026.11.1", "added", "gbr-2015-01-21|trade", "Read again"),
        ("2026.11.1", "retired", "gbr-2015-01-21|cyber", "Read again"),
        ("2026.11.1", "revised", "gbr-2015-01-21", "Read again"),
    ]
    assert [row["topic_id"] for row in table(folder, "mentions")] == ["trade", "space"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            ("meetings", "gbr-2015-01-21", "name", "Leeds", "York", "", "x"),
            "found 'Leeds'; expected 'First Meeting'",
        ),
        (("meetings", "none", "name", "", "York", "", "x"), "meetings has no row 'none'"),
        (
            ("meetings", "gbr-2015-01-21", "mode", "in_person", "x", "", "x"),
            "meetings.csv, row 2, column mode",
        ),
        (("mentions", "", "ROW", "", "{", "", "x"), "expected a row as JSON"),
        (("mentions", "", "ROW", "", '{"note": null}', "", "x"), "expected a row as JSON"),
        (("mentions", "a|b", "ROW", "", '{"meeting_id": "c", "topic_id": "d"}', "", "x"), "expected 'a|b'"),
        (("mentions", "a|b", "RETIRE", "", "", "", "x"), "mentions has no row 'a|b'"),
        (("meetings", "x"), "expected 7 cells"),
    ],
)
def test_a_wrong_row_of_a_file_is_named_and_none_is_taken(run, folder, tmp_path, change, sentence):
    before = contents(folder)
    good = ("meetings", "gbr-2016-01-08", "name", "Second Meeting", "Kyoto", "", "x")
    file = write_changes(tmp_path / "changes.csv", good, change)
    code, _, sentences = run("edit", "--from", str(file), "--reason", "x")
    assert code == 1
    assert sentences[0].startswith("changes.csv, row 3")
    assert sentence in sentences[0]
    assert contents(folder) == before


def test_a_meeting_goes_with_what_belongs_to_it_only_if_told(run, folder: Path):
    before = contents(folder)
    code, _, sentences = run("retire", "meetings", "gbr-2016-01-08", "--reason", "Did not happen")
    assert code == 1
    assert "2 of participants.csv, 1 of mentions.csv" in sentences[0]
    assert "--with-rows" in sentences[0]
    assert contents(folder) == before
    assert run("retire", "meetings", "gbr-2016-01-08", "--reason", "Did not happen", "--with-rows")[0] == 0
    assert [row["meeting_id"] for row in table(folder, "meetings")] == ["gbr-2015-01-21"]
    assert [(row["table"], row["action"]) for row in table(folder, "revisions")] == [
        ("participants", "retired"),
        ("participants", "retired"),
        ("mentions", "retired"),
        ("meetings", "retired"),
    ]


def test_a_dry_run_shows_the_rows_and_writes_nothing(run, folder: Path):
    before = contents(folder)
    code, said, _ = run(*MEETING, "--source-ids", "source-1", "--dry-run")
    assert code == 0
    assert "  name: Third Meeting" in said
    assert "Version 2026.11.0 would become 2026.11.1. Nothing was written." in said
    assert contents(folder) == before


def test_the_help_of_each_command_has_every_option(capsys):
    for arguments, expected in ((["add", "meeting"], "--outcome-document"), (["edit"], "--drop-source")):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--help"])
        assert ended.value.code == 0
        assert expected in capsys.readouterr().out


def test_the_examples_of_the_help_do_what_they_say(tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.chdir(tmp_path)
    last = meeting("GBR", "2015-01-21", ordinal=5, city="London", country="GBR")
    office = {"title": "Foreign Secretary", "office_id": "gbr-foreign-commonwealth-development-secretary"}
    folder = write_record(
        tmp_path / "data",
        meetings=[last],
        participants=[person(last["meeting_id"], "Yvette Cooper", "GBR", **office)],
        mentions=[mention(last["meeting_id"], "cyber")],
    )
    write_changes(tmp_path / "changes.csv", ("meetings", last["meeting_id"], "ordinal", "5", "4", "", ""))
    lines = EXAMPLES.replace("\\\n", " ").splitlines()
    commands = [shlex.split(line)[3:] for line in lines if line.startswith("  python -m twoplustwo")]
    assert [command[0] for command in commands] == ["add", "edit", "edit", "retire"]
    for command in commands:
        assert main([*command, "--folder", str(folder)], day=DAY) == 0, capsys.readouterr().err
    assert [row["ordinal"] for row in table(folder, "meetings")] == ["4", "6"]


def test_every_cell_that_a_row_needs_can_be_given():
    for name, asked_for in ASKED.items():
        for column in table_schemas()[name]["fields"]:
            follows = column["name"] in {
                "version_added",
                "person_id",
                "title" if name == "participants" else "",
            }
            if column.get("constraints", {}).get("required") and not follows:
                assert column["name"] in {*asked_for, *OWNERS.get(name, ())}, (name, column["name"])


# --- answers ----------------------------------------------------------------------------------


class Typist:
    """Types answers into a command that runs in a terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "twoplustwo", *arguments]
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # as on a terminal, whoever started the tests
            os.execve(sys.executable, command, os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)})
        self.shown = ""

    def wait(self) -> str:
        """What was shown until a question waits for its answer, or to the end."""
        new, limit = "", time.monotonic() + 60
        while time.monotonic() < limit:
            if not select.select([self.terminal], [], [], 0.1)[0]:
                continue
            try:
                read = os.read(self.terminal, 65536).decode(errors="replace")
            except OSError:  # the other end is closed
                break
            new += read.replace("\r", "")
            if not read or new.removesuffix("\x1b[?2004h").endswith((": ", "[y/n] ")):
                break
        self.shown += new
        return new

    def answer(self, *answers: str) -> None:
        for answer in answers:
            assert self.wait(), f"Nothing asks for {answer!r} after {self.shown[-300:]!r}"
            os.write(self.terminal, f"{answer}\n".encode())

    def end(self) -> int:
        while self.wait():
            pass
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


def test_a_meeting_is_added_by_answers_on_a_terminal(folder: Path):
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    typist = Typist("add", "meeting", "--folder", str(folder))
    typist.answer("Atlantis", "united kingdom", "soon", today, "", "", "", "2", "", "", "")
    typist.answer("Bath", "y", "GBR", "", "Joint Statement", "example.org/new")
    typist.answer(
        "https://example.org/new", "joint_statement", "", "A Joint Statement", today, "", "full", ""
    )
    typist.answer("They met again.")
    # Two seats a side; one of a side stays empty. Who sat there last gives the office.
    typist.answer("Anna", "", "", "Cy Jones", "y", "", "", "", "n")
    typist.answer("cyber", "", "A dialogue", "cyber", "space", "news", "A plan", "")
    assert "Write? [y/n]" in typist.wait()
    assert read_rows(folder, "revisions")[1] == []
    os.write(typist.terminal, b"y\n")
    assert typist.end() == 0, typist.shown
    shown = typist.shown
    assert "Nothing fits 'Atlantis'" in shown
    assert "found 'soon'; expected a date" in shown
    assert "found '2'; expected a number above 2" in shown
    assert "An address begins with https://" in shown
    assert "Nothing fits 'cyber'" in shown  # the meeting has it already
    assert "Japan, defence (optional)" in shown
    assert "Name [Third Meeting]" in shown
    added = table(folder, "meetings")[-1]
    page = f"source-{today}-joint-statement"
    expected = meeting("GBR", today, ordinal="3", name="Third Meeting", city="Bath", country="GBR")
    expected |= {"outcome_document": "Joint Statement", "source_ids": page, "summary": "They met again."}
    assert {name: added[name] for name in expected if name != "version_added"} == {
        name: value for name, value in expected.items() if name != "version_added"
    }
    seats = [row for row in table(folder, "participants") if row["meeting_id"] == added["meeting_id"]]
    assert [(row["country"], row["name"], row["title"], row["source_id"]) for row in seats] == [
        ("GBR", "Cy Jones", "Foreign Secretary", page),
        ("JPN", "Anna Abe", "Minister", page),
    ]
    found = [row for row in table(folder, "mentions") if row["meeting_id"] == added["meeting_id"]]
    assert [(row["topic_id"], row["basis"], row["source_id"]) for row in found] == [
        ("cyber", "joint_statement", page),
        ("space", "news", page),
    ]
    report = check(folder)
    assert report.problems == ()
    assert report.record is not None
    assert f"{report.record.about.coverage_end:%Y-%m-%d}" == today


def test_answers_are_given_back_as_a_command_where_they_are_broken_off_or_not_agreed_to(folder: Path):
    before = contents(folder)
    answers = [
        "2020-02-03",
        "",
        "",
        "3",
        "Third",
        "virtual",
        "",
        "They met.",
        *[""] * 4,
        "n",
        "cyber",
        "news",
        "N",
    ]
    for ending in ([], ["", "n"]):  # at the next area, and at the last question
        done = asked(folder, [*answers, *ending], "add", "meeting", "--partner", "GBR", "--source", PAGE)
        assert done.returncode == 130
        assert done.stderr.rstrip().endswith("Broken off. Nothing was changed.")
        line = next(line for line in done.stderr.splitlines() if line.startswith("python -m twoplustwo"))
        assert "--summary 'They met.'" in line
        assert "--mention 'cyber;news;N;" in line
        assert contents(folder) == before
    words = line.replace("python", sys.executable, 1)
    subprocess.run(
        ["sh", "-c", words], check=True, cwd=Path(__file__).parent.parent, stdin=subprocess.DEVNULL
    )
    assert table(folder, "meetings")[-1]["name"] == "Third"


def test_a_meeting_that_is_on_record_is_told_of_before_anything_else_is_asked(folder: Path):
    done = asked(folder, ["2016-01-08", "", "two_plus_two"], "add", "meeting", "--partner", "GBR")
    assert done.returncode == 1
    assert "This meeting is on record as gbr-2016-01-08" in done.stderr
    assert "Summary" not in done.stdout


def test_options_that_cannot_be_right_are_told_before_anything_is_asked(folder: Path):
    given = ("--partner", "Britain", "--date", "soon", "--city", "Atlantis")
    done = asked(folder, [], "add", "meeting", *given)
    assert done.returncode == 1
    told = done.stderr.splitlines()
    assert [line.split(":")[0] for line in told[:3]] == ["--partner", "--date", "--city"]
    assert done.stdout == ""


def test_bytes_that_are_no_text_are_asked_again():
    read = iter(["\udcff", "text"])
    told: list[str] = []
    assert Terminal(read=lambda _: next(read), tell=told.append).text("Title") == "text"
    assert "can't be read as text" in told[0]


@pytest.mark.parametrize("ending", ["\x03", "\x04"])
def test_broken_off_everything_is_as_it_was(folder: Path, ending: str):
    before = contents(folder)
    typist = Typist("add", "meeting", "--folder", str(folder))
    typist.answer("GBR")
    assert "Date" in typist.wait()
    time.sleep(0.5)  # readline shows its question before it listens for signals
    os.write(typist.terminal, ending.encode())
    assert typist.end() == 130
    assert "Nothing was changed." in typist.shown
    assert "Traceback" not in typist.shown
    assert contents(folder) == before
    assert beside(folder) == []


def asked(folder: Path, answers: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that is made to ask, with the answers piped in."""
    return subprocess.run(
        [sys.executable, "-m", "twoplustwo", *arguments, "--folder", folder, "--ask"],
        input="\n".join([*answers, ""]),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )


def test_answers_that_the_check_refuses_are_given_back_as_one_command(folder: Path):
    before = contents(folder)
    # Before the first meeting, but with the number of the second; nobody named, no area.
    answers = ["2014-02-03", "", "", "2", "Nought", "virtual", "", "They met; again.", *[""] * 4, "n", ""]
    done = asked(folder, answers, "add", "meeting", "--partner", "GBR", "--source", PAGE)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "a number above 2" in done.stderr
    line = next(line for line in done.stderr.splitlines() if line.startswith("python -m twoplustwo"))
    assert "--summary 'They met; again.'" in line
    assert contents(folder) == before
    words = line.replace("--ordinal 2", "").replace("python", sys.executable, 1)
    again = subprocess.run(
        ["sh", "-c", words], check=True, cwd=Path(__file__).parent.parent, stdin=subprocess.DEVNULL
    )
    assert again.returncode == 0
    assert [row["name"] for row in table(folder, "meetings")] == ["Nought", "First Meeting", "Second Meeting"]


# --- at once, and killed ----------------------------------------------------------------------


def test_two_commands_at_once_both_land_one_after_the_other(folder: Path):
    row = "--kind news --publisher P --title T --language en --seen full --url https://example.org/"
    commands = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "twoplustwo", "add", "source", "--folder", folder),
                *shlex.split(f"{row}{name} --source-id {name}"),
            ],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        for name in ("one", "two")
    ]
    assert [command.wait(120) for command in commands] == [0, 0]
    assert {row["source_id"] for row in table(folder, "sources")} == {"source-1", "one", "two"}
    history = table(folder, "revisions")
    first, second = (version_key(row["version"]) for row in history)
    # As numbers, and whatever the month is: the one comes right after the other.
    assert second == (*first[:2], first[2] + 1)
    assert {row["key"] for row in history} == {"one", "two"}
    assert beside(folder) == []


# The command is killed at every eighth of the things that it does to the file system, until it ends.
KILLED = """
import io, json, os, signal, sys
from datetime import date
from pathlib import Path
from twoplustwo.adding import ASKED, OWNERS
from twoplustwo.asking import Terminal
from twoplustwo.check import check
from twoplustwo.command import main

folder = Path(sys.argv[1])
sys.stdin = io.StringIO()
check(folder)  # whatever is imported late is there

def run(name, last):
    child = os.fork()
    if child == 0:
        done = 0
        def hook(event, arguments):
            nonlocal done
            own = event == "open" and "data" in str(arguments[0])
            if own or event.startswith(("os.", "shutil.", "ctypes.")):
                done += 1
                if done == last:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        sys.stdout = io.StringIO()
        os._exit(main(["add", "source", "--folder", str(folder), "--url", f"https://example.org/{name}",
            "--kind", "news", "--publisher", "P", "--title", "T", "--language", "en", "--seen", "full",
            "--source-id", name], day=date(2026, 11, 24)))
    return os.waitpid(child, 0)[1]

states, last, killed = [], 1, True
while killed:
    name = f"at-{last}"
    killed = run(name, last) == signal.SIGKILL
    report = check(folder)
    assert not report.problems, report.problems
    landed = name in set(report.record.sources["source_id"])
    assert landed == (name in set(report.record.revisions["key"]))
    assert report.record.about.version == f"2026.11.{len(report.record.revisions)}"
    states.append([last, landed])
    last += 8
assert run("after", 0) == 0
print(json.dumps([states, sorted(path.name for path in folder.parent.iterdir())]))
"""


def test_killed_anywhere_the_record_is_old_or_new_and_the_next_command_works(folder: Path):
    run = subprocess.run(
        [sys.executable, "-c", KILLED, folder],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    states, left = json.loads(run.stdout)
    assert {landed for _, landed in states} == {True, False}
    assert len(states) > 10
    assert left == ["data"]
    assert "after" in {row["source_id"] for row in table(folder, "sources")}
