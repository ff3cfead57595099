"""The table of meetings and people, and the record of one of them."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from twoplustwo.analysis.meetings import meeting_table
from twoplustwo.analysis.people import people
from twoplustwo.analysis.tenure import tenures
from twoplustwo.dashboard import parts, records
from twoplustwo.dashboard.visit import Visit, current, set_option
from twoplustwo.labels import FORMAT_LABELS, SEMICOLON, counted, joined
from twoplustwo.language import _
from twoplustwo.record import rows


def choose(key: str, ids: list[str]) -> None:
    """Open the record of the row that was chosen; where the row was given up, close it."""
    chosen = st.session_state[key]["selection"]["rows"]
    set_option("id", *(ids[place] for place in chosen))


def table(
    visit: Visit, frame: pd.DataFrame, ids: list[str], *, key: str, alt: str, labels: dict[str, Any]
) -> None:
    """A table whose rows open their record. The chosen row is the one whose record is open."""
    opened = [ids.index(identifier) for identifier in visit.view.option("id") if identifier in ids]
    st.session_state[key] = {"selection": {"rows": opened, "columns": [], "cells": []}}
    if opened:
        st.markdown(
            _("Open [above]({anchor}): {record}").format(
                anchor=f"#{records.ANCHOR}", record=records.label(visit, ids[opened[0]])
            )
        )
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        column_config=labels,
        placeholder="–",
        alt=alt,
        on_select=partial(choose, key, ids),
        selection_mode="single-row",
    )


def twin(visit: Visit, ids: list[str], *, key: str) -> None:
    """The same rows as plain links, for those who do not use a mouse; drawn when opened."""
    fold = st.expander(_("As a list of links"), key=key, on_change="rerun")
    if not fold.open:
        return
    with fold:
        records.links(visit, ids, key=key)


def meetings(visit: Visit) -> None:
    """All meetings of the selection."""
    found = meeting_table(visit.selected)
    st.subheader(_("Meetings"), anchor=False)
    parts.note(
        _(
            "Choose a row by the box at its left to read its record above. The magnifying glass over the "
            "table searches in it, a header sorts it. “Read in full” is the number of sources read from "
            "beginning to end, of all behind the meeting."
        )
    )
    shown = pd.DataFrame(
        {
            "date": found["date"],
            "partner": found["partner"].map(visit.shared.names),
            "format": found["format"].map(FORMAT_LABELS),
            "ordinal": found["ordinal"],
            "name": found["name"],
            "place": [records.place_of(visit.record, meeting) for meeting in rows(found)],
            "document": found["outcome_document"],
            "areas": found["areas"],
            "participants": found["participants"],
            "read": [
                _("{number} of {all}").format(number=meeting.full, all=meeting.sources)
                for meeting in rows(found)
            ],
        }
    )
    ids = found["meeting_id"].tolist()
    table(
        visit,
        shown,
        ids,
        key="meetings",
        alt=_("{meetings}, newest first, with date, partner, format, place and document").format(
            meetings=counted(len(found), "meeting")
        ),
        labels={
            "date": parts.date_column(_("Date")),
            "partner": _("Partner"),
            "format": _("Format"),
            "ordinal": _("No. in series"),
            "name": st.column_config.Column(_("Name"), width="medium"),
            "place": _("Place"),
            "document": st.column_config.Column(_("Document"), width="medium"),
            "areas": _("Areas coded"),
            "participants": _("Participants"),
            "read": _("Read in full (sources)"),
        },
    )
    twin(visit, ids, key="meeting-links")


def persons(visit: Visit) -> None:
    """Who took part in these meetings."""
    found = people(visit.selected)
    st.subheader(_("People"), anchor=False)
    parts.note(
        _("Who took part in the meetings of this selection, most meetings first; a row opens the record.")
    )
    shown = found[["name", "countries", "titles", "meetings", "first", "last"]].assign(
        name=found["name"].map(visit.shared.people),
        countries=[
            joined(
                (records.country_name(visit.record, code) for code in person.countries.split("; ")),
                SEMICOLON,
            )
            for person in rows(found)
        ],
    )
    ids = found["person_id"].tolist()
    table(
        visit,
        shown,
        ids,
        key="people",
        alt=_("{persons} with country, offices and number of meetings").format(
            persons=counted(len(found), "person", "persons")
        ),
        labels={
            "name": _("Who"),
            "countries": _("Country"),
            "titles": st.column_config.Column(_("Offices"), width="medium"),
            "meetings": _("Meetings"),
            "first": parts.date_column(_("First")),
            "last": parts.date_column(_("Last")),
        },
    )
    twin(visit, ids, key="people-links")


def offices(visit: Visit) -> None:
    """Who held which office, as far as these meetings show it."""
    held = tenures(visit.selected)
    st.subheader(_("Offices"), anchor=False)
    parts.note(
        _(
            "Who sat in which office at the meetings of this selection, from the first to the last of them: "
            "not terms of office. Who came back after somebody else is listed again."
        )
    )
    parts.data_table(
        held.assign(
            name=held["name"].map(visit.shared.people),
            country=[records.country_name(visit.record, code) for code in held["country"]],
        )[["country", "title", "name", "first", "last", "meetings"]].sort_values(
            ["country", "title", "first"], kind="stable"
        ),
        key="office-holders",
        labels={"country": _("Country"), "title": _("Office"), "name": _("Who")},
    )


visit = current()
parts.title(visit, _("Meetings"), _("What is on record of each meeting, agreement and person?"))
records.offer_near(visit)
for identifier in visit.view.option("id"):
    records.facts(visit, identifier)
parts.stop_if_empty(visit)
meetings(visit)
persons(visit)
offices(visit)
