"""Each page, run as a visitor's link would run it, against counts made here from the CSV files."""

from __future__ import annotations

import csv
import html
import json
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from twoplustwo.dashboard.navigation import TITLES
from twoplustwo.record import read_record, shipped_folder
from twoplustwo.selection import Vocabulary

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "twoplustwo" / "dashboard" / "script.py"
PAGES = list(TITLES)
# Every page has the filters and the summary; these have charts and figures, too.
TOPICS, PARTNERS, TIMELINE, OVERVIEW = "topics", "partners", "timeline", "overview"


# --- visiting ---------------------------------------------------------------------------------


def opened(page: str, link: str = "") -> AppTest:
    """A visit that begins with a link."""
    visit = AppTest.from_file(SCRIPT, default_timeout=30)
    visit.query_params.update(parse_qs(link, keep_blank_values=True))
    if page != PAGES[0]:
        visit.switch_page(f"../../pages/{page}.py")
    visit.run()
    assert not visit.exception
    assert visit.title[0].value == TITLES[page]
    return visit


def plain(markdown: str) -> str:
    """What a reader sees of text that was escaped for Markdown."""
    shown = re.sub(r"\\([^\w\s])|&\w+;", lambda found: found[1] or html.unescape(found[0]), markdown)
    return shown.replace("\u2060", "")  # joins words, and is not seen


def summary(visit: AppTest) -> str:
    lines = [plain(text.value) for text in visit.markdown]
    found = [line.strip("*") for line in lines if re.match(r"\*\*[\d,]+ meetings? · ", line)]
    assert len(found) == 1
    return found[0]


def count_shown(visit: AppTest) -> int:
    return int(summary(visit).split()[0].replace(",", ""))


def address(visit: AppTest) -> str:
    """The query string in the address bar."""
    return urlencode(visit.query_params, doseq=True)


def said(elements: object) -> str:
    return " ".join(plain(element.value) for element in elements)


def charts(visit: AppTest) -> dict[str, dict]:
    return {chart.key: json.loads(chart.proto.spec) for chart in visit.get("plotly_chart")}


def numbers_behind(visit: AppTest, chart: str) -> pd.DataFrame:
    """The table under a chart, opened."""
    visit.session_state[f"numbers_{chart}"] = True
    visit.run()
    return next(fold for fold in visit.expander if fold.key == f"numbers_{chart}").dataframe[0].value


# --- counting anew ----------------------------------------------------------------------------


@cache
def table(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def meetings(link: str = "") -> list[dict[str, str]]:
    """The meetings that a valid link means, without any code of the library."""
    wanted = parse_qs(link)
    formats = wanted.get("format", ["two_plus_two"])
    evidence = [row for row in table("mentions") if row["basis"] in wanted.get("basis", [row["basis"]])]
    with_topic = {row["meeting_id"] for row in evidence if row["topic_id"] in wanted.get("topic", [])}
    names = {row["partner"]: row["name"] for row in table("partners")}
    people: dict[str, str] = {}
    for row in table("participants"):
        people[row["meeting_id"]] = f"{people.get(row['meeting_id'], '')} {row['name']}"
    found = []
    for row in table("meetings"):
        written = [row[column] for column in ("name", "summary", "city", "outcome_document")]
        text = " ".join([*written, names[row["partner"]], people.get(row["meeting_id"], "")]).lower()
        if (
            row["partner"] in wanted.get("partner", [row["partner"]])
            and (formats == ["all"] or row["format"] in formats)
            and wanted.get("from", ["0000"])[0] <= row["date"][:4] <= wanted.get("to", ["9999"])[0]
            and ("topic" not in wanted or row["meeting_id"] in with_topic)
            and all(word.lower() in text for word in wanted.get("q", [""])[0].split())
        ):
            found.append(row)
    return found


def coded(link: str = "") -> dict[str, set[str]]:
    """Topic -> the meetings of a link that took it up."""
    ids = {row["meeting_id"] for row in meetings(link)}
    found: dict[str, set[str]] = {}
    for row in table("mentions"):
        if row["meeting_id"] in ids:
            found.setdefault(row["topic_id"], set()).add(row["meeting_id"])
    return found


def written(day: str) -> str:
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B %Y}"


def coverage_end() -> date:
    descriptor = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    return date.fromisoformat(descriptor["coverage"]["end"])


# --- every page, every kind of link -----------------------------------------------------------

GOOD_LINKS = [
    "",
    "partner=GBR",
    "partner=AUS&partner=DEU&partner=FRA&partner=GBR",
    "format=all",
    "partner=USA&from=2005&to=2015&format=two_plus_two&format=summit",
    "topic=cyber&basis=joint_statement",
    "from=2013&to=2023&q=Tokyo",
]


@pytest.mark.parametrize("link", GOOD_LINKS)
@pytest.mark.parametrize("page", PAGES)
def test_a_link_is_counted_rightly_leaves_no_notice_and_stays_in_the_address(page: str, link: str):
    visit = opened(page, link)
    assert count_shown(visit) == len(meetings(link)) > 0
    assert not visit.warning
    assert address(visit) == link


@pytest.mark.parametrize("page", PAGES)
def test_a_stale_link_opens_with_the_rest_and_names_what_it_ignored_and_its_version(page: str):
    visit = opened(page, "partner=GBR&partner=XYZ&topic=telegraphy&from=1901&v=2024.1.0")
    assert count_shown(visit) == len(meetings("partner=GBR"))
    assert len(visit.warning) == 1
    for value in ("partner=“XYZ”", "topic=“telegraphy”", "from=“1901”"):
        assert value in said(visit.warning)
    assert "2024.1.0" in said(visit.info)
    # The notice answers the link. After the first change of a filter the address is the visitor's own.
    visit.multiselect(key="partner").set_value(["GBR", "AUS"]).run()
    assert not visit.warning
    assert address(visit) == "partner=AUS&partner=GBR"


HOSTILE = [
    ("partner=%3Cscript%3Ealert(1)%3C/script%3E", "partner=“<script>alert(1)</script>”"),
    ("partner=..%2F..%2Fetc%2Fpasswd&topic=%3DHYPERLINK(%22x%22)", 'topic=“=HYPERLINK("x")”'),
    ("q=" + "long+" * 5000, "q is longer than"),
    ("q=Tokyo&q=Sydney", "q was given 2 times; the first, “Tokyo”, was used"),
    ("from=2020&to=2010", "from=2020 is after to=2010"),
    ("__proto__=1&redirect=//evil.example", "“redirect” is no parameter of this page"),
    ("partner=&partner=%00&from=%F0%9F%98%80", "partner= without a value"),
    ("v=%5Bx%5D(javascript:alert(1))", "v=“[x](javascript:alert(1))” is no data version"),
    ("&".join(f"partner=X{number}" for number in range(300)), "296 more values were not understood"),
]


@pytest.mark.parametrize(("link", "notice"), HOSTILE)
def test_one_notice_says_what_was_ignored_of_a_hostile_link(link: str, notice: str):
    visit = opened(OVERVIEW, link)
    assert len(visit.warning) == 1
    assert notice in said(visit.warning)
    assert len(visit.warning[0].value) < 2000


@pytest.mark.parametrize("page", PAGES)
def test_all_hostile_links_together_open_the_page(page: str):
    visit = opened(page, "&".join(link for link, _ in HOSTILE))
    assert len(visit.warning) == 1


def test_reversed_years_are_put_right():
    assert count_shown(opened(OVERVIEW, "from=2020&to=2010")) == len(meetings("from=2010&to=2020"))


MARKUP = "<img src=x onerror=alert(1)> **b** [a](http://x.example) $x$ :red[c] :material/home: `d` ~~e~~"


@pytest.mark.parametrize("page", PAGES)
def test_markup_in_the_text_filter_is_shown_letter_by_letter(page: str):
    visit = opened(page, urlencode({"q": MARKUP}))
    assert f"with “{MARKUP}”" in summary(visit)
    raw = next(text.value for text in visit.markdown if "onerror" in text.value)
    unescaped = set(re.sub(r"\\.", "", raw.strip("*")))
    assert not unescaped & set("<[]$:*`~")
    assert not [text for text in visit.markdown if text.proto.allow_html]


def test_no_code_of_the_dashboard_switches_html_on():
    files = [*ROOT.glob("pages/*.py"), *ROOT.glob("twoplustwo/**/*.py")]
    assert len(files) > 10
    unsafe = re.compile(
        r"unsafe_allow|allow_html|st\.html\((?!STYLE\))|components\.v1|unsafe_allow_javascript"
    )
    assert not [path.name for path in files if unsafe.search(path.read_text(encoding="utf-8"))]


# --- nothing left -----------------------------------------------------------------------------


# An empty link; each filter that alone empties it, with the link that its button leads to.
EMPTY = [
    ("q=zzzz", {"q": ""}),
    (
        "partner=GBR&from=2024&to=2025",
        {
            "partner": "from=2024&to=2025",
            "years": "partner=GBR",
            "format": "partner=GBR&from=2024&to=2025&format=all",
        },
    ),
    ("partner=DEU&from=1990&to=1999&q=zzzz", {"all": ""}),
]


@pytest.mark.parametrize(("link", "ways"), EMPTY)
@pytest.mark.parametrize("page", [PARTNERS, TIMELINE, TOPICS, OVERVIEW])
def test_an_empty_selection_names_the_filter_that_emptied_it_and_its_button_brings_meetings_back(
    page: str, link: str, ways: dict[str, str]
):
    assert not meetings(link)
    visit = opened(page, link)
    assert summary(visit).startswith("0 meetings · ")
    assert "No meeting on record fits all filters together." in said(visit.info)
    offered = {button.key for button in visit.button if str(button.key).startswith("way_back_")}
    assert offered == {f"way_back_{name}" for name in ways}
    for name, wider in ways.items():
        visit = opened(page, link)
        left = len(meetings(wider))
        assert re.search(rf"without, {left} meetings? (is|are) left", said(visit.markdown))
        visit.button(key=f"way_back_{name}").click().run()
        assert not visit.exception
        assert count_shown(visit) == left > 0
        assert address(visit) == wider


# --- the address ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_the_address_follows_each_filter_in_codes_and_canonical_order(page: str):
    visit = opened(page)
    visit.text_input(key="text").set_value(" Joint   statement ").run()
    visit.multiselect(key="basis").set_value(["official_readout", "joint_statement"]).run()
    visit.multiselect(key="topic").set_value(["indo_pacific", "cyber"]).run()
    visit.multiselect(key="format").set_value(["summit", "two_plus_two"]).run()
    visit.slider(key="years").set_value((2010, 2022)).run()
    visit.multiselect(key="partner").set_value(["GBR", "AUS"]).run()
    assert not visit.exception
    expected = [
        ("partner", ["AUS", "GBR"]),
        ("from", "2010"),
        ("to", "2022"),
        ("format", ["two_plus_two", "summit"]),
        ("topic", ["cyber", "indo_pacific"]),
        ("basis", ["joint_statement", "official_readout"]),
        ("q", "Joint statement"),
    ]
    assert list(visit.query_params.items()) == expected
    again = opened(page, address(visit))
    assert not again.warning
    assert summary(again) == summary(visit)
    for key in ("partner", "topic", "format", "basis"):
        assert set(again.multiselect(key=key).value) == set(visit.multiselect(key=key).value)


@pytest.mark.parametrize("page", PAGES)
def test_reset_empties_the_address_and_every_control(page: str):
    visit = opened(page, "partner=GBR&from=2013&to=2023&format=all&topic=cyber&basis=news&q=Japan")
    next(button for button in visit.button if button.label == "Reset all filters").click().run()
    assert visit.query_params == {}
    assert count_shown(visit) == len(meetings())
    assert visit.slider(key="years").value[0] == int(min(row["date"] for row in table("meetings"))[:4])
    assert visit.multiselect(key="format").value == ["two_plus_two"]
    assert [visit.multiselect(key=key).value for key in ("partner", "topic", "basis")] == [[], [], []]
    assert not visit.text_input(key="text").value


def test_an_emptied_format_filter_says_that_it_falls_back_to_the_ministerial_meetings():
    visit = opened(OVERVIEW, "format=summit")
    visit.multiselect(key="format").set_value([]).run()
    assert visit.multiselect(key="format").value == ["two_plus_two"]
    assert visit.query_params == {}


def test_an_address_that_changes_under_the_visitor_as_by_back_is_followed():
    visit = opened(OVERVIEW, "partner=GBR&q=Japan")
    visit.query_params.clear()
    visit.query_params.update({"partner": "DEU"})
    visit.run()
    assert visit.multiselect(key="partner").value == ["DEU"]
    assert not visit.text_input(key="text").value
    assert count_shown(visit) == len(meetings("partner=DEU"))


def shared_by(sender: AppTest) -> str:
    """The link that a visitor would share, with years and version."""
    visit = sender.session_state["visit"]
    link = visit.view.share_query(Vocabulary.of(visit.record))
    assert re.search(r"from=\d{4}&to=\d{4}.*&v=\d{4}\.\d+\.\d+$", link)
    return link


@pytest.mark.parametrize("link", ["", "partner=AUS&partner=GBR"])
@pytest.mark.parametrize("page", PAGES)
def test_a_shared_link_with_years_and_version_draws_what_the_sender_saw(page: str, link: str):
    sender = opened(page, link)
    reader = opened(page, shared_by(sender))
    assert not reader.warning
    assert not [notice for notice in reader.info if "version" in notice.value]
    assert count_shown(reader) == count_shown(sender)
    assert reader.slider(key="years").value == sender.slider(key="years").value
    assert [figure.value for figure in reader.metric] == [figure.value for figure in sender.metric]
    assert {key: chart["layout"]["xaxis"] for key, chart in charts(reader).items()} == {
        key: chart["layout"]["xaxis"] for key, chart in charts(sender).items()
    }
    assert charts(reader) == charts(sender)


def test_a_shared_link_names_the_years_as_the_sender_read_them():
    sender = opened(OVERVIEW, "partner=GBR")
    assert summary(opened(OVERVIEW, shared_by(sender))) == summary(sender)


@pytest.mark.parametrize(
    ("page", "control", "value", "written_as"),
    [
        (TIMELINE, "context", ["event", "cabinet"], "context=cabinet&context=event"),
        (PARTNERS, "align", "ordinal", "align=ordinal"),
        (TOPICS, "measure", "count", "measure=count"),
    ],
)
def test_an_option_of_a_page_is_kept_in_the_address_and_read_back(
    page: str, control: str, value: str | list[str], written_as: str
):
    link = "partner=AUS&partner=GBR"
    visit = opened(page, link)
    before = charts(visit)
    visit.get_by_key(f"option_{control}").set_value(value).run()
    assert address(visit) == f"{link}&{written_as}"
    assert charts(visit) != before
    again = opened(page, address(visit))
    assert not again.warning
    assert charts(again) == charts(visit)
    # A filter that changes leaves the option as it is.
    again.multiselect(key="partner").set_value(["AUS", "GBR", "FRA"]).run()
    assert address(again) == f"partner=AUS&partner=FRA&partner=GBR&{written_as}"


@pytest.mark.parametrize("kinds", [("event",), ("cabinet", "event")])
def test_what_stood_around_the_meetings_is_told_with_the_page_that_shows_it(kinds: tuple[str, ...]):
    """A cabinet that came before the years selected and still governed in them is told too."""
    visit = opened(TIMELINE, "from=2012&to=2020&" + "&".join(f"context={kind}" for kind in kinds))
    told = next(frame.value for frame in visit.dataframe if "why_it_matters" in frame.value)
    held = [row for row in table("context_events") if "2012" <= row["date"][:4] <= "2020"]
    events = {row["title"] for row in held if row["kind"] != "cabinet"}
    cabinets = {row["title"] for row in held if row["kind"] == "cabinet"}
    assert events <= set(told["event"])
    assert (cabinets <= set(told["event"])) == ("cabinet" in kinds)
    assert ("Noda cabinet" in set(told["event"])) == ("cabinet" in kinds)
    pages = {row["source_id"]: row for row in table("sources")}
    assert len(told) > 20
    for row in held:
        for shown in told[told["event"] == row["title"]].itertuples():
            cited = [pages[code] for code in row["source_ids"].split(";")]
            assert shown.url in [page["url"] for page in cited]
            assert 1 <= shown.independent_sources <= len(cited)


@pytest.mark.parametrize(
    ("identifier", "file"), [("gbr-2015-01-21", "meetings"), ("gbr-acsa-2017", "agreements")]
)
def test_a_record_named_in_the_link_lies_open_below_the_timeline_until_it_is_closed(
    identifier: str, file: str
):
    key = file.removesuffix("s") + "_id"
    row = next(row for row in table(file) if row[key] == identifier)
    # Also where the filters leave it out: the link names it.
    visit = opened(TIMELINE, f"partner=DEU&id={identifier}")
    assert row["name" if file == "meetings" else "title"] in said(visit.header)
    assert row["summary"] in said(visit.markdown)
    visit.button(key="close_facts").click().run()
    assert address(visit) == "partner=DEU"
    assert row["summary"] not in said(visit.markdown)


# --- figures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["", "partner=AUS&partner=GBR", "from=2010&to=2015&format=all"])
def test_the_figures_of_the_overview_agree_with_the_files(link: str):
    visit = opened(OVERVIEW, link)
    figures = {figure.label: figure.value for figure in visit.metric}
    chosen = meetings(link)
    partners = parse_qs(link).get("partner")
    in_force = [
        row
        for row in table("agreements")
        if row["status"] == "in_force" and (not partners or row["partner"] in partners)
    ]
    assert figures["Meetings"] == str(len(chosen))
    assert figures["Partners met"] == str(len({row["partner"] for row in chosen}))
    assert figures["Latest meeting"] == written(max(row["date"] for row in chosen))
    assert figures["Agreements in force"] == str(len(in_force))
    names = {row["partner"]: row["name"] for row in table("partners")}
    expected = Counter((row["format"], names[row["partner"]], int(row["date"][:4])) for row in chosen)
    cells = charts(visit)["partner-by-year"]["data"][0]["z"]
    assert sum(number or 0 for line in cells for number in line) == len(chosen)
    drawn = numbers_behind(visit, "partner-by-year")
    assert drawn["meetings"].sum() == len(chosen)
    assert Counter(
        drawn.set_index(["partner", "year"])["meetings"].groupby(level=[0, 1]).sum().to_dict()
    ) == (
        Counter({(who, year): 0 for _, who, year in expected})
        + Counter([(names[row["partner"]], int(row["date"][:4])) for row in chosen])
    )


@pytest.mark.parametrize("link", ["", "from=2013&to=2022"])
def test_the_table_of_partners_agrees_with_the_files(link: str):
    tables = [frame.value for frame in opened(PARTNERS, link).dataframe]
    shown = next(frame for frame in tables if "longest_days" in frame)
    shown = shown[shown["meetings"] > 0].set_index("partner")
    names = {row["partner"]: row["name"] for row in table("partners")}
    chosen = meetings(link)
    as_of = min(coverage_end(), date(int(parse_qs(link).get("to", ["9999"])[0]), 12, 31))
    assert set(shown.index) == {names[row["partner"]] for row in chosen}
    for code, name in names.items():
        days = sorted(date.fromisoformat(row["date"]) for row in chosen if row["partner"] == code)
        if not days:
            continue
        line = shown.loc[name]
        gaps = np.diff(np.array(days, dtype="datetime64[D]")).astype(int)
        assert line["meetings"] == len(days)
        assert (line["first"].date(), line["last"].date()) == (days[0], days[-1])
        assert line["days_since_last"] == (as_of - days[-1]).days
        if len(gaps):
            assert line["longest_days"] == max(gaps)
            assert abs(line["median_days"] - np.median(gaps)) <= 0.5
        ids = {row["meeting_id"] for row in chosen if row["partner"] == code}
        assert line["coded_topics"] == sum(bool(ids & taken_up) for taken_up in coded(link).values())


def test_the_ladder_says_what_is_in_force_since_when_and_what_was_not_found():
    codes = {"AUS": "Australia", "DEU": "Germany", "FRA": "France", "IND": "India"}
    shown = opened(PARTNERS, urlencode({"partner": list(codes)}, doseq=True)).table[0].value
    rungs = {
        "isa": "Information security",
        "detta": "Equipment and technology",
        "acsa": "Acquisition and cross-servicing",
        "raa": "Reciprocal access",
    }
    steps = [row for row in table("agreement_events") if row["event"] == "entered_into_force"]
    compared = 0
    for code, name in codes.items():
        for kind, label in rungs.items():
            cell = plain(shown.loc[label, name])
            own = [row for row in table("agreements") if (row["partner"], row["type"]) == (code, kind)]
            valid = {row["agreement_id"] for row in own if row["status"] == "in_force"}
            dated = [row for row in steps if row["agreement_id"] in valid and row["precision"] == "day"]
            if not own:
                assert cell == "○ none found in the texts read"
            elif len(valid) == len(dated) == 1:
                assert cell == f"● in force since {written(dated[0]['date'])}"
                compared += 1
    assert compared >= 6


@pytest.mark.parametrize("link", ["", "partner=GBR", "partner=AUS&partner=FRA&from=2014"])
def test_the_topics_page_counts_each_area_as_so_many_of_the_coded_meetings(link: str):
    visit = opened(TOPICS, link)
    taken_up = coded(link)
    labels = {row["topic_id"]: row["label"] for row in table("topics")}
    trials = len(set().union(*taken_up.values()))
    expected = {labels[topic]: len(ids) for topic, ids in taken_up.items()}
    figure = charts(visit)["area-ranking"]
    written_out = {plain(label) for label in figure["layout"]["yaxis"]["ticktext"]}
    drawn = sorted(expected.values(), reverse=True)[:20]
    assert len(written_out) == len(drawn)
    assert written_out <= {f"{label} <b>{count} of {trials}</b>" for label, count in expected.items()}
    shares = [round(100 * count / trials, 2) for count in drawn]
    np.testing.assert_allclose(figure["data"][0]["x"], shares)
    rows = numbers_behind(visit, "area-ranking").set_index("label")
    assert set(rows["coded_meetings"]) == {trials}
    assert rows["meetings"].to_dict() == {label: expected.get(label, 0) for label in labels.values()}


def test_shares_of_two_partners_stand_beside_each_other_with_their_counts():
    visit = opened(PARTNERS, "partner=AUS&partner=GBR")
    rows = numbers_behind(visit, "topic-profiles").set_index(["partner", "area"])
    labels = {row["topic_id"]: row["label"] for row in table("topics")}
    for code, name in (("AUS", "Australia"), ("GBR", "United Kingdom")):
        taken_up = coded(f"partner={code}")
        trials = len(set().union(*taken_up.values()))
        assert set(rows.loc[name, "coded_meetings"]) == {trials}
        for topic, ids in taken_up.items():
            assert rows.loc[(name, labels[topic]), "meetings"] == len(ids)


# --- charts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_chart_tells_what_it_shows_and_has_its_numbers_and_a_download(page: str):
    visit = opened(page, "partner=AUS&partner=GBR&format=all")
    drawn = {chart.key: chart.proto.alt for chart in visit.get("plotly_chart")}
    if page in {OVERVIEW, TIMELINE, PARTNERS, TOPICS}:
        assert drawn
    for key, alt in drawn.items():
        assert re.search(r"\d", alt), f"{key}: its text alternative has no number"
        assert f"numbers_{key}" in {fold.key for fold in visit.expander}
        assert len(numbers_behind(visit, key))
        assert not visit.exception
        assert f"csv_{key}" in {button.key for button in visit.get("download_button")}


def test_visits_to_all_pages_leave_the_record_that_visitors_share_as_it_was():
    links = ["", "partner=AUS&partner=GBR&format=all", "topic=cyber&basis=news&from=2010", "q=zzzz"]
    visits = [opened(page, link) for page in PAGES for link in links]
    shared = visits[-1].session_state["visit"].record
    assert all(visit.session_state["visit"].record is shared for visit in visits)
    fresh = read_record(shipped_folder())
    for name, frame in shared.tables().items():
        pd.testing.assert_frame_equal(frame, fresh.tables()[name])


# --- method -----------------------------------------------------------------------------------


def test_the_change_list_shows_each_version_and_the_rows_of_the_one_chosen():
    history = table("revisions")
    visit = opened("method")
    known = [row["version"] for row in history]

    def shown_with(column: str) -> pd.DataFrame:
        return next(frame.value for frame in visit.dataframe if column in frame.value)

    assert set(shown_with("retired")["version"]) == set(known)
    choice = next(box for box in visit.selectbox if box.label == "Changes of version")
    assert choice.value == known[-1]
    for version in (known[-1], "2026.11.10"):
        choice.set_value(version).run()
        shown = shown_with("reason")
        expected = [row for row in history if row["version"] == version]
        assert shown["key"].fillna("").tolist() == [row["key"] for row in expected]
        assert shown["reason"].tolist() == [row["reason"] for row in expected]


# --- definitions ------------------------------------------------------------------------------


def test_the_definition_of_an_area_says_how_far_two_coders_agreed():
    coded = [row for row in table("codings") if row["topic_id"] == "cbrn_defence"]
    newest = max(row["round"] for row in coded)
    pairs = [(row["first"], row["second"]) for row in coded if row["round"] == newest]
    # Nominal alpha of two coders: 1 - (values - 1) x disagreements / (zeros x ones).
    values = [value for pair in pairs for value in pair]
    apart = sum(first != second for first, second in pairs)
    alpha = 1 - (len(values) - 1) * apart / (values.count("0") * values.count("1"))
    visit = opened(TOPICS)
    visit.session_state["definitions"] = True
    visit.run()
    (told,) = [text.value for text in visit.markdown if "CBRN protection" in text.value]
    assert told.endswith(f"alpha {alpha:.2f}.")
