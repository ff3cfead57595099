"""Work on the same part of the record is done once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from weakref import WeakKeyDictionary

import pandas as pd

from twoplustwo.record import Record, forget_views

Counting = Callable[[Record], pd.DataFrame]


def remembered(function: Counting) -> Counting:
    """Keep the result of a pure function of a record, for as long as that record is there.

    A record is known by identity: visitors with the same selection share one. What is handed out
    is a copy that pandas makes real only where it is changed, so nobody can spoil the kept one.
    """
    kept: WeakKeyDictionary[Record, pd.DataFrame] = WeakKeyDictionary()

    @wraps(function)
    def call(record: Record) -> pd.DataFrame:
        result = kept.get(record)
        if result is None:
            result = kept[record] = function(record)
        forget_views([result])
        return result.copy(deep=False)

    return call
