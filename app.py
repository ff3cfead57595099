"""The server: pages and data API as one ASGI application. Start it with ``streamlit run app.py``."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from twoplustwo.api import BesidePages
from twoplustwo.dashboard.server import Guarded, Packed, ready

# The script lies away from pages/: beside that folder, Streamlit would answer the first deep
# link after a start with the page's script alone, without the filters.
app = st.App(
    Path(__file__).parent / "twoplustwo" / "dashboard" / "script.py",
    lifespan=ready,
    middleware=[Middleware(Guarded), Middleware(BesidePages), Middleware(Packed)],
)
