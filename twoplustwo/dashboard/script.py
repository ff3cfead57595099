"""The Streamlit script: navigation, filters, and the page that the address names."""

import streamlit as st

from twoplustwo.check import InvalidRecordError
from twoplustwo.dashboard import navigation, parts, sidebar, visit
from twoplustwo.labels import as_markdown, counted
from twoplustwo.language import _

st.set_page_config(page_title="Two Plus Two", layout="wide")
page = navigation.current_page()
try:
    this_visit = visit.begin(page.url_path or visit.HOME)
except InvalidRecordError as error:
    wrong = "\n".join(f"- {as_markdown(str(problem))}" for problem in error.problems[:5])
    st.error(
        _("The record can't be shown: {faults} found in its files.").format(
            faults=counted(len(error.problems), "fault")
        )
        + f"\n\n{wrong}",
        icon=":material/error:",
    )
    st.stop()
parts.header(this_visit)
sidebar.draw(this_visit)
parts.link_notices(this_visit)
page.run()
parts.footer(this_visit)
