"""The filters, shared by all pages."""

from __future__ import annotations

import streamlit as st

from twoplustwo.dashboard.visit import Visit, show, touched
from twoplustwo.labels import BASIS_LABELS, FORMAT_LABELS
from twoplustwo.language import _
from twoplustwo.selection import BASES, FORMATS, MAIN_FORMAT, Selection


def draw(visit: Visit) -> None:
    """Draw the filters; their values are already in the session."""
    everything = visit.shared
    with st.sidebar:
        st.multiselect(
            _("Partners"),
            everything.partners,
            key="partner",
            format_func=everything.names.__getitem__,
            placeholder=_("All partners"),
            on_change=touched,
        )
        st.slider(
            _("Years"),
            everything.first_year,
            everything.vocabulary.last_year,
            key="years",
            on_change=touched,
            help=_("Inclusive. A meeting counts in the year of its first day."),
        )
        st.multiselect(
            _("Formats"),
            FORMATS,
            key="format",
            format_func=FORMAT_LABELS.__getitem__,
            on_change=_formats_touched,
            placeholder=_("Choose formats"),
            help=_(
                "A ministerial 2+2 seats foreign and defence ministers of both sides. "
                "The other formats are different things and are left out unless chosen."
            ),
        )
        st.multiselect(
            _("Cooperation areas"),
            list(everything.topics),
            key="topic",
            format_func=everything.topics.__getitem__,
            placeholder=_("All cooperation areas"),
            on_change=touched,
            help=_("Meetings that took up any of those chosen."),
        )
        st.multiselect(
            _("Evidence for an area"),
            BASES,
            key="basis",
            format_func=BASIS_LABELS.__getitem__,
            placeholder=_("Any kind of text"),
            on_change=touched,
            help=_("Count an area only if a text of this kind shows it."),
        )
        st.text_input(
            _("Text"),
            key="text",
            max_chars=200,
            placeholder=_("Minister, place, document …"),
            on_change=touched,
            help=_(
                "All words must occur in a meeting's name, summary, place, document or people, "
                "or in an agreement's title or summary."
            ),
        )
        st.button(
            _("Reset all filters"),
            on_click=show,
            args=(Selection(),),
            disabled=visit.selection == Selection(),
            width="stretch",
        )


def _formats_touched() -> None:
    # An empty choice would be read as the default anyway; so the control says it.
    if not st.session_state["format"]:
        st.session_state["format"] = [MAIN_FORMAT]
    touched()
