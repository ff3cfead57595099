"""Links read back as what was written, hostile ones never fail, and filters choose the right rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_record import agreement, context, meeting, mention, person, read_small, step

from twoplustwo import Record, Selection, read_link
from twoplustwo.record import split_ids, table_schemas
from twoplustwo.selection import (
    BASES,
    FORMATS,
    LONGEST_TEXT,
    PAGES,
    AnyOf,
    Link,
    OneOf,
    View,
    Vocabulary,
    as_params,
    ways_back,
)

VOCABULARY = Vocabulary(
    partners=("USA", "GBR", "AUS", "EU"),
    topics=("cyber", "space", "indo_pacific"),
    first_year=1960,
    last_year=2026,
    ids=frozenset({"gbr-2015-01-21", "gbr-acsa"}),
    version="2026.11.0",
)


# --- round trips ------------------------------------------------------------------------------


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values)).map(tuple)


YEARS = st.none() | st.integers(VOCABULARY.first_year, VOCABULARY.last_year)
SELECTIONS = st.builds(
    Selection,
    partners=some(VOCABULARY.partners),
    from_year=YEARS,
    to_year=YEARS,
    formats=some(FORMATS),
    topics=some(VOCABULARY.topics),
    bases=some(BASES),
    text=st.text(),
)


@st.composite
def views(draw: st.DrawFn) -> View:
    page = draw(st.sampled_from(sorted(PAGES)))
    options = {}
    for name, option in PAGES[page].items():
        if isinstance(option, AnyOf):
            options[name] = draw(some(option.values))
        elif isinstance(option, OneOf):
            options[name] = (draw(st.sampled_from(option.values)),)
        else:
            options[name] = draw(st.sampled_from([(), *((code,) for code in sorted(VOCABULARY.ids))]))
    return View.of(page, draw(SELECTIONS), options)


@given(views())
def test_a_view_reads_back_from_its_pairs(view: View):
    link = read_link(view.page, as_params(view.pairs()), VOCABULARY)
    assert link == Link(view, None, ())


@given(views())
def test_a_view_reads_back_from_its_query_string(view: View):
    params = parse_qs(view.to_query(), keep_blank_values=True)
    assert read_link(view.page, params, VOCABULARY) == Link(view, None, ())


@given(views())
def test_a_share_link_fixes_both_years_and_the_version(view: View):
    params = parse_qs(view.share_query(VOCABULARY), keep_blank_values=True)
    pinned = replace(view, selection=view.selection.pinned(VOCABULARY))
    assert read_link(view.page, params, VOCABULARY) == Link(pinned, "2026.11.0", ())
    assert {"from", "to", "v"} <= set(params)


@given(SELECTIONS, st.randoms(use_true_random=False))
def test_equal_selections_give_equal_links_whatever_their_order(selection: Selection, random):
    def shuffled(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(random.sample(values * 2, len(values) * 2))

    same = replace(
        selection,
        partners=shuffled(selection.partners),
        from_year=selection.from_year,
        formats=shuffled(selection.formats),
        topics=shuffled(selection.topics),
        bases=shuffled(selection.bases),
        text=f"  {selection.text}\n",
    )
    assert same == selection
    assert hash(same) == hash(selection)
    assert same.to_query() == selection.to_query()


def test_a_query_string_holds_codes_in_the_order_of_the_grammar():
    selection = Selection(
        partners=("GBR", "AUS", "GBR"),
        from_year=2023,
        to_year=2013,
        formats=("summit", "two_plus_two"),
        topics=("space", "cyber"),
        bases=("news", "joint_statement"),
        text="  Nakatani &  Gen ",
    )
    assert selection.to_query() == (
        "partner=AUS&partner=GBR&from=2013&to=2023&format=two_plus_two&format=summit"
        "&topic=cyber&topic=space&basis=joint_statement&basis=news&q=Nakatani+%26+Gen"
    )


def test_defaults_are_left_out_of_links_and_all_formats_are_one_word():
    assert Selection().to_query() == ""
    assert View.of("partners", Selection(), {"align": ("calendar",)}).to_query() == ""
    assert View.of("partners", Selection(), {"align": ("ordinal",)}).to_query() == "align=ordinal"
    assert Selection(formats=FORMATS).to_query() == "format=all"


def test_an_option_that_was_not_chosen_has_its_default():
    assert View("partners").option("align") == ("calendar",)
    assert View.of("partners", Selection(), {"align": ("ordinal",)}).option("align") == ("ordinal",)
    assert View("timeline").option("context") == ()


def test_a_share_link_selects_the_same_rows_as_the_open_selection(record: Record):
    selection = Selection(formats=FORMATS)
    pinned = selection.pinned(Vocabulary.of(record)).apply(record)
    for name, frame in selection.apply(record).tables().items():
        pd.testing.assert_frame_equal(pinned.tables()[name], frame)


def test_the_vocabulary_reaches_from_the_first_date_to_the_end_of_the_coverage(record: Record):
    vocabulary = Vocabulary.of(record)
    assert vocabulary.first_year == 1960  # the security treaty with the United States
    assert vocabulary.last_year == record.about.coverage_end.year
    assert "gbr-2015-01-21" in vocabulary.ids
    assert vocabulary.version == record.about.version


# --- links from elsewhere ---------------------------------------------------------------------

HOSTILE = [
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202eGBR",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "=HYPERLINK(1)",
    "'; DROP TABLE meetings; --",
    "%00%ff",
    "NaN",
    "-1",
    "2015.0",
    "２０１５",
    "99999",
    "x" * 100_000,
]
NAMES = ["partner", "from", "to", "format", "topic", "basis", "q", "v", "context", "id", "align", "measure"]
VALUE = st.sampled_from(HOSTILE) | st.text(st.characters()) | st.sampled_from(["GBR", "2015", "cyber"])
NAME = st.sampled_from(NAMES) | st.text(st.characters()) | st.sampled_from(HOSTILE)


@given(st.sampled_from(sorted(PAGES)), st.dictionaries(NAME, st.lists(VALUE, max_size=3), max_size=5))
def test_no_link_fails_and_what_was_understood_can_be_linked_again(page: str, params: dict[str, list[str]]):
    link = read_link(page, params, VOCABULARY)
    again = read_link(page, parse_qs(link.view.to_query(), keep_blank_values=True), VOCABULARY)
    assert again == Link(link.view, None, ())
    for problem in link.problems:
        assert problem.message
        problem.message.encode("utf-8")  # can be shown
        assert len(problem.message) < 300


@given(st.sampled_from(["partner", "from", "to", "format", "topic", "basis", "v", "id"]), VALUE)
def test_a_value_is_either_used_or_named(name: str, value: str):
    link = read_link("timeline", {name: [value]}, VOCABULARY)
    used = link.view != View("timeline") or link.version is not None
    named = [(problem.parameter, problem.value) for problem in link.problems]
    assert used or named == [(name, value)]
    assert not (used and named)


@pytest.mark.parametrize("name", ["partner", "from", "to", "format", "topic", "basis", "q", "v", "id"])
def test_a_parameter_without_a_value_is_named(name: str):
    link = read_link("timeline", {name: [""]}, VOCABULARY)
    assert link.view == View("timeline")
    assert [problem.parameter for problem in link.problems] == [name]


@pytest.mark.parametrize("value", ["1959", "2027", "999", "20155", "2015.5", "２０１５", "two thousand"])
def test_a_year_out_of_range_is_named_with_the_range(value: str):
    link = read_link("overview", {"from": [value], "partner": ["GBR"]}, VOCABULARY)
    assert link.view.selection == Selection(partners=("GBR",))
    assert [problem.parameter for problem in link.problems] == ["from"]
    assert f"{value}” is not a year from 1960 to 2026" in link.problems[0].message


def test_the_known_codes_are_used_and_the_unknown_named_one_by_one():
    link = read_link("overview", {"partner": ["GBR", "XXX", "usa", "YYY"]}, VOCABULARY)
    assert link.view.selection == Selection(partners=("GBR", "USA"))
    assert [(problem.parameter, problem.value) for problem in link.problems] == [
        ("partner", "XXX"),
        ("partner", "YYY"),
    ]


def test_a_reversed_range_is_put_right_and_said():
    link = read_link("overview", {"from": ["2023"], "to": ["2013"]}, VOCABULARY)
    assert link.view.selection == Selection(from_year=2013, to_year=2023)
    assert [problem.message for problem in link.problems] == [
        "from=2023 is after to=2013; the two were swapped."
    ]


@pytest.mark.parametrize("name", ["partnr", "Partner", "align", "\ud800"])
def test_a_name_that_is_no_parameter_of_the_page_is_named(name: str):
    link = read_link("overview", {name: ["GBR"]}, VOCABULARY)
    assert link.view == View("overview")
    assert [problem.parameter for problem in link.problems] == [name]
    assert "is no parameter of this page" in link.problems[0].message


def test_parameters_that_streamlit_reads_are_left_alone():
    assert read_link("overview", {"embed": ["true"]}, VOCABULARY).problems == ()


def test_of_several_years_the_first_is_used_and_that_is_said():
    link = read_link("overview", {"from": ["2013", "2014", "2015"]}, VOCABULARY)
    assert link.view.selection == Selection(from_year=2013)
    assert len(link.problems) == 1
    assert "given 3 times; the first, “2013”, was used" in link.problems[0].message


def test_of_several_ids_the_one_that_is_said_to_be_used_is_used():
    link = read_link("timeline", {"id": ["no-such-id", "gbr-2015-01-21"]}, VOCABULARY)
    said = [problem.message for problem in link.problems if "was used" in problem.message]
    assert link.view.option("id") == ("gbr-2015-01-21",) or not said
    assert not any("“no-such-id”, was used" in message for message in said)
    assert any(problem.value == "no-such-id" for problem in link.problems)


def test_a_long_text_is_cut_and_that_is_said():
    link = read_link("overview", {"q": ["ab " * 1000]}, VOCABULARY)
    assert len(link.view.selection.text) <= LONGEST_TEXT
    assert link.view.selection.text.startswith("ab ab")
    assert [problem.parameter for problem in link.problems] == ["q"]


def test_a_text_loses_control_characters_and_line_ends():
    assert Selection(text=" Gen\x00\u202e\n Nakatani\ud800 ").text == "Gen Nakatani"


def test_signs_of_a_text_that_cannot_be_seen_are_named():
    link = read_link("overview", {"q": ["Na\u200bkatani"]}, VOCABULARY)
    assert link.view.selection.text == "Na katani"
    assert [problem.message for problem in link.problems] == [
        "q holds signs that cannot be seen; they were read as blanks."
    ]


def test_a_letter_whose_capital_is_a_latin_one_makes_no_code():
    link = read_link("overview", {"partner": ["u\u017fa"]}, VOCABULARY)
    assert not link.view.selection.partners
    assert [problem.parameter for problem in link.problems] == ["partner"]


# --- filters on a record of a few rows ----------------------------------------------------------

GBR_15, GBR_16, GBR_SUMMIT = "gbr-2015-01-21", "gbr-2016-01-08", "gbr-2015-06-01-summit"
AUS_15, AUS_18 = "aus-2015-11-22", "aus-2018-10-10"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Four ministerial meetings and a summit, with two topics and one agreement a partner."""
    return read_small(
        tmp_path_factory.mktemp("small"),
        meetings=[
            meeting("GBR", "2015-01-21", city="London", source_ids="gbr-a;gbr-b"),
            meeting("GBR", "2016-01-08", city="Tokyo", summary="Défense and SPACE were discussed."),
            meeting("GBR", "2015-06-01", "summit"),
            meeting("AUS", "2015-11-22", outcome_document="Joint Communiqué"),
            meeting("AUS", "2018-10-10", source_ids="aus-a"),
        ],
        participants=[
            person(GBR_15, "Gen Nakatani"),
            person(GBR_15, "Philip Hammond", "GBR", source_id="gbr-c"),
            person(AUS_18, "Tarō Kōno"),
        ],
        mentions=[
            mention(GBR_15, "cyber", "joint_statement"),
            mention(GBR_15, "space", "news"),
            mention(GBR_16, "space", "joint_statement"),
            mention(GBR_SUMMIT, "cyber", "news"),
            mention(AUS_15, "cyber", "news", source_id="aus-b"),
        ],
        agreements=[
            agreement("gbr-acsa", "acsa", "in_force", title="Supplies with Britain"),
            agreement("aus-raa", "raa", "in_force", title="Reciprocal access"),
            agreement("aus-isa", "isa", "announced"),
        ],
        agreement_events=[
            step("gbr-acsa", "2017-01-26", "signed"),
            step("gbr-acsa", "2017-08-18", "entered_into_force"),
            step("aus-raa", "2022-01-06", "signed"),
            step("aus-raa", "2023-08-13", "entered_into_force"),
        ],
        context_events=[
            context("jpn-abe", "2012-12-26", "cabinet", country="JPN", end_date="2020-09-16"),
            context("jpn-now", "2025-10-21", "cabinet", country="JPN"),
            context("gbr-now", "2024-07-05", "cabinet", country="GBR"),
            context("rus-crimea", "2014-03-18", "crisis"),
            context("g7", "2016-05-26", "regional_event", end_date="2016-05-27"),
        ],
    )


CASES = {
    "nothing, which leaves out the summit": (Selection(), [GBR_15, GBR_16, AUS_15, AUS_18]),
    "partner": (Selection(partners=("GBR",)), [GBR_15, GBR_16]),
    "two partners": (Selection(partners=("GBR", "AUS")), [GBR_15, GBR_16, AUS_15, AUS_18]),
    "unknown partner": (Selection(partners=("FRA",)), []),
    "from": (Selection(from_year=2016), [GBR_16, AUS_18]),
    "to": (Selection(to_year=2015), [GBR_15, AUS_15]),
    "from and to": (Selection(from_year=2016, to_year=2017), [GBR_16]),
    "format": (Selection(formats=("summit",)), [GBR_SUMMIT]),
    "all formats": (Selection(formats=FORMATS), [GBR_15, GBR_16, GBR_SUMMIT, AUS_15, AUS_18]),
    "topic": (Selection(topics=("cyber",)), [GBR_15, AUS_15]),
    "any of two topics": (Selection(topics=("cyber", "space")), [GBR_15, GBR_16, AUS_15]),
    "topic by basis": (Selection(topics=("cyber",), bases=("joint_statement",)), [GBR_15]),
    "topic by two bases": (Selection(topics=("space",), bases=("joint_statement", "news")), [GBR_15, GBR_16]),
    "basis alone keeps meetings": (Selection(bases=("news",)), [GBR_15, GBR_16, AUS_15, AUS_18]),
    "text in a place": (Selection(text="tokyo"), [GBR_16]),
    "text in a partner's name": (Selection(text="kingdom"), [GBR_15, GBR_16]),
    "text in a document": (Selection(text="communique"), [AUS_15]),
    "text in a person's name": (Selection(text="Taro KONO"), [AUS_18]),
    "text without case and accents": (Selection(text="DEFENSE spacé"), [GBR_16]),
    "words of text in any order and place": (Selection(text="hammond london Gen"), [GBR_15]),
    "all words of text are needed": (Selection(text="hammond tokyo"), []),
    "partner, year and topic": (Selection(partners=("GBR",), to_year=2015, topics=("space",)), [GBR_15]),
    "partner, format and basis": (
        Selection(partners=("GBR",), formats=FORMATS, topics=("cyber",), bases=("news",)),
        [GBR_SUMMIT],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_meetings_are_chosen_by(small: Record, case: str):
    selection, meetings = CASES[case]
    assert selection.apply(small).meetings["meeting_id"].tolist() == meetings


@pytest.mark.parametrize("case", CASES)
def test_every_reference_of_a_selected_record_leads_to_a_row_in_it(small: Record, case: str):
    tables = CASES[case][0].apply(small).tables()
    for name, schema in table_schemas().items():
        for key in schema.get("foreignKeys", []):
            target = tables[key["reference"]["resource"]][key["reference"]["fields"]]
            assert tables[name][key["fields"]].dropna().isin(target).all(), f"{name}.{key['fields']}"
        for column in {"source_ids", "further_source_ids"} & set(tables[name].columns):
            named = {code for cell in tables[name][column].dropna() for code in split_ids(cell)}
            assert named <= set(tables["sources"]["source_id"])


def test_people_and_mentions_follow_their_meeting(small: Record):
    selected = Selection(partners=("GBR",), to_year=2015).apply(small)
    assert selected.participants["name"].tolist() == ["Gen Nakatani", "Philip Hammond"]
    assert selected.mentions["topic_id"].tolist() == ["cyber", "space"]


def test_a_topic_filter_keeps_the_other_topics_of_its_meetings(small: Record):
    mentions = Selection(partners=("GBR",), topics=("cyber",)).apply(small).mentions
    assert mentions[["meeting_id", "topic_id"]].to_numpy().tolist() == [[GBR_15, "cyber"], [GBR_15, "space"]]


def test_a_basis_leaves_only_mentions_that_rest_on_it(small: Record):
    mentions = Selection(bases=("news",)).apply(small).mentions
    assert mentions[["meeting_id", "topic_id"]].to_numpy().tolist() == [[GBR_15, "space"], [AUS_15, "cyber"]]


@pytest.mark.parametrize(
    ("selection", "agreements", "steps"),
    [
        (Selection(), ["gbr-acsa", "aus-raa", "aus-isa"], 4),
        (Selection(partners=("AUS",)), ["aus-raa", "aus-isa"], 2),
        # With years an agreement counts by its steps in them, and only these steps are kept.
        (Selection(to_year=2017), ["gbr-acsa"], 2),
        (Selection(from_year=2023), ["aus-raa"], 1),
        (Selection(from_year=2018, to_year=2021), [], 0),
        (Selection(text="supplies"), ["gbr-acsa"], 2),
        (Selection(text="australia"), ["aus-raa", "aus-isa"], 2),
        # Topics, formats and bases are things of meetings.
        (Selection(topics=("space",), formats=("summit",)), ["gbr-acsa", "aus-raa", "aus-isa"], 4),
    ],
)
def test_agreements_are_chosen_by_partner_text_and_steps(
    small: Record, selection: Selection, agreements: list[str], steps: int
):
    selected = selection.apply(small)
    assert selected.agreements["agreement_id"].tolist() == agreements
    assert len(selected.agreement_events) == steps


@pytest.mark.parametrize(
    ("selection", "events"),
    [
        (Selection(), ["jpn-abe", "jpn-now", "gbr-now", "rus-crimea", "g7"]),
        (Selection(to_year=2012), ["jpn-abe"]),
        (Selection(from_year=2015, to_year=2015), ["jpn-abe"]),
        (Selection(from_year=2016, to_year=2016), ["jpn-abe", "g7"]),
        (Selection(from_year=2020, to_year=2020), ["jpn-abe"]),
        (Selection(from_year=2021, to_year=2024), ["gbr-now"]),
        # A Japanese cabinet without an end is in office; of another country the start alone is known.
        (Selection(from_year=2026), ["jpn-now"]),
    ],
)
def test_context_is_chosen_by_the_years_that_it_touches(
    small: Record, selection: Selection, events: list[str]
):
    assert selection.apply(small).context_events["event_id"].tolist() == events


def test_days_are_counted_to_the_end_of_the_years_selected_but_not_beyond_the_coverage(small: Record):
    end = small.about.coverage_end
    assert Selection().apply(small).as_of == end
    assert Selection(to_year=2018).apply(small).as_of == pd.Timestamp(2018, 12, 31)
    assert Selection(to_year=end.year).apply(small).as_of == end


def test_only_the_sources_of_the_selected_rows_are_left(small: Record):
    sources = Selection(partners=("AUS",), to_year=2015).apply(small).sources["source_id"]
    # aus-a stands behind the meeting of 2018 alone, gbr-a to gbr-c behind a British one.
    assert set(sources) == {"source-1", "aus-b"}


def test_a_text_is_searched_where_nobody_is_named(tmp_path: Path):
    alone = read_small(tmp_path, meetings=[meeting("GBR", "2015-01-21", city="London")])
    assert len(Selection(text="london").apply(alone).meetings) == 1


def test_a_text_of_accents_alone_is_found_nowhere_rather_than_everywhere(small: Record):
    assert len(Selection(text="\u0301").apply(small).meetings) == 0


def test_a_selection_of_a_selection_is_what_both_choose(small: Record):
    one, two = Selection(partners=("GBR",)), Selection(from_year=2016)
    twice = two.apply(one.apply(small))
    both = Selection(partners=("GBR",), from_year=2016).apply(small)
    for name, frame in both.tables().items():
        pd.testing.assert_frame_equal(twice.tables()[name], frame)


@settings(max_examples=25)
@given(selection=SELECTIONS)
def test_applying_a_selection_leaves_the_record_as_it_was(
    record: Record, unchanged: Callable[[], None], selection: Selection
):
    selection.apply(record)
    unchanged()


def test_a_series_keeps_partners_years_and_formats_alone():
    selection = Selection(("GBR",), 2013, 2015, ("summit",), ("cyber",), ("news",), "x")
    assert selection.series() == Selection(("GBR",), 2013, 2015, ("summit",))
    assert selection.any_year() == replace(selection, from_year=None, to_year=None)


# --- ways back --------------------------------------------------------------------------------


def test_the_filter_that_emptied_a_selection_is_named(small: Record):
    selection = Selection(partners=("AUS",), topics=("space",))
    ways = ways_back(selection, small)
    # Space came up with Britain at two meetings; Australia had two meetings, none with space.
    assert ways == [
        ("partner", Selection(topics=("space",)), 2),
        ("topic", Selection(partners=("AUS",)), 2),
    ]


def test_the_way_back_with_most_meetings_comes_last(small: Record):
    ways = ways_back(Selection(partners=("AUS",), formats=("summit",)), small)
    # One summit, with Britain; two meetings with Australia in any format.
    assert [(name, meetings) for name, _, meetings in ways] == [("partner", 1), ("format", 2)]


def test_where_no_single_filter_is_to_blame_all_are_dropped(small: Record):
    ways = ways_back(Selection(partners=("FRA",), text="nothing of the kind"), small)
    assert ways == [("all", Selection(), 4)]
