"""The events of one user in a load test: endless rounds, which all follow from one seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from steppay_mock.contract.catalogue import EventType, parse_event_type
from steppay_mock.delivery.order import DeliveryOrder, arrange
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm, check_form
from steppay_mock.payload.chance import Chance, derive_seed
from steppay_mock.payload.event import Event, Events, iter_events
from steppay_mock.payload.factory import make_events
from steppay_mock.store.scenarios.registry import find_scenario
from steppay_mock.store.scenarios.scenario import scenario

Names = str | Iterable[str]
"""One name, or several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """The content of a round: one of the scenarios, or one event of each type."""

    events: tuple[EventType, ...]
    scenarios: tuple[str, ...]
    body: BodyForm = DEFAULT_FORM

    def make(self, seed: int) -> Events:
        """The round of this seed. The round of event types is as likely as each scenario."""
        kinds = [*self.scenarios, *([None] if self.events else [])]
        chosen = Chance(derive_seed(seed, "kind")).pick(kinds)
        if chosen is None:
            return make_events(self.events, seed=seed, body=self.body)
        return scenario(chosen, seed=seed, body=self.body)


def read_mix(events: Names | None, scenarios: Names, *, body: BodyForm = DEFAULT_FORM) -> Mix:
    """The mix, checked. An unknown name is a SteppayMockError that names the nearest.

    ``events`` None means all types where there are no scenarios, and none where there are some.
    """
    check_form("body", body)
    stories = tuple(find_scenario(name).name for name in _listed("scenarios", scenarios))
    if events is None:
        return Mix(events=() if stories else tuple(EventType), scenarios=stories, body=body)
    types = tuple(parse_event_type(name) for name in _listed("events", events))
    if not types and not stories:
        raise SteppayMockError("Neither events nor scenarios: nothing would be sent. Leave events out for all types.")
    return Mix(events=types, scenarios=stories, body=body)


def seed_of_user(seed: object, *, kind: str, worker: int, number: int) -> int:
    """The seed of a user: from that of the run, the user's class, its worker, and its number there, both from 0."""
    return derive_seed(check_seed(seed), "user", kind, worker, number)


def check_seed(seed: object) -> int | str:
    """The seed of a run, if it is one. Else a SteppayMockError."""
    if isinstance(seed, bool) or not isinstance(seed, int | str):
        raise SteppayMockError(f"seed={seed!r} is neither a whole number nor text. Give one such as seed=7.")
    return seed


def iter_load(
    make: Callable[[int], Events], *, seed: int, order: DeliveryOrder = "occurrence", duplicates: float = 0.0
) -> Iterator[Event]:
    """The events to deliver, without an end: rounds that ``make`` makes from seeds, each in its own order.

    A round without events is a SteppayMockError, because all rounds might be empty.
    """
    for number in count():
        own = derive_seed(seed, "round", number)
        events = tuple(iter_events(make(own)))
        if not events:
            raise SteppayMockError("A round has no events. Let make_round give one at least.")
        for planned in arrange(events, order, seed=own, duplicates=duplicates):
            yield planned.event


def _listed(what: str, names: object) -> list[object]:
    if isinstance(names, str):
        return [names]
    if isinstance(names, Iterable):
        return list(names)
    raise SteppayMockError(f"{what}={names!r} are no names. Give a list of them: {what}=[...].")
