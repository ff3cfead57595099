"""Work on the same part of the record is done once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec

import pandas as pd

from twoplustwo.record import forget_views

P = ParamSpec("P")
Counting = Callable[P, pd.DataFrame]


def remembered(function: Counting[P]) -> Counting[P]:
    """Keep the results of a pure function of a record.

    A record is known by identity: visitors with the same selection share one. What is handed out
    is a copy that pandas makes real only where it is changed, so nobody can spoil the kept one.
    """
    kept: Counting[P] = lru_cache(maxsize=64)(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
        result = kept(*args, **kwargs)
        forget_views([result])
        return result.copy(deep=False)

    return call
