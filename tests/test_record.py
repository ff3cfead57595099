"""The record as typed frames, from a checkout, from a folder and from an installed wheel."""

from __future__ import annotations

import csv
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from small_record import meeting, person, set_cell, write_record

from twoplustwo import InvalidRecordError, Record, load
from twoplustwo.record import (
    DESCRIPTOR,
    allowed_values,
    period_end,
    shipped_descriptor,
    shipped_folder,
    table_schemas,
)

ROOT = Path(__file__).parent.parent


def test_dates_are_datetimes_ordinals_integers_and_the_rest_text(record: Record):
    wanted = {"date": "datetime64", "integer": "Int64", "string": "str"}
    for name, frame in record.tables().items():
        fields = table_schemas()[name]["fields"]
        assert frame.columns.tolist() == [field["name"] for field in fields]
        for field in fields:
            kind = str(frame[field["name"]].dtype)
            assert kind.startswith(wanted[field["type"]]), f"{name}.{field['name']} is {kind}"


def test_columns_keep_their_type_where_every_cell_is_empty(tmp_path: Path):
    meetings = load(write_record(tmp_path, meetings=[meeting("GBR", "2015-01-21")])).meetings
    assert meetings["end_date"].dtype.kind == "M"
    assert str(meetings["ordinal"].dtype) == "Int64"
    assert str(meetings["city"].dtype) == "str"
    assert meetings[["end_date", "ordinal", "city"]].isna().all(axis=None)


def test_every_row_of_the_shipped_files_is_loaded(record: Record):
    for resource in shipped_descriptor()["resources"]:
        with (shipped_folder() / resource["path"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        frame = record.tables()[resource["name"]]
        assert len(frame) == len(rows) - 1
        assert frame.isna().sum().sum() == sum(cell == "" for row in rows for cell in row)


def test_a_copy_of_the_shipped_folder_loads_as_the_same_record(record: Record, tmp_path: Path):
    copy = load(shutil.copytree(shipped_folder(), tmp_path / "copy"))
    assert copy.about == record.about
    assert copy.as_of == record.as_of == record.about.coverage_end
    for name, frame in record.tables().items():
        pd.testing.assert_frame_equal(copy.tables()[name], frame)


def test_a_path_may_be_text(tmp_path: Path):
    assert len(load(str(write_record(tmp_path, meetings=[meeting("GBR", "2015-01-21")]))).meetings) == 1


@pytest.mark.parametrize("text", ["NA", "None", "null", "nan", "n/a", "-", "#N/A"])
def test_words_that_look_like_gaps_are_read_as_text(tmp_path: Path, text: str):
    rows = [meeting("GBR", "2015-01-21", city=text)]
    people = [person("gbr-2015-01-21", "Anna Abe", title=text)]
    read = load(write_record(tmp_path, meetings=rows, participants=people))
    assert read.meetings["city"].tolist() == [text]
    assert read.participants["title"].tolist() == [text]


def test_text_is_read_as_it_was_written(tmp_path: Path):
    text = 'Łódź, "first" line\nsecond line; 日本 ’ '
    read = load(write_record(tmp_path, meetings=[meeting("GBR", "2015-01-21", summary=text)]))
    assert read.meetings["summary"].tolist() == [text]


def test_an_invalid_folder_gives_an_error_that_names_the_cells_and_no_record(tmp_path: Path):
    dates = [f"20{year}-01-21" for year in range(10, 20)]
    folder = write_record(tmp_path, meetings=[meeting("GBR", date) for date in dates])
    for row in range(2, 9):
        set_cell(folder, "meetings", row, "mode", "by post")
    with pytest.raises(InvalidRecordError) as caught:
        load(folder)
    assert len(caught.value.problems) == 7
    lines = str(caught.value).splitlines()
    assert str(folder) in lines[0]
    assert "meetings.csv, row 2, column mode: found 'by post'; expected one of in_person" in lines[1]
    # Five are shown, the others counted, so that an error stays readable.
    assert len(lines) == 7
    assert "and 2 more" in lines[-1]


def test_a_folder_that_does_not_exist_is_an_invalid_record(tmp_path: Path):
    with pytest.raises(InvalidRecordError, match="expected a folder that exists"):
        load(tmp_path / "nowhere")


def test_a_partner_is_known_by_name_and_an_unknown_one_by_code(record: Record):
    assert record.name_of("GBR") == "United Kingdom"
    assert record.name_of("ATA") == "ATA"


def test_allowed_values_stand_in_the_order_of_the_codebook():
    assert allowed_values("mentions", "basis") == ("joint_statement", "official_readout", "news")


def test_a_date_known_to_the_month_or_year_ends_with_it():
    dates = pd.Series(pd.to_datetime(["2015-01-21", "2016-02-01", "2014-01-01"]))
    ends = period_end(dates, pd.Series(["day", "month", "year"]))
    # 2016 was a leap year.
    assert ends.dt.strftime("%Y-%m-%d").tolist() == ["2015-01-21", "2016-02-29", "2014-12-31"]


# --- the wheel --------------------------------------------------------------------------------


def _build_command(target: Path) -> list[str]:
    if importlib.util.find_spec("hatchling") and importlib.util.find_spec("pip"):
        options = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(target)]
        return [sys.executable, "-m", "pip", "wheel", *options, str(ROOT)]
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if uv is None:
        pytest.skip("no build tool: neither hatchling nor uv is installed")
    return [uv, "build", "--wheel", "--out-dir", str(target), str(ROOT)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(_build_command(target), capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(target.glob("*.whl"))


def test_the_wheel_carries_the_record_and_loads_it_outside_the_repository(wheel: Path, tmp_path: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path)
    paths = [DESCRIPTOR, *(resource["path"] for resource in shipped_descriptor()["resources"])]
    assert {f"twoplustwo/data/{path}" for path in paths} <= names

    code = "import twoplustwo; print(twoplustwo.__file__); print(len(twoplustwo.load().meetings))"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    file, meetings = run.stdout.split()
    assert Path(file).is_relative_to(tmp_path)
    with (shipped_folder() / "meetings.csv").open(encoding="utf-8", newline="") as table:
        assert int(meetings) == len(list(csv.reader(table))) - 1
