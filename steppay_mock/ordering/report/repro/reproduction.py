"""Collects what a program needs to replay a counterexample: the bodies, both orders, and the URLs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import Reach
from steppay_mock.ordering.report.coverage import ids_of
from steppay_mock.ordering.report.markup import UNFIT
from steppay_mock.payload.event import V1Event
from steppay_mock.payload.v1_body import CONTENT_TYPES

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData, ExplorationData
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.payload.body import BodyForm
    from steppay_mock.payload.event import Event

SECRET = "STEPPAY_WEBHOOK_SECRET"  # noqa: S105 - it names the variable (fact 32)
HEADER = "STEPPAY_MOCK_HEADER"
ANYWHERE = Reach(
    url="http://localhost:8000/webhooks/steppay",
    state_url="http://localhost:8000/test/state",
    reset_url="http://localhost:8000/test/reset",
)
"""URLs to start from, for a receiver that ran in this process."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Order = tuple[tuple[int, ...], ...]
"""Numbers of events in the order of delivery; several at one position are in flight at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """A counterexample, ready to be written as a program."""

    found: CounterexampleData
    bodies: Mapping[int, str]
    """Each body by the number of its event: from 1 in the original order, 0 and below for events delivered before."""
    forms: Mapping[int, BodyForm]
    """The form of each body."""
    v1: Mapping[int, str]
    """The content type of each webhook v1: these are not signed (fact 52)."""
    failing: Order
    passing: Order
    reach: Reach
    is_elsewhere: bool
    """Whether the receiver was reached by URLs."""

    @property
    def title(self) -> str:
        """The failing order, in words."""
        return ", ".join(f"{number} {self._type(number)}" for flight in self.failing for number in flight if number > 0)

    @property
    def is_fresh(self) -> bool:
        """Whether the receiver cannot be emptied."""
        return self.is_elsewhere and not self.reach.can_reset

    @property
    def signs_copies(self) -> bool:
        """Whether an event is delivered again and signed: each copy needs a second of its own, as a resend has."""
        numbers = [[number for flight in order for number in flight] for order in (self.failing, self.passing)]
        return not self.reach.unsigned and any(len(one) > len(set(one)) for one in numbers)

    def _type(self, number: int) -> str:
        return one_line(str(self.found.events[number - 1].type))


def reproduction_of(exploration: ExplorationData, found: CounterexampleData) -> Reproduction:
    """The counterexample of this exploration, ready to be written as a program."""
    given = exploration.given
    events = {place - len(given) + 1: event for place, event in enumerate(given)}
    course = sorted({*found.failing.course, *found.passing.course})
    events |= {place + 1: found.events[place] for place in course}
    before: Order = tuple((number,) for number in events if number < 1)
    reach = found.face.reach
    return Reproduction(
        found=found,
        bodies={number: written(event) for number, event in events.items()},
        forms={number: event.form for number, event in events.items()},
        v1={number: CONTENT_TYPES[event.v1_form] for number, event in events.items() if isinstance(event, V1Event)},
        failing=before + _order(found.failing),
        passing=before + _order(found.passing),
        reach=ANYWHERE if reach is None else replace(reach, state_url=_filled(reach.state_url, events.values())),
        is_elsewhere=reach is not None,
    )


def written(event: Event) -> str:
    """The body, byte for byte; only characters that a page cannot contain are written as JSON escapes.

    An event that cannot be sent, such as one with half of a surrogate pair, is shown all the same.
    """
    try:
        text = event.body.decode()
    except SteppayMockError:
        text = json.dumps(event.payload, ensure_ascii=False, indent=2, default=str)
    return UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """The text without what would end a comment or a line of a program."""
    return re.sub(r"[^\w. +-]", "?", text)[:80]


def _order(run: Run) -> Order:
    flights: list[tuple[int, ...]] = []
    for at, place in enumerate(run.course):
        if at in run.together and at != run.together[0]:
            flights[-1] = (*flights[-1], place + 1)
        else:
            flights.append((place + 1,))
    return tuple(flights)


def _filled(url: str | None, events: Iterable[Event]) -> str | None:
    """The URL with the ids of the events in place of its braces."""
    ids: Any = ids_of(events) if url is not None and "{" in url else None
    if url is None or ids is None:
        return url
    return _PLACEHOLDER.sub(lambda name: str(next(iter(getattr(ids, f"{name[1]}s", ())), name[0])), url)
