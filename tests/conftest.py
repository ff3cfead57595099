"""Fixtures that several test modules share."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import settings

from twoplustwo import Record, load

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
