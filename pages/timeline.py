"""What happened when?"""

import pandas as pd
import streamlit as st

from twoplustwo.analysis.agreements import agreement_steps
from twoplustwo.analysis.context import events_around, governments
from twoplustwo.analysis.evidence import of_row
from twoplustwo.charts.meetings import timeline
from twoplustwo.dashboard import parts, records
from twoplustwo.dashboard.visit import Visit, current, set_option
from twoplustwo.labels import (
    CONTEXT_LABELS,
    EVENT_LABELS,
    FORMAT_LABELS,
    PRECISION_LABELS,
    RELIABILITY_LABELS,
    TYPE_LABELS,
    counted,
    in_sequence,
    joined,
    within,
    written_dates,
    written_year,
)
from twoplustwo.language import _, ngettext
from twoplustwo.record import rows

CHART = "timeline"


def choose() -> None:
    """Open the record of the mark that was chosen; choosing none keeps the one that is open."""
    points = st.session_state[CHART]["selection"]["points"]
    if points and points[0].get("customdata"):
        identifier = points[0]["customdata"]
        set_option("id", identifier if isinstance(identifier, str) else identifier[0])


def span(visit: Visit, drawn: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of the axis: the years selected, else from the first mark on.

    Agreements older than the first meeting on record would leave half of the axis empty.
    """
    earliest = min(visit.selected.meetings["date"].min(), drawn["date"].min()).year
    first = visit.first_year or max(earliest, visit.shared.first_year)
    return pd.Timestamp(first, 1, 1), pd.Timestamp(visit.last_year, 12, 31)


def context(visit: Visit) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Who governed Japan, and what else happened, in the years selected."""
    chosen = visit.selected.context_events["event_id"]
    terms, events = governments(visit.record), events_around(visit.record)
    return terms[terms["event_id"].isin(chosen)], events[events["event_id"].isin(chosen)]


def marks(visit: Visit, steps: pd.DataFrame) -> pd.DataFrame:
    """Everything on the chart as one table."""
    names = visit.shared.names
    meetings = visit.selected.meetings
    met = pd.DataFrame(
        {
            "date": meetings["date"],
            "known_to_the": PRECISION_LABELS["day"],
            "partner": meetings["partner"].map(names),
            "what": meetings["format"].map(FORMAT_LABELS),
            "name": meetings["name"],
            "place": meetings["city"].mask(meetings["mode"] == "virtual", _("video link")),
            "id": meetings["meeting_id"],
        }
    )
    agreed = pd.DataFrame(
        {
            "date": steps["date"],
            "known_to_the": steps["precision"].map(PRECISION_LABELS),
            "partner": steps["partner"].map(names),
            "what": [
                _("{type}: {step}").format(type=TYPE_LABELS[kind], step=within(EVENT_LABELS[event]))
                for kind, event in zip(steps["type"], steps["event"], strict=True)
            ],
            "name": steps["title"],
            "id": steps["agreement_id"],
        }
    )
    return pd.concat([met, agreed]).sort_values("date").reset_index(drop=True)


def draw(visit: Visit) -> None:
    """The chart with its controls."""
    selected, names = visit.selected, visit.shared.names
    shown = parts.choices(
        "context", _("Show behind it"), {"cabinet": _("Japanese cabinets"), "event": _("Events")}
    )
    steps = agreement_steps(selected)
    lanes = visit.lanes(set(selected.meetings["partner"]) | set(visit.selection.partners))
    drawn = steps[steps["partner"].isin(lanes)]
    start, end = span(visit, drawn)
    terms, events = context(visit)
    shown_names = selected.participants["name"].map(visit.shared.people)
    people = shown_names.groupby(selected.participants["meeting_id"]).agg(joined).to_dict()
    figure = timeline(
        selected.meetings,
        steps,
        lanes,
        names,
        people=people,
        span=(start, end),
        cabinets=terms[~(terms["end_date"] < start)] if "cabinet" in shown else None,
        events=events[events["date"] >= start] if "event" in shown else None,
        chosen=next(iter(visit.view.option("id")), None),
    )
    notes = [_("Choose a mark to read its record below. Drag to move along the years.")]
    if early := int((drawn["date"] < start).sum()):
        told = ngettext(
            "{number} step of agreements before {year} lie to the left of the chart.",
            "{number} steps of agreements before {year} lie to the left of the chart.",
            early,
        )
        notes.append(told.format(number=f"{early:,}", year=written_year(start.year)))
    if others := steps["partner"].nunique() - drawn["partner"].nunique():
        told = ngettext(
            "{number} partner without such meetings have agreements only: "
            "they are in the table, and get a lane when chosen.",
            "{number} partners without such meetings have agreements only: "
            "they are in the table, and get a lane when chosen.",
            others,
        )
        notes.append(told.format(number=f"{others:,}"))
    per_lane = selected.meetings["partner"].value_counts()
    alt = _("Timeline from {first} to {last} with {lanes}: {meetings}; {steps} of agreements.").format(
        first=written_year(start.year),
        last=written_year(end.year),
        lanes=counted(len(lanes), "lane"),
        meetings=joined(f"{names[code]} {counted(int(per_lane.get(code, 0)), 'meeting')}" for code in lanes),
        steps=counted(len(drawn), "step"),
    )
    parts.chart(
        visit,
        figure,
        key=CHART,
        heading=_("Meetings and agreements of each partner"),
        reading=in_sequence(notes),
        alt=alt,
        table=lambda: marks(visit, steps),
        on_select=choose,
    )


def around(visit: Visit) -> None:
    """The cabinets and events behind the chart in words, with what they rest on."""
    shown = visit.view.option("context")
    kinds = dict(zip(("cabinet", "event"), context(visit), strict=True))
    events = pd.concat([kinds[kind] for kind in shown]).sort_values(["date", "event_id"])
    pages = visit.record.sources.set_index("source_id")["url"]
    facts = [of_row(visit.record, "context_events", event) for event in events["event_id"]]
    st.subheader(_("Around the meetings"), anchor=False)
    parts.data_table(
        pd.DataFrame(
            {
                "when": [
                    written_dates(event.date, event.end_date, event.precision) for event in rows(events)
                ],
                "kind": events["kind"].map(CONTEXT_LABELS),
                "event": events["title"],
                "best_page": [RELIABILITY_LABELS[fact.best_class] for fact in facts],
                "independent_sources": [fact.independent for fact in facts],
                "url": [pages[fact.best_source] for fact in facts],
                "why_it_matters": events["why_it_matters"],
            }
        ),
        key="context-events",
    )


visit = current()
parts.title(visit, _("Timeline"), _("What happened when, with whom?"))
parts.stop_if_empty(visit)
draw(visit)
for identifier in visit.view.option("id"):
    records.brief_facts(visit, identifier)
if visit.view.option("context"):
    around(visit)
