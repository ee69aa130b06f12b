"""Chooses the events of a search: those of the wanted types, without those that are delivered before every order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.truth.setting import TruthSetting
from steppay_mock.payload.event import iter_events

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.payload.event import Event, Events


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The events whose orders are explored; the settings have those that are delivered before every order."""

    events: tuple[Event, ...]
    settings: ExploreSettings
    happened: int
    """The number of events that were passed."""
    not_wanted: int
    """The number of those that have other types."""

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences of the report about the events that are not wanted."""
        types = self.settings.types
        if not self.not_wanted or types is None:
            return ()
        note = (
            f"{self.not_wanted} of {self.happened} events were not delivered: only the types "
            f"{', '.join(sorted(types))} are wanted. So the end was not searched for differences from the store."
        )
        return (note,)


def choose_events(events: Events, settings: ExploreSettings, *, given: object) -> Chosen:
    """The chosen events. They are read once, so they may be an iterator."""
    happened = tuple(iter_events(events))
    types = settings.types
    wanted = happened if types is None else tuple(event for event in happened if str(event.type) in types)
    before, rest = _split_given(wanted, given)
    settings = replace(settings, given=before)
    if len(wanted) < len(happened) and settings.truth.mode == "hints":  # the store also has what was left out
        settings = replace(settings, truth=TruthSetting("off"))
    not_wanted = len(happened) - len(wanted)
    return Chosen(events=rest, settings=settings, happened=len(happened), not_wanted=not_wanted)


def _split_given(events: Sequence[Event], given: object) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events that ``given=`` delivers before every order, and the events whose orders are explored."""
    if given is None:
        return (), tuple(events)
    if isinstance(given, int) and not isinstance(given, bool):
        if not 0 <= given <= len(events):
            raise SteppayMockError(
                f"{option('given', value=given)}: there are {len(events)} events. Pass 0 to {len(events)}."
            )
        return tuple(events[:given]), tuple(events[given:])
    if isinstance(given, bool | str):
        raise SteppayMockError(
            f"{option('given', value=given)}: expected a number of events, or events. Pass {option('given', value=2)}."
        )
    return tuple(iter_events(given)), tuple(events)  # type: ignore[arg-type]
