"""Report an error: the text is filled in, the reader sends it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import quote

import streamlit as st

from twoplustwo.dashboard import share
from twoplustwo.dashboard.visit import Visit
from twoplustwo.language import Labels, _, marked

CONTACT = "TWOPLUSTWO_CONTACT"
"""Environment variable with the maintainer's e-mail address; without it the text is to be copied."""


WHOLE = Labels(
    {
        "meeting": marked("The meeting as a whole"),
        "agreement": marked("The agreement as a whole"),
        "person": marked("The person as a whole"),
        "source": marked("The source as a whole"),
    }
)


def offer(visit: Visit, kind: str, identifier: str, mentions: Mapping[str, str] | None = None) -> None:
    """Offer to report an error in one record.

    Parameters
    ----------
    kind
        What it is: meeting, agreement, person, source …
    identifier
        Its id.
    mentions
        Id -> name of what was said there on a cooperation area, to report one of those instead.
    """
    opened = share.fold(
        _("Report an error"), icon=":material/flag:", key=f"report_{kind}_{identifier}", width=190
    )
    if not opened.open:
        return
    with opened:
        about = identifier
        if mentions:
            about = st.selectbox(
                _("About"),
                [identifier, *mentions],
                format_func=lambda code: mentions.get(code, WHOLE[kind]),
                key=f"report_about_{identifier}",
            )
        what = kind if about == identifier else "mention"
        subject = f"Two Plus Two: error in {what} {about}"
        text = (  # in English, which the maintainers read, whatever the reader's language is
            f"{what.capitalize()}: {about}\n"
            f"Data version: {visit.record.about.version}\n"
            f"Link: {visit.share_address()}\n\n"
            "What is wrong, and which source shows it:\n"
        )
        contact = os.environ.get(CONTACT, "")
        if contact:
            address = f"mailto:{quote(contact, safe='@')}?subject={quote(subject)}&body={quote(text)}"
            st.link_button(_("Write to the maintainers"), address)
        else:
            st.markdown(_("Copy this text, add what is wrong, and send it to the maintainers of this page."))
        st.code(text, language=None, wrap_lines=True)
