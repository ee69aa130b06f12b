"""Decides whether a state is what a truth says. A truth is written by hand, so it is read more loosely than a state.

Where the truth gives dicts, instances are compared as the dicts of their fields; the order of rows does not count; True
is 1, because SQLite and others give booleans back as numbers.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from steppay_mock.ordering.state.marks import Flag, Members, Named
from steppay_mock.ordering.state.rows import without_order


def agrees(state: Hashable, truth: Hashable) -> bool:
    """Whether the state is what the truth says; both in normal form."""
    classes = _names_a_class(truth)
    one, other = (_loosened(without_order(form), classes=classes) for form in (state, truth))
    return bool(one == other)


def _names_a_class(form: Any) -> bool:
    if isinstance(form, tuple | frozenset):
        return any(map(_names_a_class, form))
    return isinstance(form, Named)


def _loosened(form: Any, *, classes: bool) -> Any:
    if isinstance(form, tuple):
        return tuple(_loosened(one, classes=classes) for one in form)
    if isinstance(form, frozenset):
        return frozenset(_loosened(one, classes=classes) for one in form)
    if isinstance(form, Named) and not classes:
        return Members
    return int(form.value) if isinstance(form, Flag) else form
