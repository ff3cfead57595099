"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from browsing import chromium, missing
from hypothesis import settings
from server import Server, running

from twoplustwo import Record, load

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

# The first example pays for imports, so a limit of time on each would fail at random.
settings.register_profile("two-plus-two", deadline=None)
settings.load_profile("two-plus-two")


@pytest.fixture(scope="session")
def record() -> Record:
    """The shipped record. Tests only read it, so one load serves all."""
    return load()


@pytest.fixture(scope="session")
def unchanged(record: Record) -> Callable[[], None]:
    """Fails if the shipped record is no longer what was loaded."""
    before = {name: frame.copy(deep=True) for name, frame in record.tables().items()}

    def compare() -> None:
        for name, frame in record.tables().items():
            pd.testing.assert_frame_equal(frame, before[name])

    return compare


def lacking(what: str, consequence: str) -> None:
    """Skip a test for want of something, with a word on it; in CI, where all must be there, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"This must run here, but {what}.")
    pytest.skip(f"{what}: {consequence}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium that the machine has."""
    if what := missing():
        lacking(what, "the dashboard was not tested in a browser")
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The dashboard, for the tests of one module."""
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def cache(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that keeps the dashboard's code from one test to the next."""
    context = browser.new_context()
    yield context
    context.close()
