"""Chooses the events of a search: those of the wanted types, and of these what is delivered before every order."""

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
    """The events whose orders are explored, and the settings with those that are delivered before every order."""

    events: tuple[Event, ...]
    settings: ExploreSettings
    happened: int
    """How many events there were."""
    not_wanted: int
    """How many of them were of other types."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the report says of the events that were not wanted."""
        types = self.settings.types
        if not self.not_wanted or types is None:
            return ()
        note = (
            f"{self.not_wanted} of {self.happened} events were not delivered: only those of the types "
            f"{', '.join(sorted(types))} were wanted. What looks wrong beside the store is not told then."
        )
        return (note,)


def choose_events(events: Events, settings: ExploreSettings, *, given: object) -> Chosen:
    """Choose them; the events are read once, so they may be an iterator."""
    happened = tuple(iter_events(events))
    types = settings.types
    wanted = happened if types is None else tuple(event for event in happened if str(event.type) in types)
    before, rest = _split_given(wanted, given)
    settings = replace(settings, given=before)
    if len(wanted) < len(happened) and settings.truth.mode == "hints":  # the store knows what was not delivered
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
                f"{option('given', value=given)}: there are {len(events)} events. Give 0 to {len(events)}."
            )
        return tuple(events[:given]), tuple(events[given:])
    if isinstance(given, bool | str):
        raise SteppayMockError(
            f"{option('given', value=given)} is no number of events. Say {option('given', value=2)}, or give events."
        )
    return tuple(iter_events(given)), tuple(events)  # type: ignore[arg-type]
