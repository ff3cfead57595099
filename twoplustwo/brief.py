"""A brief: one HTML file on a selection, to attach to a mail or to print on A4.

It holds no script and asks nobody for anything; what looks like a resource is a link to a source.
The template only lays out: every number comes from the analysis, every word from the labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from twoplustwo.analysis.agreements import TYPES, agreement_steps, in_force, whole_lives
from twoplustwo.analysis.coverage import coverage
from twoplustwo.analysis.meetings import (
    cadence,
    format_counts,
    latest_meetings,
    meetings_by_partner_year,
    ministers,
    neighbours,
    partner_order,
    topic_changes,
)
from twoplustwo.analysis.topics import coded_meetings, topic_frequency
from twoplustwo.export import Provenance
from twoplustwo.labels import (
    AGREEMENT_STATUS_LABELS,
    BASIS_LABELS,
    COMMA,
    EVENT_LABELS,
    FORMAT_LABELS,
    PARTNER_STATUS_LABELS,
    SEEN_LABELS,
    SEMICOLON,
    STATUS_SIGNS,
    TYPE_LABELS,
    counted,
    coverage_in_words,
    filters_in_words,
    joined,
    people_names,
    within,
    written_date,
    written_dates,
)
from twoplustwo.language import ENGLISH, _, speaking
from twoplustwo.record import Record, row, rows, split_ids
from twoplustwo.selection import View, Vocabulary

NOTES_UP_TO = 12  # meetings; a longer brief names the cooperation areas without what was said on them
DEEPEST_SHADE = 3  # meetings in a year from which a cell of the matrix gets no darker
TEMPLATES = Path(__file__).parent / "templates"


@dataclass
class Footnotes:
    """Sources, numbered in the order in which the brief first names them."""

    record: Record
    numbers: dict[str, int] = field(default_factory=dict)

    def to(self, identifiers: Iterable[str]) -> list[int]:
        """The numbers of some sources, each once, in order."""
        return sorted({self.numbers.setdefault(name, len(self.numbers) + 1) for name in identifiers})

    def listed(self) -> Iterator[dict[str, Any]]:
        """The sources that were named, by number."""
        sources = {source.source_id: source for source in rows(self.record.sources)}
        for identifier, number in self.numbers.items():
            source = sources[identifier]
            yield {
                "number": number,
                "title": source.title,
                "publisher": source.publisher,
                "date": "" if pd.isna(source.date) else _source_date(source.date),
                "url": source.url,
                "seen": SEEN_LABELS[source.seen],
            }


def brief_html(  # noqa: PLR0917 - the parts of a page, in the order in which pages hold them
    record: Record, selected: Record, series: Record, view: View, provenance: Provenance, made: date
) -> str:
    """The brief as one HTML document, in the language of the view.

    Parameters
    ----------
    record
        The whole record: names, statuses, the lives of agreements. This and the next two with their labels
        in the language of the view (:func:`twoplustwo.labels.localized`).
    selected
        The part that the brief is about.
    series
        The part for cadence, with whole series (:meth:`twoplustwo.Selection.series`).
    view
        The view with the selection.
    provenance
        Version, licence, link and citation, which the brief prints.
    made
        Day of making, printed.
    """
    with speaking(view.language):
        return _brief(record, selected, series, view, provenance, made)


def _brief(  # noqa: PLR0917 - as above
    record: Record, selected: Record, series: Record, view: View, provenance: Provenance, made: date
) -> str:
    words = provenance.words
    if view.language != ENGLISH:
        words = joined(filters_in_words(view.selection, record, Vocabulary.of(record)))
    notes = Footnotes(record)
    order = partner_order(record)
    # In the order of the document, since that is how the footnotes are numbered.
    meetings = list(_meetings(record, selected, notes))
    agreements = _agreements(record, selected, order, notes)
    content: str = _template().render(
        language="en-GB" if view.language == ENGLISH else view.language,
        words=words[:1].upper() + words[1:],
        provenance=provenance,
        made=written_date(pd.Timestamp(made)),
        about=record.about,
        covered=coverage_in_words(record.about),
        figures=_figures(record, selected, view),
        formats=_formats(selected),
        matrices=_matrices(record, selected, view, order),
        cadence=_cadence(record, series),
        cadence_as_of=_as_of(series),
        changes=_changes(record, selected),
        areas=_areas(selected),
        coded=counted(len(coded_meetings(selected)), "meeting"),
        agreements=agreements,
        status_as_of=written_date(record.about.coverage_end),
        meetings=meetings,
        with_notes=len(meetings) <= NOTES_UP_TO,
        notes_up_to=NOTES_UP_TO,
        read=_read(selected),
        sources=list(notes.listed()),
    )
    return content


# --- parts ------------------------------------------------------------------------------------


def _figures(record: Record, selected: Record, view: View) -> list[dict[str, str]]:
    """Headline figures: label, value, what is counted."""
    met = record.partners[record.partners["partner"].isin(selected.meetings["partner"])]
    status = met["status"].map(PARTNER_STATUS_LABELS).map(within).value_counts()
    in_words = joined(
        _("{number} {status}").format(number=number, status=name) for name, number in status.items()
    )
    figures = [
        (_("Meetings"), f"{len(selected.meetings):,}", _("in this selection")),
        (_("Partners met"), str(len(met)), in_words),
    ]
    for meeting in rows(latest_meetings(selected, 1)):
        what = joined([record.name_of(meeting.partner), _place(meeting)])
        figures.append((_("Latest meeting"), written_date(meeting.date), what))
    known = view.selection.any_year().apply(record)
    valid = int(in_force(known)[list(TYPES)].to_numpy().sum())
    as_of = written_date(record.about.coverage_end)
    what = _("of {number} on record whatever the years, as of {date}").format(
        number=len(known.agreements), date=as_of
    )
    figures.append((_("Agreements in force"), str(valid), what))
    return [{"label": label, "value": value, "what": what} for label, value, what in figures]


def _formats(selected: Record) -> str:
    """What is counted together, where it is more than one format."""
    counts = format_counts(selected)
    parts = [f"{FORMAT_LABELS[str(code)]} {number}" for code, number in counts.items()]
    return joined(parts) if len(parts) > 1 else ""


def _matrices(record: Record, selected: Record, view: View, order: list[str]) -> list[dict[str, Any]]:
    """Meetings per partner and year, a table for each format."""
    if selected.meetings.empty:
        return []
    counts = meetings_by_partner_year(selected)
    first = view.selection.from_year or int(counts["year"].min())
    last = view.selection.to_year or record.about.coverage_end.year
    years = range(first, last + 1)
    matrices = []
    for kind in format_counts(selected).index:
        table = counts[counts["format"] == kind].pivot(index="partner", columns="year", values="meetings")
        table = table.reindex(
            index=[code for code in order if code in table.index], columns=years, fill_value=0
        )
        table = table.fillna(0).astype("int64")
        lines = [
            {"partner": record.name_of(str(code)), "cells": numbers.tolist(), "sum": int(numbers.sum())}
            for code, numbers in table.iterrows()
        ]
        matrices.append({"format": FORMAT_LABELS[str(kind)], "lines": lines})
    decades = [
        (_("{year}s").format(year=10 * decade), len(list(group)))
        for decade, group in groupby(years, lambda year: year // 10)
    ]
    return [{**matrix, "years": list(years), "decades": decades} for matrix in matrices]


def _cadence(record: Record, series: Record) -> list[dict[str, Any]]:
    table = cadence(series).sort_values("days_since_last", ascending=False, kind="stable")
    return [
        {
            "partner": record.name_of(line.partner),
            "format": FORMAT_LABELS[line.format],
            "meetings": line.meetings,
            "first": written_date(line.first),
            "last": written_date(line.last),
            "median": "" if pd.isna(line.median_days) else f"{line.median_days:,.0f}",
            "longest": "" if pd.isna(line.longest_days) else f"{line.longest_days:,}",
            "since": f"{line.days_since_last:,}",
            "overdue": _("met once") if pd.isna(line.overdue) else _("overdue") if line.overdue else _("no"),
            "late": pd.notna(line.overdue) and bool(line.overdue),
        }
        for line in rows(table)
    ]


def _as_of(series: Record) -> str:
    reach = series.as_of == series.about.coverage_end
    words = (
        _("{date}, the day to which the sources reach")
        if reach
        else _("{date}, the end of the years selected")
    )
    return words.format(date=written_date(series.as_of))


def _changes(record: Record, selected: Record) -> list[dict[str, Any]]:
    """New and dropped areas at the latest selected meeting of each series, against the one before it."""
    labels = record.topics.set_index("topic_id")["label"]
    changes = []
    for meeting in rows(_newest_first(selected).drop_duplicates(["partner", "format"])):
        previous = neighbours(record, meeting.meeting_id)[0]
        if previous is None:
            continue
        table = topic_changes(record, meeting.meeting_id)
        before = row(record.meetings, "meeting_id", previous)
        changes.append(
            {
                "partner": record.name_of(meeting.partner),
                "format": FORMAT_LABELS[meeting.format],
                "date": written_dates(meeting.date, meeting.end_date),
                "before": written_dates(before.date, before.end_date),
                **{
                    change: [labels[topic] for topic in table.loc[table["change"] == change, "topic_id"]]
                    for change in ("new", "dropped")
                },
            }
        )
    return changes


def _areas(selected: Record) -> list[dict[str, Any]]:
    table = topic_frequency(selected)
    return [
        {
            "label": area.label,
            "theme": area.theme,
            "count": _("{number} of {all}").format(number=area.meetings, all=area.coded_meetings),
            "share": f"{100 * area.share:.0f}",
            "low": f"{100 * area.share_low:.0f}",
            "high": f"{100 * area.share_high:.0f}",
            "span": f"{100 * (area.share_high - area.share_low):.0f}",
        }
        for area in rows(table[table["meetings"] > 0])
    ]


def _agreements(
    record: Record, selected: Record, order: list[str], notes: Footnotes
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Partner and its agreements, with all steps of those that the selection chose."""
    # By the last day that a date can mean: a signature in May 2017 precedes an entry into force in 2017.
    steps = whole_lives(agreement_steps(record), selected).sort_values(["period_end", "date"], kind="stable")
    by_partner = []
    for code in order:
        listed = []
        own = selected.agreements[selected.agreements["partner"] == code]
        for agreement in rows(
            own.sort_values("type", key=lambda kinds: kinds.map(TYPES.index), kind="stable")
        ):
            life = steps[steps["agreement_id"] == agreement.agreement_id]
            listed.append(
                {
                    "title": agreement.title,
                    "type": TYPE_LABELS[agreement.type],
                    "status": AGREEMENT_STATUS_LABELS[agreement.status],
                    "sign": STATUS_SIGNS[agreement.status],
                    "steps": [
                        f"{within(EVENT_LABELS[step.event])} {written_date(step.date, step.precision)}"
                        for step in rows(life)
                    ],
                    "sources": notes.to([*split_ids(agreement.source_ids), *life["source_id"]]),
                }
            )
        if listed:
            by_partner.append((record.name_of(code), listed))
    return by_partner


def _meetings(record: Record, selected: Record, notes: Footnotes) -> Iterator[dict[str, Any]]:
    """The meetings, newest first, each with its areas in the order of the codebook."""
    labels = dict(zip(record.topics["topic_id"], record.topics["label"], strict=True))
    names = people_names(record)
    places = {topic: place for place, topic in enumerate(labels)}
    mentions = selected.mentions.sort_values("topic_id", key=lambda ids: ids.map(places), kind="stable")
    areas: dict[str, list[Any]] = {}
    for mention in rows(mentions):
        areas.setdefault(mention.meeting_id, []).append(mention)
    for meeting in rows(_newest_first(selected)):
        people = ministers(selected, meeting.meeting_id)
        yield {
            "id": meeting.meeting_id,
            "date": written_dates(meeting.date, meeting.end_date),
            "partner": record.name_of(meeting.partner),
            "format": FORMAT_LABELS[meeting.format],
            "name": meeting.name,
            "place": _place(meeting),
            "summary": meeting.summary,
            "document": "" if pd.isna(meeting.outcome_document) else meeting.outcome_document,
            "sources": notes.to(split_ids(meeting.source_ids)),
            "people": [
                _("{name} ({office})").format(name=names[person.name], office=person.title)
                for person in rows(people)
            ],
            "areas": [
                {
                    "label": labels[mention.topic_id],
                    "note": mention.note,
                    "basis": within(BASIS_LABELS[mention.basis]),
                    "sources": notes.to([mention.source_id]),
                }
                for mention in areas.get(meeting.meeting_id, [])
            ],
        }


def _read(selected: Record) -> str:
    """How well the selected meetings were read, in a sentence; empty without meetings."""
    if selected.meetings.empty:
        return ""
    read = coverage(selected, "year")
    full, uncoded = read["read_in_full"].sum(), read["uncoded"].sum()
    told = _(
        "Of {meetings}, {full} had at least one page read in full, "
        "and {uncoded} had no cooperation area coded."
    )
    return told.format(meetings=counted(len(selected.meetings), "meeting"), full=full, uncoded=uncoded) + " "


def _newest_first(record: Record) -> pd.DataFrame:
    return latest_meetings(record, len(record.meetings))


def _place(meeting: Any) -> str:
    if meeting.mode == "virtual":
        return _("by video link")
    return _("place not known") if pd.isna(meeting.city) else meeting.city


def _source_date(known: str) -> str:
    """A source's date, given as year, month or day."""
    precision = {4: "year", 7: "month"}.get(len(known), "day")
    return written_date(pd.Timestamp(known), precision)


# --- template ---------------------------------------------------------------------------------


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["css_text"] = css_text
    environment.filters["web"] = _is_web
    environment.filters["listed"] = lambda words, sign=",": joined(words, SEMICOLON if sign == ";" else COMMA)
    environment.globals["_"] = lambda message: Markup(_(message))  # noqa: S704 - ours; format escapes the rest
    environment.globals["deepest"] = DEEPEST_SHADE
    return environment.get_template("brief.html")


def css_text(text: str) -> Markup:
    """Text as the inside of a CSS string: all but letters, digits and spaces as code points."""
    return Markup("".join(sign if _is_plain(sign) else f"\\{ord(sign):x} " for sign in text))  # noqa: S704


def _is_plain(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign == " ")


def _is_web(address: str) -> bool:
    """Whether an address may become a link; others (``javascript:``) stay text."""
    return address.lower().startswith(("http://", "https://"))
