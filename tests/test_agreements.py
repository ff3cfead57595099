"""Agreements: statuses, lives and durations against hand-worked cases, and the page that shows them."""

from __future__ import annotations

import csv
import html
import json
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pandas as pd
import pytest
from small_record import agreement, meeting, read_small, step
from streamlit.testing.v1 import AppTest

from twoplustwo import Record, Selection
from twoplustwo.analysis.agreements import (
    LADDER,
    SPANS,
    TYPES,
    agreement_steps,
    duration_summary,
    durations,
    ladder,
    open_agreements,
    stages,
    status_steps,
    whole_lives,
)
from twoplustwo.charts.agreements import PERIOD, STROKES, lives, spread
from twoplustwo.labels import standing, written_days
from twoplustwo.record import shipped_descriptor

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "twoplustwo" / "dashboard" / "script.py"


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Six agreements whose days can be counted on a calendar; the coverage ends on 31 May 2026."""
    return read_small(
        tmp_path_factory.mktemp("agreements"),
        partners=["GBR", "AUS", "FRA", "DEU"],
        meetings=[
            meeting("GBR", "2014-01-10", "senior_two_plus_two"),
            meeting("GBR", "2015-01-21"),
            meeting("GBR", "2016-01-08"),
            meeting("AUS", "2007-06-06"),
        ],
        agreements=[
            agreement("gbr-raa", "raa", "in_force"),
            agreement("gbr-acsa", "acsa", "in_force"),
            agreement("gbr-isa", "isa", "in_force"),
            agreement("aus-acsa", "acsa", "superseded"),
            agreement("fra-raa", "raa", "negotiating"),
            agreement("fra-detta", "detta", "signed"),
            agreement("deu-raa", "raa", "announced"),
        ],
        agreement_events=[
            step("gbr-raa", "2021-01-01", "proposed"),
            step("gbr-raa", "2021-10-01", "negotiations_launched"),
            step("gbr-raa", "2021-10-31", "signed"),
            step("gbr-raa", "2021-12-10", "entered_into_force"),
            step("gbr-acsa", "2016-12-01", "proposed", "month"),
            step("gbr-acsa", "2017-01-26", "signed"),
            step("gbr-acsa", "2017-01-01", "entered_into_force", "year"),
            step("gbr-isa", "2013-07-04", "signed"),
            step("aus-acsa", "2010-05-19", "signed"),
            step("aus-acsa", "2013-01-31", "entered_into_force"),
            step("aus-acsa", "2017-09-06", "superseded"),
            step("fra-raa", "2024-05-01", "negotiations_launched", "month"),
            step("fra-detta", "2026-05-30", "signed"),
            step("deu-raa", "2026-05-21", "proposed"),
        ],
    )


# --- status and the step that dates it ----------------------------------------------------------


def test_a_status_is_dated_by_its_own_step_or_the_next_best(small: Record):
    table = status_steps(small).set_index("agreement_id")
    assert table["event"].to_dict() == {
        "gbr-raa": "entered_into_force",
        "gbr-acsa": "entered_into_force",
        "gbr-isa": "signed",  # in force since a day that was not found
        "aus-acsa": "superseded",
        "fra-raa": "negotiations_launched",
        "fra-detta": "signed",
        "deu-raa": "proposed",
    }
    assert table.loc["gbr-acsa", ["date", "precision", "period_end"]].tolist() == [
        day("2017-01-01"),
        "year",
        day("2017-12-31"),
    ]


def test_an_agreement_without_a_dated_step_keeps_its_status(tmp_path: Path):
    record = read_small(tmp_path, agreements=[agreement("gbr-isa", "isa", "in_force")])
    table = status_steps(record)
    assert table["status"].tolist() == ["in_force"]
    assert table[["event", "date"]].isna().all(axis=None)
    assert standing("in_force", None, pd.NaT, "day") == "● in force"


def test_the_ladder_says_which_step_dates_a_rung(small: Record):
    rungs = ladder(small).set_index(["partner", "type"])
    assert rungs.loc[("GBR", "isa"), ["event", "date"]].tolist() == ["signed", day("2013-07-04")]
    assert rungs.loc[("FRA", "isa"), ["status", "event", "date"]].isna().all()


@pytest.mark.parametrize(
    ("status", "event", "words"),
    [
        ("in_force", "entered_into_force", "● in force since 11 August 2023"),
        ("in_force", "signed", "● in force, signed 11 August 2023"),
        ("signed", "signed", "◐ signed 11 August 2023"),
        ("negotiating", "negotiations_launched", "◌ under negotiation since 11 August 2023"),
        ("negotiating", "proposed", "◌ under negotiation, proposed 11 August 2023"),
        ("announced", "proposed", "◌ announced, proposed 11 August 2023"),
        ("superseded", "superseded", "✕ superseded 11 August 2023"),
        ("terminated", "signed", "✕ terminated, signed 11 August 2023"),
    ],
)
def test_a_rung_is_told_by_a_sign_and_words_that_say_the_same(status: str, event: str, words: str):
    assert standing(status, event, day("2023-08-11"), "day") == words


def test_a_rung_is_as_exact_as_its_date_and_says_where_none_was_found():
    assert standing("in_force", "entered_into_force", day("2017-09-01"), "month") == (
        "● in force since September 2017"
    )
    assert standing("in_force", "entered_into_force", day("2017-01-01"), "year") == "● in force since 2017"
    assert standing(float("nan"), None, pd.NaT, "day") == "○ none found in the texts read"


# --- lives --------------------------------------------------------------------------------------


def life(record: Record, identifier: str) -> list[tuple[str, str, str, bool]]:
    table = stages(record)
    own = table[table["agreement_id"] == identifier]
    return [
        (stage, f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}", ongoing)
        for stage, start, end, ongoing in zip(
            own["stage"], own["start"], own["end"], own["ongoing"], strict=True
        )
    ]


def test_a_life_goes_from_the_first_step_through_signature_into_force(small: Record):
    assert life(small, "gbr-raa") == [
        ("talks", "2021-01-01", "2021-10-31", False),
        ("signed", "2021-10-31", "2021-12-10", False),
        ("in_force", "2021-12-10", "2026-05-31", True),
    ]


def test_a_life_ends_with_succession(small: Record):
    assert life(small, "aus-acsa") == [
        ("signed", "2010-05-19", "2013-01-31", False),
        ("in_force", "2013-01-31", "2017-09-06", False),
    ]


def test_the_period_of_an_inexact_date_belongs_to_no_stage(small: Record):
    assert life(small, "gbr-acsa") == [
        ("talks", "2016-12-31", "2017-01-26", False),
        # signed on 26 January 2017, in force some day of 2017: nothing between is certain
        ("in_force", "2017-12-31", "2026-05-31", True),
    ]


def test_what_is_still_open_runs_to_the_end_of_the_coverage(small: Record):
    assert life(small, "fra-raa") == [("talks", "2024-05-31", "2026-05-31", True)]
    assert life(small, "fra-detta") == [("signed", "2026-05-30", "2026-05-31", True)]


def test_force_from_an_unknown_day_on_is_a_stage_of_its_own(small: Record):
    assert life(small, "gbr-isa") == [("force_undated", "2013-07-04", "2026-05-31", True)]


def test_a_proposal_alone_is_a_mark_without_a_bar(small: Record):
    assert life(small, "deu-raa") == []


def test_a_life_without_a_dated_end_stops_at_its_last_dated_step(tmp_path: Path):
    record = read_small(
        tmp_path,
        agreements=[agreement("gbr-isa", "isa", "superseded"), agreement("gbr-raa", "raa", "announced")],
        agreement_events=[
            step("gbr-isa", "2010-01-01", "entered_into_force"),
            step("gbr-isa", "2012-01-01", "amended"),
            step("gbr-raa", "2010-01-01", "proposed"),
            step("gbr-raa", "2011-01-01", "agreed_in_principle"),
        ],
    )
    assert life(record, "gbr-isa") == [("in_force", "2010-01-01", "2012-01-01", False)]
    assert life(record, "gbr-raa") == [("talks", "2010-01-01", "2011-01-01", False)]


def test_stages_of_one_agreement_never_overlap(record: Record):
    for _, own in stages(record).groupby("agreement_id"):
        spans = sorted(zip(own["start"], own["end"], strict=True))
        assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_years_choose_agreements_and_leave_them_whole(small: Record):
    selected = Selection(from_year=2013, to_year=2013).apply(small)
    assert sorted(selected.agreements["agreement_id"]) == ["aus-acsa", "gbr-isa"]
    steps = whole_lives(agreement_steps(small), selected)
    assert set(steps["agreement_id"]) == {"aus-acsa", "gbr-isa"}
    assert len(steps) == 4  # aus-acsa also in 2010 and 2017
    assert set(whole_lives(durations(small), selected, ["isa"])["agreement_id"]) == {"gbr-isa"}


# --- durations ----------------------------------------------------------------------------------


def lasted(record: Record, span: str) -> dict[str, tuple[object, object, str]]:
    table = durations(record)
    own = table[table["span"] == span]
    return {
        identifier: (None if pd.isna(low) else low, None if pd.isna(high) else high, state)
        for identifier, low, high, state in zip(
            own["agreement_id"], own["shortest_days"], own["longest_days"], own["state"], strict=True
        )
    }


def test_talks_are_counted_from_their_launch_or_else_from_the_proposal(small: Record):
    assert lasted(small, "talks_to_signature") == {
        "gbr-raa": (30, 30, "known"),  # 1 to 31 October, not from the proposal in January
        "gbr-acsa": (26, 56, "known"),  # from 31 or from 1 December to 26 January
        "gbr-isa": (None, None, "not_known"),
        "aus-acsa": (None, None, "not_known"),
        "fra-raa": (None, None, "not_yet"),
        "fra-detta": (None, None, "not_known"),
        "deu-raa": (None, None, "not_yet"),
    }


def test_signature_to_force_never_counts_below_zero_where_only_the_period_is_known(small: Record):
    assert lasted(small, "signature_to_force") == {
        "gbr-raa": (40, 40, "known"),
        "gbr-acsa": (0, 339, "known"),  # to 31 December 2017; not to 1 January, before signature
        "gbr-isa": (None, None, "not_known"),
        "aus-acsa": (988, 988, "known"),
        "fra-raa": (None, None, "not_yet"),
        "fra-detta": (None, None, "not_yet"),
        "deu-raa": (None, None, "not_yet"),
    }


def test_the_first_meeting_is_the_first_ministerial_one_and_may_come_after(small: Record):
    found = lasted(small, "first_meeting_to_signature")
    assert found["gbr-isa"] == (-566, -566, "known")  # 4 July 2013, before 21 January 2015
    assert found["gbr-acsa"] == (736, 736, "known")
    assert found["fra-detta"] == (None, None, "not_yet")  # no ministerial 2+2 with France here
    assert found["fra-raa"] == (None, None, "not_yet")


def test_medians_take_the_midpoint_of_a_range_and_counts_add_up(small: Record):
    summary = duration_summary(durations(small), "type").set_index(["span", "type"])
    acsa = summary.loc[("signature_to_force", "acsa")]
    assert acsa["median_days"] == (169.5 + 988) / 2
    assert (acsa["shortest_days"], acsa["longest_days"], acsa["ranges"]) == (0, 988, 1)
    raa = summary.loc[("talks_to_signature", "raa")]
    assert raa[["agreements", "known", "not_yet", "not_known"]].tolist() == [3, 1, 2, 0]
    detta = summary.loc[("talks_to_signature", "detta")]
    assert detta[["median_days", "shortest_days", "longest_days"]].isna().all()
    assert (summary[["known", "not_yet", "not_known"]].sum(axis=1) == summary["agreements"]).all()


def test_every_agreement_is_counted_in_every_span(record: Record):
    counts = durations(record).groupby("span")["agreement_id"].nunique()
    assert counts.to_dict() == dict.fromkeys(SPANS, len(record.agreements))


def table(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_signature_to_force_agrees_with_a_count_from_the_files(record: Record):
    exact: dict[tuple[str, str], date] = {}
    for row in table("agreement_events"):
        if row["precision"] == "day":
            exact[row["agreement_id"], row["event"]] = date.fromisoformat(row["date"])
    expected = {
        identifier: (exact[identifier, "entered_into_force"] - signed).days
        for (identifier, event), signed in exact.items()
        if event == "signed" and (identifier, "entered_into_force") in exact
    }
    found = lasted(record, "signature_to_force")
    assert len(expected) > 20
    assert {identifier: found[identifier][:2] for identifier in expected} == {
        identifier: (number, number) for identifier, number in expected.items()
    }


# --- what is open -------------------------------------------------------------------------------


def test_open_agreements_run_to_the_end_of_the_coverage_as_exactly_as_is_known(small: Record):
    found = open_agreements(small)
    columns = ["agreement_id", "status", "event", "shortest_days", "longest_days"]
    assert found[columns].to_numpy().tolist() == [
        ["fra-raa", "negotiating", "negotiations_launched", 730, 760],  # from 31 or 1 May 2024
        ["deu-raa", "announced", "proposed", 10, 10],
        ["fra-detta", "signed", "signed", 1, 1],
    ]


def test_open_agreements_are_those_of_the_files(record: Record):
    statuses = Counter(row["status"] for row in table("agreements"))
    found = open_agreements(record)["status"].value_counts().to_dict()
    assert found == {status: statuses[status] for status in ("negotiating", "announced", "signed")}


@pytest.mark.parametrize("function", [status_steps, stages, durations, open_agreements])
def test_an_empty_record_gives_empty_tables_with_the_same_columns(function, tmp_path: Path, record: Record):
    empty = function(read_small(tmp_path))
    assert len(empty) == 0
    assert empty.columns.tolist() == function(record).columns.tolist()


def test_days_are_written_with_unit_and_sign():
    assert written_days(1, 1) == "1 day"
    assert written_days(1500, 1500) == "1,500 days"
    assert written_days(26, 56) == "26 to 56 days"
    assert written_days(-566, -566) == "−566 days"


# --- charts -------------------------------------------------------------------------------------


def drawn(small: Record) -> list[dict]:
    names = dict(zip(small.partners["partner"], small.partners["name"], strict=True))
    figure = lives(
        status_steps(small),
        agreement_steps(small),
        stages(small),
        ["GBR", "AUS", "FRA", "DEU"],
        names,
        span=(day("2010-01-01"), day("2026-12-31")),
    )
    return [trace.to_plotly_json() for trace in figure.data]


def test_only_dates_known_to_the_day_are_marks_on_a_day(small: Record):
    traces = drawn(small)
    marks = [
        (identifier, when)
        for trace in traces
        if trace["mode"] == "markers" and trace.get("customdata")
        for identifier, when in zip(trace["customdata"], trace["x"], strict=True)
    ]
    steps = small.agreement_events
    exact = steps[steps["precision"] == "day"]
    assert sorted(marks) == sorted(
        zip(exact["agreement_id"], exact["date"].dt.strftime("%Y-%m-%d"), strict=True)
    )
    ends = next(trace["x"] for trace in traces if trace.get("name") == PERIOD)
    assert list(ends[2::3]) == [None] * 3  # a gap after each bracket
    assert sorted(zip(ends[0::3], ends[1::3], strict=True)) == [
        ("2016-12-01", "2016-12-31"),
        ("2017-01-01", "2017-12-31"),
        ("2024-05-01", "2024-05-31"),
    ]


def test_each_stage_of_life_has_a_stroke_that_differs_without_colour(small: Record):
    assert len({(stroke.width, stroke.dash) for stroke in STROKES.values()}) == len(STROKES)
    strokes = {
        (trace["line"]["width"], trace["line"]["dash"]) for trace in drawn(small) if trace["mode"] == "lines"
    }
    assert strokes == {(stroke.width, stroke.dash) for stroke in STROKES.values()}


def test_a_duration_is_a_point_or_a_range_and_its_row_tells_the_counts(small: Record):
    its = durations(small)
    its = its[its["span"] == "signature_to_force"]
    names = dict(zip(small.partners["partner"], small.partners["name"], strict=True))
    figure = spread(its, duration_summary(its, "type"), names)
    ranges = [tuple(trace.x) for trace in figure.data if trace.mode == "lines"]
    assert ranges == [(0, 339, None)]
    marks = next(trace for trace in figure.data if isinstance(trace.marker.symbol, tuple))
    assert sorted(zip(marks.x, marks.marker.symbol, strict=True)) == [
        (0, "line-ns-open"),
        (40, "circle"),
        (339, "line-ns-open"),
        (988, "circle"),
    ]
    labels = figure.layout.yaxis.ticktext
    assert "<b>Reciprocal access</b> median 40 days<br>40 days · 1 known, 2 not yet, 0 not known" in labels
    assert "<b>Information security</b><br>0 known, 0 not yet, 1 not known" in labels


# --- the page -----------------------------------------------------------------------------------


def opened(link: str = "") -> AppTest:
    """A visit to the page that begins with a link."""
    visit = AppTest.from_file(SCRIPT, default_timeout=30)
    visit.query_params.update(parse_qs(link, keep_blank_values=True))
    visit.switch_page("../../pages/agreements.py")
    visit.run()
    assert not visit.exception
    assert visit.title[0].value == "Agreements"
    return visit


def said(visit: AppTest) -> str:
    text = " ".join(element.value for element in [*visit.markdown, *visit.info])
    return html.unescape(re.sub(r"\\([^\w\s])", r"\1", text))


def charts(visit: AppTest) -> dict[str, dict]:
    return {chart.key: json.loads(chart.proto.spec) for chart in visit.get("plotly_chart")}


def rows_drawn(visit: AppTest) -> set[str]:
    """Ids of the agreements whose steps are on the chart of lives."""
    traces = charts(visit)["agreement-lives"]["data"]
    return {identifier for trace in traces for identifier in trace.get("customdata", []) if identifier}


def expected(
    types: tuple[str, ...], first: int = 0, last: int = 9999, partner: str | None = None
) -> set[str]:
    """Ids of agreements with a step in the years, from the files."""
    years: dict[str, set[int]] = {}
    for row in table("agreement_events"):
        years.setdefault(row["agreement_id"], set()).add(int(row["date"][:4]))
    return {
        row["agreement_id"]
        for row in table("agreements")
        if row["type"] in types
        and row["partner"] == (partner or row["partner"])
        and any(first <= year <= last for year in years[row["agreement_id"]])
    }


def test_the_matrix_has_every_partner_and_the_four_legal_types():
    matrix = opened().table[0].value
    assert len(matrix) == len(table("partners"))
    assert matrix.columns.tolist() == [
        "Information security",
        "Equipment and technology",
        "Acquisition and cross-servicing",
        "Reciprocal access",
    ]
    cells = matrix.loc["Australia"]
    assert "● in force since 2023" in cells["Reciprocal access"]
    assert "meetings?id=aus-raa-2022" in cells["Reciprocal access"]
    assert matrix.loc["Brazil"].unique().tolist() == ["○ none found in the texts read"]


def test_the_chart_shows_the_legal_types_first_and_all_on_request():
    assert rows_drawn(opened()) == expected(LADDER)
    assert rows_drawn(opened("types=all")) == expected(TYPES)


def test_years_keep_agreements_with_a_step_in_them_and_statuses_stay_those_of_today():
    visit = opened("from=2013&to=2015&partner=AUS")
    assert rows_drawn(visit) == expected(LADDER, 2013, 2015, "AUS")
    assert "in force since 2023" in visit.table[0].value.loc["Australia", "Reciprocal access"]
    shown = expected(LADDER, 2013, 2015, "AUS")
    years = [int(row["date"][:4]) for row in table("agreement_events") if row["agreement_id"] in shown]
    outside = sum(not 2013 <= year <= 2015 for year in years)
    assert f"{outside} steps outside the years selected" in said(visit)


def test_filters_without_effect_are_named():
    note = "without effect on agreements"
    assert note not in said(opened("partner=AUS&from=2013"))
    spoken = said(opened("format=all&topic=cyber"))
    assert f"{note}: the filter on meeting format and on cooperation area." in spoken


def test_a_partner_with_agreements_but_no_meeting_is_shown():
    visit = opened("partner=SGP")
    assert rows_drawn(visit) == {"sgp-detta"}
    assert "No meeting on record" not in said(visit)


def test_where_no_agreement_is_left_the_page_says_why_and_leads_back():
    visit = opened("partner=BRA")
    assert "No agreement on record fits all filters together." in said(visit)
    assert f"without, {len(table('agreements'))} agreements are left" in said(visit)
    visit.button(key="way_back_partner").click().run()
    assert not visit.exception
    assert rows_drawn(visit) == expected(LADDER)


def test_where_only_other_types_are_left_the_page_offers_them():
    visit = opened("partner=RUS")
    assert "None of the four legal types" in said(visit)
    next(button for button in visit.button if button.label == "Show all types").click().run()
    assert rows_drawn(visit) == {"rus-other-1993"}
    assert urlencode(visit.query_params, doseq=True) == "partner=RUS&types=all"


def test_open_negotiations_tell_how_long_they_run_and_since_when():
    covered = date.fromisoformat(shipped_descriptor()["coverage"]["end"])
    running = (covered - date(2024, 5, 2)).days
    assert f"**{running} days** since talks launched, 2 May 2024" in said(opened("partner=FRA"))
    # Years do not hide what is open today.
    assert f"**{running} days**" in said(opened("partner=FRA&from=2014&to=2016"))


def test_a_link_opens_the_record_of_an_agreement():
    visit = opened("id=gbr-raa-2023")
    title = next(row["title"] for row in table("agreements") if row["agreement_id"] == "gbr-raa-2023")
    assert title in " ".join(heading.value.replace("\\", "") for heading in visit.header)
    visit.button(key="close_facts").click().run()
    assert "id" not in visit.query_params


@pytest.mark.parametrize(
    "chart",
    ["agreement-lives", *(f"duration-{span.replace('_', '-')}" for span in SPANS)],
)
def test_each_chart_has_its_numbers_for_all_agreements_that_it_counts(chart: str):
    visit = opened()
    visit.session_state[f"numbers_{chart}"] = True
    visit.run()
    fold = next(fold for fold in visit.expander if fold.key == f"numbers_{chart}")
    assert set(fold.dataframe[0].value["agreement_id"]) == expected(LADDER)
    assert [button.label for button in fold.get("download_button")] == ["CSV", "Excel", "JSON", "Parquet"]


def test_the_rest_of_the_types_is_behind_the_matrix():
    visit = opened("partner=USA")
    visit.session_state["other-types"] = True
    visit.run()
    rest = visit.table[1].value
    assert rest.columns.tolist()[0] == "Joint development"
    assert rest.loc["United States", "Security treaty"] == "● 1 in force (1960)"
    signed = [
        row
        for row in table("agreements")
        if (row["partner"], row["type"], row["status"]) == ("USA", "other", "signed")
    ]
    assert f"◐ {len(signed)} signed" in rest.loc["United States", "Other arrangements"]
