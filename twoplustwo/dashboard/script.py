"""The Streamlit script: navigation, filters, and the page that the address names."""

import streamlit as st

from twoplustwo.check import InvalidRecordError
from twoplustwo.dashboard import navigation, parts, sidebar, visit

st.set_page_config(page_title="Two Plus Two", layout="wide")
page = st.navigation(list(navigation.pages().values()), position="hidden")
try:
    this_visit = visit.begin(page.url_path or visit.HOME)
except InvalidRecordError as error:
    st.error(f"The record can't be shown. {error}", icon=":material/error:")
    st.stop()
parts.header(this_visit)
sidebar.draw(this_visit)
parts.link_notices(this_visit)
page.run()
parts.footer(this_visit)
