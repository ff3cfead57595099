"""Pieces that pages share: header, summary line, a chart with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from twoplustwo.analysis.changes import changes_in_words, changes_since
from twoplustwo.analysis.meetings import format_counts
from twoplustwo.charts import Figure
from twoplustwo.dashboard import navigation, share
from twoplustwo.dashboard.visit import Visit, current, option_key, show, touched
from twoplustwo.export import file_name
from twoplustwo.labels import (
    FORMAT_LABELS,
    as_markdown,
    beginning,
    counted,
    coverage_in_words,
    filters_in_words,
    in_sequence,
    joined,
    written_list,
)
from twoplustwo.language import ENGLISH, LANGUAGES, Labels, _, marked, ngettext
from twoplustwo.record import version_key
from twoplustwo.selection import LinkProblem, ways_back

EMPTIED_BY = Labels(
    {
        "partner": marked("The partner filter is what empties it"),
        "years": marked("The years are what empties it"),
        "format": marked("The format filter is what empties it"),
        "topic": marked("The filter on cooperation areas is what empties it"),
        "basis": marked("The filter on evidence is what empties it"),
        "q": marked("The text filter is what empties it"),
        "all": marked("The filters are what empties it"),
    }
)
DROP = Labels(
    {
        "partner": marked("Drop the partner filter"),
        "years": marked("Drop the years"),
        "format": marked("Drop the format filter"),
        "topic": marked("Drop the filter on cooperation areas"),
        "basis": marked("Drop the filter on evidence"),
        "q": marked("Drop the text filter"),
        "all": marked("Drop the filters"),
    }
)
NOTHING_LEFT = Labels(
    {
        "meetings": marked("No meeting on record fits all filters together."),
        "agreements": marked("No agreement on record fits all filters together."),
    }
)

# What Streamlit's theme cannot say:
# - White on the light blue of the dark theme is hard to read, so the values chosen in a filter are outlined.
# - A chart is drawn in ink for paper (charts.style.TEXT); on screen its texts follow the page, light or dark.
# - Links to pages are drawn as buttons of a menu, cut off at the end of the line and set off where they
#   lead to the same page; in the text of a record they are to look like links.
# - The languages stand at the right end of the header; a link to the page as it is in another language is
#   a link, not the page that is open.
# - A record that opens above what is on screen is to come into view, which the browser would prevent by
#   scrolling on.
# - What has the keyboard's focus is outlined, also where Streamlit shows it by a shade alone or not at all.
#   It reaches the button that copies, which shows itself only to a mouse, and passes by the filters while
#   they are folded away, where nobody would see it.
# - Who asks for less motion gets none.
STYLE = """<style>
[data-testid="stMultiSelect"] [data-tag] {
  background: none; color: inherit; outline: 1px solid; outline-offset: -1px;
  &:focus-visible { outline-width: 3px; }
}
.js-plotly-plot {
  [style*="fill: rgb(34, 38, 46)"] { fill: currentColor !important; }
  [style*="stroke: rgb(34, 38, 46)"] { stroke: currentColor !important; }
}
[data-testid="stLayoutWrapper"]:has(> .st-key-languages) { margin-left: auto; }
.st-key-languages {
  [data-testid="stPageLink-NavLink"] { background: none; padding: 0; margin: 0; }
  [data-testid="stPageLink-NavLink"] p {
    font-weight: 400; text-decoration: underline; text-underline-offset: 0.15em;
  }
  > :not(:first-child) { border-left: 1px solid; padding-left: 0.5rem; }
}
[data-testid="stMain"]:has(.st-key-facts) { overflow-anchor: none; }
:is(.st-key-facts, [class*="st-key-links_"]) [data-testid="stPageLink-NavLink"] {
  background: none; margin: 0.375rem 0; padding: 0; line-height: 1.5;
  * { line-height: 1.5; margin: 0; white-space: normal; }
  p { font-size: 1rem; font-weight: 400; text-decoration: underline; text-underline-offset: 0.15em; }
}
:is([data-testid="stPageLink-NavLink"], [data-testid="stMain"]):focus-visible {
  outline: 2px solid; outline-offset: -2px;
}
[data-testid="stDataFrame"]:has(canvas:focus-visible) { outline: 2px solid; }
[data-testid="stCode"]:focus-within > div { opacity: 1; visibility: visible; }
[data-testid="stSidebar"][data-collapsed="true"] * { visibility: hidden !important; }
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after {
    animation-duration: 1ms !important; animation-delay: 0s !important;
    animation-iteration-count: 1 !important;
    transition-duration: 0s !important; transition-delay: 0s !important; scroll-behavior: auto !important;
  }
}
</style>"""


def header(visit: Visit) -> None:
    """Name, navigation and languages; each link carries the filters along."""
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="navigation"):
        st.markdown("**Two Plus Two**", width="content")  # the name, in all languages
        for name in navigation.TITLES:
            navigation.link(name, visit.view.carried())
        _languages(visit)


def _languages(visit: Visit) -> None:
    """The languages, each by its own name; a link keeps page, filters and the open record."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", width="content", key="languages"
    ):
        for code, name in LANGUAGES.items():
            if code == visit.view.language:
                st.markdown(f"**{name}**", width="content")
            else:
                navigation.link(visit.view.page, replace(visit.view, language=code).pairs(), name)


def footer(visit: Visit) -> None:
    """What every page must say: version, reach of the sources, licence."""
    about = visit.record.about
    st.divider()
    note(
        _(
            "Data version {version}, {licence}. {coverage} "
            "Absence is weak evidence: most pages were read only from their opening."
        ).format(
            version=about.version,
            licence=as_markdown(about.licence),
            coverage=as_markdown(coverage_in_words(about)),
        )
    )
    if visit.view.language != ENGLISH:
        note(
            _(
                "Texts of the record, such as names of meetings, summaries, notes and titles of sources, "
                "are in English."
            )
        )


def link_notices(visit: Visit) -> None:
    """One line on what the link could not mean, and one on another data version."""
    if visit.problems:
        st.warning(_in_one_line(visit.problems), icon=":material/link_off:")
    if visit.version is not None:
        _version_notice(visit, visit.version)


def _version_notice(visit: Visit, made_with: str) -> None:
    """Where the link was made with another data version: what has changed in this selection since."""
    ours = visit.record.about.version
    if made_with == ours:
        return
    if version_key(made_with) > version_key(ours):
        st.info(
            _("This link was made with data version {theirs}; this server still has {ours}.").format(
                theirs=made_with, ours=ours
            ),
            icon=":material/update:",
        )
        return
    changes = changes_since(visit.selected, made_with)
    said = changes_in_words(changes) or _("nothing has changed")
    st.info(
        _(
            "This link was made with data version {version}. Since then, within this selection: {changes}."
        ).format(version=made_with, changes=said),
        icon=":material/update:",
    )
    if len(changes):
        fold = st.expander(_("List the changes"), key="changes", on_change="rerun")
        if fold.open:
            with fold:
                data_table(changes, key="changes-table")


def _in_one_line(problems: tuple[LinkProblem, ...], most: int = 4) -> str:
    said = [as_markdown(problem.message) for problem in problems[:most]]
    if len(problems) > most:
        said.append(_("{number} more values were not understood either.").format(number=len(problems) - most))
    return _("Not all of this link could be read: {problems}").format(problems=in_sequence(said))


def title(visit: Visit, text: str, question: str) -> None:
    """Page title, the question that it answers, and the active selection in one line."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.title(text, anchor=False, width="content")
        with st.container(horizontal=True, width="content"):
            share.controls(visit, text)
    note(question)
    selected = visit.selected
    words = [
        counted(len(selected.meetings), "meeting"),
        *filters_in_words(visit.selection, visit.record, visit.shared.vocabulary),
    ]
    line = " · ".join(as_markdown(word) for word in words)
    st.markdown(f"**{line}**")
    if len(visit.selection.formats) > 1 and len(selected.meetings):
        counts = format_counts(selected)
        formats = joined(f"{FORMAT_LABELS[str(code)]} {count}" for code, count in counts.items())
        note(_("Formats are different things; here they stand together: {formats}.").format(formats=formats))


def stop_if_empty(visit: Visit) -> None:
    """Where no meeting is left, say which filter took the last, offer the ways back, and end."""
    if len(visit.selected.meetings):
        return
    say_empty(visit, "meetings")
    footer(visit)
    st.stop()


def say_empty(visit: Visit, table: str) -> None:
    """That no row of ``meetings`` or ``agreements`` is left, which filter took the last, the ways back."""
    st.info(NOTHING_LEFT[table], icon=":material/filter_alt_off:")
    for name, wider, number in ways_back(visit.selection, visit.record, table):
        if table == "meetings":
            left = ngettext(
                "{cause}: without, {number} meeting is left.",
                "{cause}: without, {number} meetings are left.",
                number,
            )
        else:
            left = ngettext(
                "{cause}: without, {number} agreement is left.",
                "{cause}: without, {number} agreements are left.",
                number,
            )
        st.markdown(left.format(cause=EMPTIED_BY[name], number=f"{number:,}"))
        st.button(
            DROP[name],
            key=f"way_back_{name}",
            on_click=show,
            args=(wider,),
        )


def note(text: str) -> None:
    """Small print in Markdown. st.caption fades its text below the contrast that WCAG asks for."""
    st.markdown(f":small[:gray[{text}]]")


def figure(label: str, value: str, what: str) -> None:
    """One headline figure with what it counts."""
    with st.container(gap=None):
        st.metric(label, value)
        note(as_markdown(what))


def chart(
    visit: Visit,
    drawing: Figure,
    *,
    key: str,
    heading: str,
    alt: str,
    table: Callable[[], pd.DataFrame],
    reading: str | None = None,
    labels: Mapping[str, str] | None = None,
    on_select: Any = "ignore",
) -> None:
    """A chart with its title, its text alternative, the numbers behind it and its downloads.

    Parameters
    ----------
    key
        Names the chart in the session and in file names.
    heading
        What is counted, in plain words.
    alt
        What the chart shows, written from the data, for those who do not see it.
    table
        Makes the numbers behind the chart; called when a reader opens them.
    reading
        A line below the title on how to read it.
    labels
        Column of ``table`` -> header shown.
    on_select
        Callback for a chosen mark.
    """
    st.subheader(heading, anchor=False)
    if reading:
        note(reading)
    image = st.session_state.get(f"image_{key}") or "PNG"
    st.plotly_chart(
        drawing,
        key=key,
        alt=alt,
        theme=None,  # Streamlit's would have each chart drawn twice; the stylesheet gives it the page's ink
        on_select=on_select,
        selection_mode="points",
        config={
            "displaylogo": False,
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": {
                "format": image.lower(),
                "filename": file_name(visit.record, key, ""),
                "scale": 2,
            },
        },
    )
    numbers(visit, table, key=key, labels=labels, image=True)


def numbers(
    visit: Visit,
    make: Callable[[], pd.DataFrame],
    *,
    key: str,
    labels: Mapping[str, str] | None = None,
    image: bool = False,
) -> None:
    """The numbers behind a chart: opened, a table with its download; closed, nothing is sent."""
    fold = st.expander(_("Numbers and downloads"), key=f"numbers_{key}", on_change="rerun")
    if not fold.open:
        return
    table = make()
    with fold:
        data_table(table, key=f"table_{key}", labels=labels, download=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            share.table_downloads(visit, table, key=key)
            if image:
                st.segmented_control(
                    _("Format of the image that the chart's camera button saves"),
                    ["PNG", "SVG"],
                    default="PNG",
                    required=True,
                    key=f"image_{key}",
                )


def data_table(
    table: pd.DataFrame,
    *,
    key: str,
    labels: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
    download: bool = True,
) -> None:
    """A table that sorts, with readable headers and dates, links in its column ``url``, and its files to
    take away. ``formats`` says how the numbers of a column are written, such as ``%.2f``.
    """
    config: dict[str, Any] = {}
    for column in table.columns:
        label = (labels or {}).get(str(column)) or header_of(str(column))
        if pd.api.types.is_datetime64_any_dtype(table[column]):
            config[str(column)] = date_column(label)
        elif column == "url":
            config["url"] = st.column_config.LinkColumn(label, display_text=_("open"))
        elif formats and column in formats:
            config[str(column)] = st.column_config.NumberColumn(label, format=formats[column])
        elif pd.api.types.is_integer_dtype(table[column]):
            config[str(column)] = st.column_config.NumberColumn(label, format="%d")
        else:
            config[str(column)] = st.column_config.Column(label)
    st.dataframe(
        table,
        key=key,
        hide_index=True,
        column_config=config,
        placeholder="–",
        alt=_("Table: {name}").format(name=_table_name(key)),
    )
    if not download:
        return
    opened = share.fold(
        _("Download this table"), icon=":material/download:", key=f"download_{key}", width=230
    )
    if opened.open:
        with opened, st.container(horizontal=True):
            share.table_downloads(current(), table, key=key)


HEADERS = Labels(
    {
        "action": marked("Action"),
        "allowed": marked("Allowed"),
        "area": marked("Area"),
        "agreement": marked("Agreement"),
        "begins_with": marked("Begins with"),
        "best_page": marked("Best page"),
        "change": marked("Change"),
        "claim": marked("Claim"),
        "coded_meetings": marked("Coded meetings"),
        "column": marked("Column"),
        "date": marked("Date"),
        "days": marked("Days"),
        "days_at_least": marked("Days at least"),
        "days_at_most": marked("Days at most"),
        "definition": marked("Definition"),
        "end": marked("End"),
        "end_known_to_the": marked("End known to the"),
        "event": marked("Event"),
        "finding": marked("Finding"),
        "first": marked("First"),
        "format": marked("Format"),
        "id": marked("Id"),
        "independent_sources": marked("Independent sources"),
        "is": marked("Is"),
        "key": marked("Key"),
        "kind": marked("Kind"),
        "known": marked("Known"),
        "known_to_the": marked("Known to the"),
        "language": marked("Language"),
        "last": marked("Last"),
        "latest_possible": marked("Latest possible"),
        "lower_95": marked("Lower 95"),
        "meaning": marked("Meaning"),
        "meeting_id": marked("Meeting id"),
        "meetings": marked("Meetings"),
        "median": marked("Median"),
        "name": marked("Name"),
        "not_known": marked("Not known"),
        "not_yet": marked("Not yet"),
        "partner": marked("Partner"),
        "place": marked("Place"),
        "position": marked("Position"),
        "previous_date": marked("Previous date"),
        "publisher": marked("Publisher"),
        "reason": marked("Reason"),
        "round": marked("Round"),
        "share": marked("Share"),
        "share_high": marked("Share high"),
        "share_low": marked("Share low"),
        "since": marked("Since"),
        "source_id": marked("Source id"),
        "span": marked("Span"),
        "start": marked("Start"),
        "start_known_to_the": marked("Start known to the"),
        "state": marked("State"),
        "status": marked("Status"),
        "step": marked("Step"),
        "table": marked("Table"),
        "theme": marked("Theme"),
        "title": marked("Title"),
        "type": marked("Type"),
        "unit": marked("Unit"),
        "upper_95": marked("Upper 95"),
        "url": marked("Page"),
        "version": marked("Version"),
        "was": marked("Was"),
        "what": marked("What"),
        "when": marked("When"),
        "why_it_matters": marked("Why it matters"),
        "year": marked("Year"),
    }
)
"""Column of a table -> the header that it has wherever it is shown."""


def header_of(column: str) -> str:
    """The header of a column that a table gives no other one; that of an unknown one is its name."""
    return HEADERS.get(column) or beginning(column.replace("_", " "))


TABLES = Labels(
    {
        "agreement-lives": marked("agreement lives"),
        "agreement-matrix": marked("agreement matrix"),
        "all-partners": marked("all partners"),
        "area-ranking": marked("area ranking"),
        "areas-by-partner": marked("areas by partner"),
        "areas-by-year": marked("areas by year"),
        "areas-together": marked("areas together"),
        "changes-table": marked("changes table"),
        "codebook": marked("codebook"),
        "columns-table": marked("columns table"),
        "context-events": marked("context events"),
        "coverage-partner": marked("coverage partner"),
        "coverage-year": marked("coverage year"),
        "coders": marked("coders"),
        "doubts": marked("doubts"),
        "evidence": marked("evidence"),
        "office-holders": marked("office holders"),
        "duration-first-meeting-to-signature": marked("duration first meeting to signature"),
        "duration-signature-to-force": marked("duration signature to force"),
        "duration-talks-to-signature": marked("duration talks to signature"),
        "durations-by-partner": marked("durations by partner"),
        "first-mentions": marked("first mentions"),
        "open-agreements": marked("open agreements"),
        "open-announced": marked("open announced"),
        "open-signed": marked("open signed"),
        "partner-by-year": marked("partner by year"),
        "revisions": marked("revisions"),
        "versions": marked("versions"),
        "series-defence_ministers": marked("series defence ministers"),
        "series-economic_two_plus_two": marked("series economic two plus two"),
        "series-foreign_ministers": marked("series foreign ministers"),
        "series-senior_two_plus_two": marked("series senior two plus two"),
        "series-strategic_dialogue": marked("series strategic dialogue"),
        "series-summit": marked("series summit"),
        "series-two_plus_two": marked("series two plus two"),
        "silent-areas": marked("silent areas"),
        "timeline": marked("timeline"),
        "topic-profiles": marked("topic profiles"),
    }
)
"""Key of a table -> what it is called for those who do not see it."""


def _table_name(key: str) -> str:
    name = key.removeprefix("table_")
    return TABLES.get(name, name.replace("-", " ").replace("_", " "))


def date_column(label: str) -> Any:
    """A column of days as the language writes them."""
    # Translators: the form of a date in the signs of moment.js.
    return st.column_config.DateColumn(label, format=_("D MMMM YYYY"))


def choice(name: str, label: str, options: Mapping[str, str]) -> str:
    """A control for a page option with one value, kept in the address."""
    chosen: str | None = st.segmented_control(
        label,
        list(options),
        key=option_key(name),
        format_func=options.__getitem__,
        required=True,
        on_change=touched,
    )
    return chosen or next(iter(options))


def choices(name: str, label: str, options: Mapping[str, str]) -> list[str]:
    """A control for a page option with any number of values, kept in the address."""
    chosen: list[str] = st.pills(
        label,
        list(options),
        selection_mode="multi",
        key=option_key(name),
        format_func=options.__getitem__,
        on_change=touched,
    )
    return chosen


def names_of(visit: Visit, codes: Iterable[str]) -> str:
    """Partner names in a sentence, as Markdown."""
    return as_markdown(written_list([visit.shared.names[code] for code in codes]))
