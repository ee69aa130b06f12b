"""Chooses the event types, or the groups of checks, that a test runs with, and parametrises the test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_steppay.marker import Marked, read_markers
from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from collections.abc import Sequence

TYPE, EVENT, CHECKS = "steppay_event_type", "steppay_event", "steppay_checks"


def select_event_types(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for the event type once for each type of its markers, or for all; refuse a wrong marker."""
    try:
        marked = read_markers(metafunc.definition)
    except SteppayMockError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    if not _asks_for_type(metafunc):
        return
    if TYPE not in metafunc.fixturenames:
        # Until pytest 9.1 a fixture that overrides steppay_event and asks for the original hides what that depends on.
        metafunc.fixturenames.append(TYPE)
    types = _types(marked)
    metafunc.parametrize(TYPE, types, ids=[str(event_type) for event_type in types], indirect=True)


def select_checks(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for the checks once for each group of them."""
    from steppay_mock.conformance.groups import GROUPS

    if not _is_parametrised(metafunc, CHECKS) and _reaches_ours(metafunc, CHECKS):
        metafunc.parametrize(CHECKS, list(GROUPS.values()), ids=list(GROUPS), indirect=True)


def _types(marked: Marked) -> Sequence[EventType]:
    drift = marked.keywords.get("drift")
    if marked.event_types or drift is None:
        return marked.event_types or tuple(EventType)
    from steppay_mock.payload.drift import can_drift

    return [event_type for event_type in EventType if can_drift(event_type, drift)]


def _asks_for_type(metafunc: pytest.Metafunc) -> bool:
    if TYPE in metafunc.fixturenames:
        return not _is_parametrised(metafunc, TYPE) and _reaches_ours(metafunc, TYPE)
    return not _is_parametrised(metafunc, EVENT) and _reaches_ours(metafunc, EVENT)


def _is_parametrised(metafunc: pytest.Metafunc, name: str) -> bool:
    """Whether the test itself gives the values, by ``pytest.mark.parametrize``."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs.get("argnames", ())
        listed = names.split(",") if isinstance(names, str) else names
        if name in [str(one).strip() for one in listed]:
            return True
    return False


def _reaches_ours(metafunc: pytest.Metafunc, name: str) -> bool:
    """Whether the fixture is the plugin's, or an override that asks for it.

    pytest has no public way to find out: ``_arg2fixturedefs`` is private, and all overrides of a name stand in it.
    """
    known: dict[str, Sequence[pytest.FixtureDef[Any]]] = getattr(metafunc, "_arg2fixturedefs", {})
    for definition in reversed(known.get(name, ())):
        if definition.func.__module__ == "pytest_steppay.fixtures":
            return True
        if definition.params is not None or name not in definition.argnames:
            return False
    return False
