"""Figures drawn from small frames made by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from twoplustwo.charts import style
from twoplustwo.charts.meetings import (
    EVENT_MARKS,
    MEETING_MARKS,
    partner_year_matrix,
    series_chart,
    timeline,
)
from twoplustwo.charts.topics import profiles, ranking, topic_matrix
from twoplustwo.record import allowed_values

CONFIG = Path(__file__).parent.parent / ".streamlit" / "config.toml"
NAMES = {"GBR": "United Kingdom", "AUS": "Australia", "FRA": "France"}
BOLD = "<b>x</b> & co"
ESCAPED = "&lt;b&gt;x&lt;/b&gt; &amp; co"


def contrast(one: Iterable[float], other: Iterable[float]) -> float:
    """Contrast ratio of two colours (0 to 255) after WCAG 2.2, from 1 to 21."""

    def luminance(colour: Iterable[float]) -> float:
        parts = [part / 255 for part in colour]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def days(*dates: str) -> pd.Series:
    return pd.to_datetime(pd.Series(dates))


def labels(figure: go.Figure) -> list[str]:
    """The texts written into the plot, from top to bottom."""
    ticks = zip(figure.layout.yaxis.tickvals or (), figure.layout.yaxis.ticktext or (), strict=True)
    notes = ((note.y, note.text) for note in figure.layout.annotations)
    return [text for _, text in sorted([*ticks, *notes])]


def hover_texts(figure: go.Figure) -> list[str]:
    told = [trace.hovertext for trace in figure.data if trace.hovertext is not None]
    lines = [[text] if isinstance(text, str) else list(text) for text in told]
    # A matrix has a row of texts for each row of cells.
    flat = [text for line in lines for part in line for text in ([part] if isinstance(part, str) else part)]
    return [text for text in flat if text]


# --- colours ----------------------------------------------------------------------------------


def test_partners_have_colours_of_their_own_and_the_rest_one_grey():
    colours = [*style.PARTNER_COLOURS.values(), style.NEUTRAL]
    assert len({colour.lower() for colour in colours}) == len(colours)
    # So far apart that nobody takes one for another: in eight bits, at least 40 in one part or in sum.
    for one, other in combinations(colours, 2):
        assert sum(abs(a - b) for a, b in zip(rgb(one), rgb(other), strict=True)) >= 40
    assert style.colour_of("GBR") == style.PARTNER_COLOURS["GBR"]
    assert style.colour_of("EU") == style.NEUTRAL


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_stand_out_from_the_page_in_light_and_dark(scheme: str):
    with CONFIG.open("rb") as file:
        ground = rgb(tomllib.load(file)["theme"][scheme]["backgroundColor"])
    for colour in (*style.PARTNER_COLOURS.values(), style.NEUTRAL, style.ACCENT):
        assert contrast(rgb(colour), ground) >= 3, colour


# --- partner by year --------------------------------------------------------------------------


def counts(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["format", "partner", "year", "meetings"])


def test_the_matrix_has_a_row_a_partner_in_the_given_order_and_a_cell_for_each_year():
    table = counts(
        ("two_plus_two", "AUS", 2015, 1), ("two_plus_two", "AUS", 2017, 2), ("two_plus_two", "GBR", 2016, 1)
    )
    figure = partner_year_matrix(table, ["GBR", "FRA", "AUS"], NAMES, range(2014, 2018))
    assert labels(figure) == ["<b>United Kingdom</b> 1", "<b>Australia</b> 3"]
    heat = figure.data[0]
    assert list(heat.x) == [2014, 2015, 2016, 2017]
    # Between two rows of cells lies an empty one, for the label.
    assert [list(row) for row in heat.z] == [[None, None, 1, None], [None] * 4, [None, 1, None, 2]]
    assert "<b>Australia</b>, 2017<br>Ministerial 2+2: 2 meetings" in hover_texts(figure)
    assert len(hover_texts(figure)) == 3, "where there was no meeting there is nothing to point at"


def test_the_matrix_never_sums_formats():
    table = counts(("two_plus_two", "GBR", 2015, 1), ("summit", "GBR", 2015, 4))
    figure = partner_year_matrix(table, ["GBR"], NAMES, [2015])
    assert labels(figure) == ["<b>United Kingdom</b> 1 · Ministerial 2+2", "<b>United Kingdom</b> 4 · Summit"]
    assert [row[0] for row in figure.data[0].z] == [1, None, 4]


# --- timeline ---------------------------------------------------------------------------------

SPAN = (pd.Timestamp(2010, 1, 1), pd.Timestamp(2020, 12, 31))


def meeting_rows(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["meeting_id", "partner", "date", "format"])
    return table.assign(
        date=pd.to_datetime(table["date"]),
        end_date=pd.NaT,
        name=f"Meeting {BOLD}",
        mode="in_person",
        city=f"Tokyo {BOLD}",
    )


def step_rows(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["agreement_id", "partner", "date", "precision", "event"])
    return table.assign(date=pd.to_datetime(table["date"]), type="acsa", title=f"ACSA {BOLD}")


MEETINGS = meeting_rows(
    ("gbr-1", "GBR", "2015-01-21", "two_plus_two"),
    ("aus-1", "AUS", "2014-06-11", "two_plus_two"),
    ("aus-2", "AUS", "2016-06-11", "summit"),
    ("fra-1", "FRA", "2017-01-06", "two_plus_two"),
)
STEPS = step_rows(
    ("gbr-acsa", "GBR", "2017-01-26", "day", "signed"),
    ("gbr-acsa", "GBR", "2017-08-01", "month", "entered_into_force"),
    ("fra-acsa", "FRA", "2018-07-13", "day", "signed"),
)


def drawn(figure: go.Figure) -> dict[str, tuple[str, float]]:
    """Id -> day and height of the marks that a reader may choose."""
    return {
        f"{identifier} {trace.name}": (day, height)
        for trace in figure.data
        if trace.customdata is not None
        for identifier, day, height in zip(trace.customdata, trace.x, trace.y, strict=True)
    }


def test_each_mark_stands_at_its_day_in_the_lane_of_its_partner():
    figure = timeline(MEETINGS, STEPS, ["AUS", "GBR"], NAMES, people={}, span=SPAN)
    assert labels(figure) == ["<b>Australia</b>", "<b>United Kingdom</b>"]
    assert drawn(figure) == {
        "aus-1 Ministerial 2+2": ("2014-06-11", 0),
        "gbr-1 Ministerial 2+2": ("2015-01-21", 1),
        "aus-2 Summit": ("2016-06-11", 0),
        "gbr-acsa Agreement signed": ("2017-01-26", 1.3),
        "gbr-acsa Agreement in force": ("2017-08-01", 1.3),
    }
    low, high = figure.layout.yaxis.range
    assert low > high, "the first lane is the topmost"


def test_meetings_and_steps_of_agreements_differ_by_shape_and_not_only_by_colour():
    assert set(MEETING_MARKS) == set(allowed_values("meetings", "format"))
    assert set(EVENT_MARKS) == set(allowed_values("agreement_events", "event"))
    meetings = {mark.symbol for mark in MEETING_MARKS.values()}
    steps = {mark.symbol for mark in EVENT_MARKS.values()}
    assert len(meetings) == len(MEETING_MARKS)
    assert not meetings & steps
    shapes = {mark.symbol: mark.label for mark in EVENT_MARKS.values()}
    assert len(shapes) == len(set(shapes.values()))
    figure = timeline(MEETINGS, STEPS, ["AUS", "GBR"], NAMES, people={}, span=SPAN)
    legend = {trace.name: trace.marker.symbol for trace in figure.data if trace.showlegend is not False}
    chosen = {trace.name: trace.marker.symbol for trace in figure.data if trace.customdata is not None}
    assert legend == chosen


def test_the_chosen_mark_alone_is_larger():
    sizes = {
        chosen: timeline(MEETINGS, STEPS, ["AUS", "GBR"], NAMES, people={}, span=SPAN, chosen=chosen)
        .data[0]
        .marker.size
        for chosen in (None, "gbr-1")
    }
    gbr, aus = 0, 1
    assert sizes["gbr-1"][gbr] > sizes[None][gbr]
    assert sizes["gbr-1"][aus] == sizes[None][aus]


def test_hover_texts_tell_name_day_place_and_people_as_plain_text():
    people = {"gbr-1": f"Fumio Kishida {BOLD}"}
    names = NAMES | {"GBR": BOLD}
    figure = timeline(MEETINGS, STEPS, ["GBR"], names, people=people, span=SPAN)
    assert labels(figure) == [f"<b>{ESCAPED}</b>"]
    meeting, signed, in_force = hover_texts(figure)
    assert meeting == (
        f"<b>Meeting {ESCAPED}</b><br>21 January 2015 · Tokyo {ESCAPED}<br>Fumio Kishida {ESCAPED}"
    )
    assert signed.startswith("<b>Signed</b> · 26 January 2017<br>")
    assert in_force.startswith("<b>Entered into force</b> · August 2017<br>")
    assert f"ACSA {ESCAPED}" in signed


def test_cabinets_and_events_get_lanes_of_their_own_below_the_partners():
    cabinets = pd.DataFrame(
        {
            "date": days("2009-09-16", "2012-12-26"),
            "end_date": pd.to_datetime(pd.Series(["2012-12-26", None])),
            "title": ["Hatoyama cabinet", f"Second {BOLD} cabinet"],
        }
    )
    events = pd.DataFrame(
        {"date": days("2014-03-18"), "precision": ["day"], "kind": ["crisis"], "title": [BOLD]}
    )
    figure = timeline(
        MEETINGS, STEPS, ["AUS", "GBR"], NAMES, people={}, span=SPAN, cabinets=cabinets, events=events
    )
    lanes = [text for text in labels(figure) if text.startswith("<b>")]
    assert lanes == [
        "<b>Australia</b>",
        "<b>United Kingdom</b>",
        "<b>Events around them</b>",
        "<b>Japanese cabinets</b>",
    ]
    told = hover_texts(figure)
    assert "<b>Hatoyama cabinet</b><br>16 September 2009 to 26 December 2012" in told
    assert f"<b>Second {ESCAPED} cabinet</b><br>26 December 2012 to in office" in told
    assert f"<b>{ESCAPED}</b><br>Crisis, 18 March 2014" in told


# --- series -----------------------------------------------------------------------------------

SERIES = pd.DataFrame(
    {
        "partner": ["GBR", "AUS", "GBR"],
        "name": [BOLD, "Second", "Third"],
        "date": days("2015-01-01", "2016-01-01", "2017-01-01"),
        "position": [1, 1, 2],
        "days": pd.array([pd.NA, pd.NA, 731], dtype="Int64"),
    }
)


def test_series_lie_on_the_calendar_or_begin_together():
    by_date = series_chart(SERIES, NAMES | {"GBR": BOLD}, by_ordinal=False)
    gbr, aus = by_date.data
    assert (gbr.name, aus.name) == (ESCAPED, "Australia")
    assert (list(gbr.x), list(gbr.y)) == (["2015-01-01", "2017-01-01"], [1, 2])
    assert (list(aus.x), list(aus.y)) == (["2016-01-01"], [1])
    assert gbr.marker.symbol != aus.marker.symbol
    assert list(gbr.hovertext) == [
        f"<b>{ESCAPED}</b><br>1 January 2015",
        "<b>Third</b><br>1 January 2017<br>731 days after the one before",
    ]
    gbr, aus = series_chart(SERIES, NAMES, by_ordinal=True).data
    assert (list(gbr.x), list(gbr.y)) == ([1, 2], [0, 2.0])
    assert (list(aus.x), list(aus.y)) == ([1], [0])


# --- cooperation areas ------------------------------------------------------------------------

FREQUENCY = pd.DataFrame(
    {
        "label": ["Cyber", BOLD],
        "meetings": [5, 1],
        "coded_meetings": [7, 7],
        "share": [5 / 7, 1 / 7],
        "share_low": [0.36, 0.03],
        "share_high": [0.92, 0.51],
    }
)


def test_the_ranking_shows_shares_with_their_intervals_and_counts():
    figure = ranking(FREQUENCY, share=True)
    bar = figure.data[0]
    assert list(bar.x) == [71.43, 14.29]
    assert list(bar.error_x.array) == [20.57, 36.71]
    assert list(bar.error_x.arrayminus) == [35.43, 11.29]
    assert labels(figure) == ["Cyber <b>5 of 7</b>", f"{ESCAPED} <b>1 of 7</b>"]
    assert bar.hovertext[0] == "<b>Cyber</b><br>5 of 7 coded meetings<br>71% (95 % interval 36% to 92%)"


def test_the_ranking_by_number_has_no_intervals():
    figure = ranking(FREQUENCY, share=False)
    assert list(figure.data[0].x) == [5, 1]
    assert figure.data[0].error_x.array is None
    assert labels(figure) == ["Cyber <b>5</b>", f"{ESCAPED} <b>1</b>"]


CELLS = pd.DataFrame(
    {
        "topic_id": ["cyber", "cyber", "space"],
        "year": [2014, 2016, 2016],
        "meetings": [1, 2, 3],
        "coded_meetings": [4, 4, 4],
        "share": [0.25, 0.5, 0.75],
    }
)
TOPICS = [("cyber", BOLD), ("space", "Space")]
YEARS = [(year, str(year)) for year in (2014, 2015, 2016)]


@pytest.mark.parametrize(
    ("share", "cells", "most"),
    [
        (True, [[25, None, 50], [None] * 3, [None, None, 75]], 100),
        (False, [[1, None, 2], [None] * 3, [None, None, 3]], 3),
    ],
)
def test_a_topic_matrix_writes_the_count_and_shades_by_share_or_count(
    *, share: bool, cells: list[list[int | None]], most: int
):
    figure = topic_matrix(CELLS, "year", TOPICS, YEARS, share=share, every=2)
    heat = figure.data[0]
    assert [list(row) for row in heat.z] == cells
    assert heat.zmax == most
    assert [list(row) for row in heat.text][::2] == [["1", "", "2"], ["", "", "3"]]
    assert labels(figure) == [ESCAPED, "Space"]
    assert f"<b>{ESCAPED}</b><br>2016: 2 of 4 coded meetings (50%)" in hover_texts(figure)
    assert list(figure.layout.xaxis.ticktext) == ["2014", "2016"]


PROFILE = pd.DataFrame(
    {
        "topic_id": ["cyber", "cyber", "space", "space"],
        "partner": ["GBR", "AUS", "GBR", "AUS"],
        "meetings": [1, 2, 0, 4],
        "coded_meetings": [2, 4, 2, 4],
        "share": [0.5, 0.5, 0.0, 1.0],
        "share_low": [0.1, 0.2, 0.0, 0.5],
        "share_high": [0.9, 0.8, 0.6, 1.0],
    }
)


def test_profiles_draw_each_partner_s_share_with_interval_and_count_in_the_order_given():
    names = NAMES | {"GBR": BOLD}
    figure = profiles(PROFILE, [("space", "Space"), ("cyber", BOLD)], ["GBR", "AUS"], names)
    gbr, aus = figure.data
    assert (gbr.name, aus.name) == (ESCAPED, "Australia")
    assert (list(gbr.x), list(aus.x)) == ([0, 50], [100, 50])
    assert (list(gbr.error_x.array), list(gbr.error_x.arrayminus)) == ([60, 40], [0, 40])
    assert gbr.marker.symbol != aus.marker.symbol
    assert labels(figure) == [
        "<b>Space</b>",
        "0 of 2",
        "4 of 4",
        f"<b>{ESCAPED}</b>",
        "1 of 2",
        "2 of 4",
    ]
    assert gbr.hovertext[1].startswith(f"<b>{ESCAPED}</b><br>{ESCAPED}: 1 of 2 coded meetings")


# --- little or nothing ------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [0, 1])
def test_charts_of_one_row_or_none_are_drawn(rows: int):
    some = slice(rows)
    topics = TOPICS[some]
    figures = [
        timeline(MEETINGS[some], STEPS[some], ["GBR"][some], NAMES, people={}, span=SPAN),
        timeline(
            MEETINGS[some],
            STEPS[some],
            ["GBR"],
            NAMES,
            people={},
            span=SPAN,
            cabinets=pd.DataFrame({"date": days(), "end_date": days(), "title": []}),
            events=pd.DataFrame({"date": days(), "precision": [], "kind": [], "title": []}),
        ),
        ranking(FREQUENCY[some], share=True),
        ranking(FREQUENCY[some], share=False),
        topic_matrix(CELLS[some], "year", topics, YEARS, share=True),
        topic_matrix(CELLS[some], "year", topics, YEARS, share=False),
        profiles(PROFILE[some], topics, ["GBR"][some], NAMES),
        partner_year_matrix(counts(("summit", "GBR", 2015, 1))[some], ["GBR"], NAMES, [2015]),
    ]
    if rows:
        figures += [series_chart(SERIES[some], NAMES, by_ordinal=flag) for flag in (True, False)]
    for figure in figures:
        assert figure.layout.height > 0
        assert figure.to_plotly_json()
