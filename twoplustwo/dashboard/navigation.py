"""The pages of the dashboard and links to them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from twoplustwo.dashboard.visit import HOME
from twoplustwo.language import Labels, marked
from twoplustwo.selection import Pairs

FOLDER = Path(__file__).resolve().parents[2] / "pages"
TITLES = Labels(
    {
        "overview": marked("Overview"),
        "timeline": marked("Timeline"),
        "partners": marked("Partners"),
        "topics": marked("Topics"),
        "agreements": marked("Agreements"),
        "meetings": marked("Meetings"),
        "method": marked("Method"),
    }
)


def current_page() -> Page:
    """The page that the address names. Its siblings are made once a run, for all links to them."""
    pages = {
        name: st.Page(FOLDER / f"{name}.py", title=title, url_path=name, default=name == HOME)
        for name, title in TITLES.items()
    }
    st.session_state["pages"] = pages
    return st.navigation(list(pages.values()), position="hidden")


def link(name: str, params: Pairs, label: str | None = None) -> None:
    """A link to a page of the dashboard that carries parameters along; by default it has the page's title."""
    st.page_link(st.session_state["pages"][name], label=label or TITLES[name], query_params=params)
