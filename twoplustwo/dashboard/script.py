"""The Streamlit script: navigation, filters, and the page that the address names."""

import streamlit as st

from twoplustwo.check import InvalidRecordError
from twoplustwo.dashboard import navigation, parts, sidebar, visit
from twoplustwo.labels import as_markdown, counted

st.set_page_config(page_title="Two Plus Two", layout="wide")
page = navigation.current_page()
try:
    this_visit = visit.begin(page.url_path or visit.HOME)
except InvalidRecordError as error:
    wrong = "\n".join(f"- {as_markdown(str(problem))}" for problem in error.problems[:5])
    st.error(
        f"The record can't be shown: {counted(len(error.problems), 'fault')} found in its files.\n\n{wrong}",
        icon=":material/error:",
    )
    st.stop()
parts.header(this_visit)
sidebar.draw(this_visit)
parts.link_notices(this_visit)
page.run()
parts.footer(this_visit)
