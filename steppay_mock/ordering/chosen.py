"""Chooses the events of a search: those of the wanted types, and of these what is delivered before every order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.truth.setting import TruthSetting
from steppay_mock.payload.event import iter_events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.payload.event import Event, Events


def choose_events(
    events: Events, settings: ExploreSettings, *, given: object
) -> tuple[tuple[Event, ...], ExploreSettings]:
    """The events whose orders are explored, and the settings with those that are delivered before every order."""
    happened = tuple(iter_events(events))
    listed = tuple(_wanted(happened, settings))
    before, rest = _split_given(listed, given)
    settings = replace(settings, given=before)
    if len(listed) < len(happened) and settings.truth.mode == "hints":  # the store knows what was not delivered
        settings = replace(settings, truth=TruthSetting("off"))
    return rest, settings


def say_not_wanted(found: Exploration, events: Events, settings: ExploreSettings) -> Exploration:
    """The exploration, with a note on the events whose types were not wanted."""
    listed = tuple(iter_events(events))
    left_out = len(listed) - len(tuple(_wanted(listed, settings)))
    if not left_out or settings.types is None:
        return found
    note = (
        f"{left_out} of {len(listed)} events were not delivered: only those of the types "
        f"{', '.join(sorted(settings.types))} were wanted. What looks wrong beside the store is not told then."
    )
    return replace(found, notes=(*found.notes, note))


def _wanted(events: Sequence[Event], settings: ExploreSettings) -> Iterator[Event]:
    return (event for event in events if settings.types is None or str(event.type) in settings.types)


def _split_given(events: Sequence[Event], given: object) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events that ``given=`` delivers before every order, and the events whose orders are explored."""
    if given is None:
        return (), tuple(events)
    if isinstance(given, int) and not isinstance(given, bool):
        if not 0 <= given <= len(events):
            raise SteppayMockError(
                f"{option('given', value=given)}: there are {len(events)} events. Give 0 to {len(events)}."
            )
        return tuple(events[:given]), tuple(events[given:])
    if isinstance(given, bool | str):
        raise SteppayMockError(
            f"{option('given', value=given)} is no number of events. Say {option('given', value=2)}, or give events."
        )
    return tuple(iter_events(given)), tuple(events)  # type: ignore[arg-type]
