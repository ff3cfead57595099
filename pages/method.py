"""Can I trust and reuse this?"""

import re

import pandas as pd
import streamlit as st

from twoplustwo.analysis.changes import changes_in_words, changes_since, versions
from twoplustwo.analysis.coders import ENOUGH, agreement_of_coders, pooled
from twoplustwo.analysis.coverage import coverage
from twoplustwo.analysis.evidence import summary
from twoplustwo.analysis.topics import topic_frequency
from twoplustwo.dashboard import parts, records, report, share
from twoplustwo.dashboard.visit import Visit, current
from twoplustwo.labels import (
    ACTION_LABELS,
    DOUBT_LABELS,
    KIND_LABELS,
    RELIABILITY_LABELS,
    SEEN_LABELS,
    TABLE_LABELS,
    as_markdown,
    beginning,
    counted,
    coverage_in_words,
    joined,
    within,
    written_date,
)
from twoplustwo.language import _, marked
from twoplustwo.record import row, rows, table_schemas

COUNTING_RULES = (
    marked("A meeting counts once, in the year of its first day; a virtual one on its date in Japan."),
    marked(
        "A cooperation area counts once for a meeting, however many sources mention it. The best "
        "source that shows it is named."
    ),
    marked(
        "Share of an area: the meetings that took it up among the selected meetings with at least one"
        " coded area. It is written as “5 of 7”, and where it is plotted it carries a Wilson 95 % "
        "interval, because the numbers are small."
    ),
    marked(
        "Cadence: days from first day to first day of consecutive meetings of one partner and format,"
        " as median and longest. Filters on areas, evidence and text do not apply to it, since they "
        "would tear holes into a series."
    ),
    marked(
        "Days since the last meeting, and overdue, run to the end of the sources' reach or to the end"
        " of the years selected, and the page names that day. Overdue: longer since the last than the"
        " series' own longest gap."
    ),
    marked(
        "Distinctive area: share with a partner minus the share with the other selected partners "
        "together, in percentage points, with both counts."
    ),
    marked("Similarity of two partners: cosine of their vectors of area shares."),
    marked("New and dropped areas of a meeting: against the previous meeting of the same series."),
    marked(
        "Formats are never silently summed: a ministerial 2+2, an economic one and one of officials "
        "are three things."
    ),
    marked(
        "Time to an agreement: days from the first ministerial 2+2 to signature, and from signature "
        "to entry into force; negative where the agreement came first. Dates known only to the month "
        "or year give ranges."
    ),
    marked(
        "An area that is absent was not found in the texts read. That is no proof that it was not discussed."
    ),
)

# Where the codebook leads to other areas, and their codes there. No docstring: a page would show it.
ARROW, CODE = re.compile(r"->[^;]*"), re.compile(r"[a-z_]+")


def codebook(visit: Visit) -> None:
    """Every cooperation area with its definition and how often it occurs here."""
    st.subheader(_("Codebook"), anchor=False)
    frequency = topic_frequency(visit.selected).merge(
        visit.record.topics[["topic_id", "definition"]], on="topic_id"
    )
    parts.note(
        _("{areas}; counts are meetings of this selection that took an area up.").format(
            areas=counted(len(frequency), "cooperation area")
        )
    )
    parts.data_table(
        frequency[["theme", "label", "definition", "meetings", "coded_meetings", "topic_id"]],
        key="codebook",
        labels={"label": _("Area"), "coded_meetings": _("Of coded meetings"), "topic_id": _("Code")},
    )
    rules = st.expander(_("What counts for an area, with examples"), key="rules", on_change="rerun")
    if rules.open:
        with rules:
            area_rules(visit)
    fold = st.expander(_("Tables and columns"), key="columns", on_change="rerun")
    if fold.open:
        with fold:
            parts.data_table(_columns(), key="columns-table", labels={})


def area_rules(visit: Visit) -> None:
    """What counts for one area and what does not, with two meetings that took it up."""
    chosen = st.selectbox(
        _("Cooperation area"),
        list(visit.shared.topics),
        format_func=visit.shared.topics.__getitem__,
        key="rule",
    )
    area = row(visit.record.topics, "topic_id", chosen)
    st.markdown(as_markdown(area.definition))
    st.markdown(_("**Counts:** {words}").format(words=as_markdown(area.include)))
    elsewhere = ARROW.sub(
        lambda found: CODE.sub(lambda code: visit.shared.topics.get(code[0], code[0]), found[0]), area.exclude
    )
    st.markdown(_("**Does not count, or goes elsewhere:** {words}").format(words=as_markdown(elsewhere)))
    for place, (example, why) in enumerate(
        [(area.example_1, area.example_1_why), (area.example_2, area.example_2_why)], start=1
    ):
        if pd.notna(example):
            records.links(visit, [example], key=f"rule-{place}")
            parts.note(as_markdown(why))


def coders(visit: Visit) -> None:
    """How far two independent coders agreed."""
    found = agreement_of_coders(visit.record)
    if found.empty:
        return
    st.subheader(_("Agreement of two coders"), anchor=False)
    meetings = visit.record.codings["meeting_id"].nunique()
    per_cent, alpha = pooled(visit.record)
    parts.note(
        _(
            "A second coder read the texts of {meetings} without knowing the first coding. Over all areas "
            "the two judged {per_cent:.1f} % alike; Krippendorff's alpha, which takes chance into account, "
            "was {alpha:.2f}. Areas below {enough} were defined anew, with the reason in the change list, "
            "and coded again (round 2)."
        ).format(meetings=counted(meetings, "meeting"), per_cent=per_cent, alpha=alpha, enough=ENOUGH)
    )
    below = found[found["alpha"] < ENOUGH]
    if len(below):
        areas = joined(f"{area.label} ({area.alpha:.2f})" for area in rows(below))
        parts.note(
            _("Below {enough} in the newest round: {areas}. Take counts of them with care.").format(
                enough=ENOUGH, areas=as_markdown(areas)
            )
        )
    parts.note(
        _(
            "Both could read many pages only from their opening, and not always the same ones: part of the "
            "disagreement is of the texts, not of the rules. Where neither coder found an area, alpha is not "
            "defined; with a handful of meetings it says little."
        )
    )
    parts.data_table(
        found[["label", "alpha", "earlier", "per_cent", "round", "meetings", "first", "second", "both"]],
        key="coders",
        formats={"per_cent": "%.1f", "alpha": "%.2f", "earlier": "%.2f"},
        labels={
            "label": _("Area"),
            "first": _("Found by the first"),
            "second": _("Found by the second"),
            "both": _("Found by both"),
            "per_cent": _("Judged alike (%)"),
            "alpha": _("Krippendorff's alpha"),
            "earlier": _("Alpha of the round before"),
        },
    )


def _columns() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "table": table,
                "column": field["name"],
                "type": field["type"],
                "meaning": field["description"],
                "unit": field.get("unit", ""),
                "allowed": ", ".join(field.get("constraints", {}).get("enum", [])),
            }
            for table, schema in table_schemas().items()
            for field in schema["fields"]
        ]
    )


def reading_depth(visit: Visit) -> None:
    """How much was read, by partner and by year."""
    st.subheader(_("How much was read"), anchor=False)
    parts.note(
        _(
            "A page was read in full, from its opening, or as a snippet. A meeting without an official text, "
            "or with nothing read in full, will show fewer areas than it took up."
        )
    )
    labels = {
        "read_in_full": _("With a page read in full"),
        "official": _("With an official text"),
        "uncoded": _("Without a coded area"),
        "sources_per_meeting": _("Sources per meeting (median)"),
        "areas_per_meeting": _("Areas per meeting (median)"),
        **{kind: _("{kind} (pages)").format(kind=label) for kind, label in KIND_LABELS.items()},
    }
    by_partner = coverage(visit.selected, "partner")
    by_partner = by_partner.assign(partner=by_partner["partner"].map(visit.shared.names))
    by_year = coverage(visit.selected, "year")
    left, right = st.tabs([_("By partner"), _("By year")])
    with left:
        parts.data_table(by_partner, key="coverage-partner", labels=labels)
    with right:
        parts.data_table(by_year.assign(year=by_year["year"].map(str)), key="coverage-year", labels=labels)


def evidence_of_facts(visit: Visit) -> None:
    """On what the facts of the selection rest."""
    st.subheader(_("What the facts rest on"), anchor=False)
    parts.note(
        _(
            "Each page has a class of reliability: official pages before copies of official texts, press and "
            "research, and weak sources, such as copies of news, aggregators, encyclopaedias and boards. "
            "A fact counts here by the best page behind it. One voice: all its pages go back to one origin; "
            "copies and agency texts are not counted twice."
        )
    )
    table = summary(visit.selected)
    parts.data_table(
        table.assign(
            table=table["table"].map(TABLE_LABELS),
            best_class=table["best_class"].map(RELIABILITY_LABELS),
            share=100 * table["share"],
        ),
        key="evidence",
        formats={"share": "%.1f"},
        labels={
            "table": _("Facts"),
            "best_class": _("Best page"),
            "facts": _("Number"),
            "share": _("Share (%)"),
            "one_voice": _("Resting on one voice"),
        },
    )


def sources(visit: Visit) -> None:
    """The pages behind the selection."""
    st.subheader(_("Sources"), anchor=False)
    pages = visit.selected.sources
    kinds = pages["kind"].map(KIND_LABELS).value_counts()
    parts.note(
        _(
            "{pages} behind this selection: {kinds}. "
            "The magnifying glass of the table searches in it; choose a row to report an error in it."
        ).format(
            pages=counted(len(pages), "page"),
            kinds=joined(f"{within(kind)} {count:,}" for kind, count in kinds.items()),
        )
    )
    chosen = st.dataframe(
        pages.assign(
            kind=pages["kind"].map(KIND_LABELS),
            seen=pages["seen"].map(SEEN_LABELS),
            reliability=pages["reliability"].map(RELIABILITY_LABELS),
        )[["title", "publisher", "date", "kind", "reliability", "language", "seen", "url", "source_id"]],
        key="sources",
        hide_index=True,
        placeholder="–",
        alt=_("Table of the sources of this selection"),
        column_config={
            **{
                column: parts.header_of(column)
                for column in ("title", "publisher", "date", "kind", "language")
            },
            "url": st.column_config.LinkColumn(parts.header_of("url"), display_text=_("open")),
            "source_id": st.column_config.Column(_("Code")),
            "seen": st.column_config.Column(_("How much")),
            "reliability": st.column_config.Column(_("Reliability")),
        },
        on_select="rerun",
        selection_mode="single-row",
    )
    for place in chosen["selection"]["rows"]:
        report.offer(visit, "source", pages["source_id"].iloc[place])


def doubts(visit: Visit) -> None:
    """What is not certain."""
    st.subheader(_("Doubts"), anchor=False)
    open_doubts = visit.selected.doubts
    states = open_doubts["state"].map(DOUBT_LABELS).value_counts()
    parts.note(
        _(
            "What is believed or reported but not confirmed by the texts read is not part of the record; it "
            "stands here. In this selection: {states}."
        ).format(
            states=joined(
                _("{number} {status}").format(number=count, status=within(state))
                for state, count in states.items()
            )
            or _("none")
        )
    )
    names = visit.shared.names
    parts.data_table(
        open_doubts.assign(
            partner=open_doubts["partner"].map(names), state=open_doubts["state"].map(DOUBT_LABELS)
        )[["partner", "state", "claim", "finding"]],
        key="doubts",
    )


def history(visit: Visit) -> None:
    """What was added, revised and retired since the record was first published."""
    st.subheader(_("Change list"), anchor=False)
    parts.note(
        _(
            "Each version of the data says what it added, revised or retired, and why. What a cell was "
            "stands beside what it is; a retired row is kept here whole."
        )
    )
    table = versions(visit.record)
    parts.data_table(
        table,
        key="versions",
        labels={action: beginning(label) for action, label in ACTION_LABELS.items()},
        download=False,
    )
    if table.empty:
        return
    chosen = st.selectbox(_("Changes of version"), table["version"], width=230)
    changes = visit.record.revisions[visit.record.revisions["version"] == chosen]
    parts.data_table(
        changes.assign(action=changes["action"].map(ACTION_LABELS))[
            ["action", "table", "key", "column", "reason", "was", "is", "source_id"]
        ],
        key="revisions",
    )


def version(visit: Visit) -> None:
    """Version, changes, licence, citation, downloads."""
    about = visit.record.about
    st.subheader(_("Version, licence, citation"), anchor=False)
    st.markdown(
        _("Data version **{version}** of {date}. {coverage}").format(
            version=about.version,
            date=written_date(about.created),
            coverage=as_markdown(coverage_in_words(about)),
        )
    )
    st.markdown(
        _("Changes in all versions so far: {changes}.").format(
            changes=changes_in_words(changes_since(visit.record, "0"))
        )
    )
    st.markdown(
        _("Data: [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). Code: MIT. Cite the data set as:")
    )
    share.cite_dataset(visit)
    st.markdown(
        _(
            "To cite one view, or one meeting, and to take away its rows (Excel, CSV, JSON, Parquet, Data "
            "Package, a brief to print, a calendar), use **Share and cite** and **Download** at the top of "
            "each page. Versions say what they added or revised, and a link made with an older one tells "
            "what has changed since."
        )
    )
    st.markdown(_("**Data API**, with the same parameters as the pages:"))
    whole = [visit.api_address(file).partition("?")[0] for file in ("openapi.json", "changes.atom")]
    selected = [visit.api_address(file) for file in ("meetings.csv", "mentions.json", "datapackage.zip")]
    st.code("\n".join([*selected, *whole]), language=None, wrap_lines=True)


visit = current()
parts.title(visit, _("Method"), _("Can I trust and reuse this?"))
st.subheader(_("Counting rules"), anchor=False)
st.markdown("\n".join(f"- {_(rule)}" for rule in COUNTING_RULES))
codebook(visit)
coders(visit)
reading_depth(visit)
evidence_of_facts(visit)
sources(visit)
doubts(visit)
version(visit)
history(visit)
