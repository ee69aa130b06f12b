"""States as Hypothesis draws them: what a probe may return, in every mixture."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from math import nan
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.decimals(allow_nan=False),
    st.sampled_from([date(2025, 1, 1), datetime(2025, 1, 1), timedelta(1), UUID(int=7), nan, Decimal("NaN")]),
)
_SETS = st.frozensets(VALUES | st.tuples(VALUES, VALUES), max_size=4)
_KEYS = st.text(max_size=5) | st.integers()

STATES = st.recursive(
    VALUES | _SETS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=20,
)


def otherwise(value: Any, random: Random) -> Any:
    """The same state, made otherwise: keys in another order, tuples for lists, sets for frozensets."""
    if isinstance(value, dict):
        members = [(key, otherwise(inner, random)) for key, inner in value.items()]
        random.shuffle(members)
        return dict(members)
    if isinstance(value, list | tuple):
        return random.choice((list, tuple))(otherwise(inner, random) for inner in value)
    if isinstance(value, frozenset):
        things = sorted(value, key=repr)
        random.shuffle(things)
        return random.choice((set, frozenset))(things)
    return value
