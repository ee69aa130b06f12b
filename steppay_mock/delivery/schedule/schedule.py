"""A schedule: steps over events. It can be printed, written to a file, and read back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from steppay_mock.contract.text_files import read_text
from steppay_mock.delivery.schedule.steps import (
    Again,
    Deliver,
    Hold,
    How,
    Overlap,
    Step,
    Wait,
    check_step,
    read_step,
    write_step,
)
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm, check_form, write_body
from steppay_mock.payload.event import Event, Events, V1Event, iter_events

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One delivery that a schedule asks for, in the order of sending.

    ``place`` is the place of ``event`` among the events. ``how`` is None for the first delivery of an event; ``wait``
    are the seconds before it; deliveries of one ``group`` are in flight at once; ``step`` is the number of its step.
    """

    event: Event
    place: int
    step: int
    how: How | None = None
    wait: float = 0.0
    group: int | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule(Sequence[Step]):
    """Steps over events. It is data: iterate it, print it, write it, and give it to ``deliver`` or a ``Sender``."""

    events: tuple[Event, ...] = field(repr=False)
    steps: tuple[Step, ...]
    made_by: str = "hand"
    """The function that made it, with its arguments, for people."""

    def __post_init__(self) -> None:
        for place, step in enumerate(self.steps):
            check_step(step, count=len(self.events), place=place)
            if isinstance(step, Hold) and not place < step.until < len(self.steps):
                last = len(self.steps) - 1
                later = f"{place + 1} to {last}. Name one of them." if place < last else "and none follows. Add one."
                raise SteppayMockError(
                    f"Step {place}: until={step.until}: an event is held until a later step, {later}"
                )

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, place: Any) -> Any:
        return self.steps[place]

    def __str__(self) -> str:
        width = len(str(max(len(self.events) - 1, 0)))
        named = [f"{place:>{width}}  {event.type}" for place, event in enumerate(self.events)]
        numbered = [f"step {place}: {step}" for place, step in enumerate(self.steps)]
        heading = f"{len(self.events)} events, {len(self.steps)} steps, made by {self.made_by}"
        return "\n".join([heading, *named, *numbered])

    @property
    def delivered(self) -> tuple[int, ...]:
        """The places of the events in the order of their deliveries, repeats included."""
        return tuple(one.place for one in self.deliveries())

    @property
    def reorders(self) -> bool:
        """Whether an event is delivered before one that happened earlier."""
        first = list(dict.fromkeys(self.delivered))
        return first != sorted(first)

    def deliveries(self) -> Iterator[Planned]:
        """The deliveries, in order, holds resolved."""
        held: dict[int, list[tuple[int, Hold]]] = {}
        for place, step in enumerate(self.steps):
            if isinstance(step, Hold):
                held.setdefault(step.until, []).append((place, step))
        wait = 0.0
        for place, step in enumerate(self.steps):
            if isinstance(step, Wait):
                wait += step.seconds
            for planned in self._planned(place, step):
                yield replace(planned, wait=wait) if wait else planned
                wait = 0.0
            for asked, hold in held.get(place, ()):
                yield Planned(event=self.events[hold.event], place=hold.event, step=asked, wait=wait, fault=hold.fault)
                wait = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The schedule as plain data, its events included: what :meth:`from_dict` reads."""
        forms = [event.form for event in self.events]
        return {
            "version": VERSION,
            "made_by": self.made_by,
            **({"bodies": forms} if {*forms} - {DEFAULT_FORM} else {}),
            "events": [_written(event) for event in self.events],
            "steps": [write_step(step) for step in self.steps],
        }

    def write(self, path: str | Path) -> None:
        """Write it as JSON to a file."""
        text = json.dumps(self.as_dict(), ensure_ascii=False, indent=1)
        Path(path).write_text(f"{text}\n", encoding="utf-8")

    @classmethod
    def read(cls, path: str | Path) -> Schedule:
        """The schedule of a file that :meth:`write` wrote, or somebody by hand; SteppayMockError where it is none."""
        try:
            data = json.loads(read_text(path, what="a schedule", next_step="Name a file that Schedule.write wrote."))
        except ValueError as error:
            raise SteppayMockError(f"{path} cannot be read as a schedule: {error}. Give a file of JSON.") from None
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Any) -> Schedule:
        """The schedule that the plain data describes; SteppayMockError where it describes none."""
        if not isinstance(data, dict) or not isinstance(data.get("steps"), list):
            raise SteppayMockError("That is no schedule. It is an object with 'version', 'events' and 'steps'.")
        if data.get("version") != VERSION:
            raise SteppayMockError(
                f"This schedule has version {data.get('version')!r}, and version {VERSION} is understood. "
                "Write it anew, or with a newer steppay-mock."
            )
        events = _read_events(data.get("events", []), data.get("bodies"))
        steps = [read_step(step, count=len(events), place=place) for place, step in enumerate(data["steps"])]
        return cls(events, tuple(steps), str(data.get("made_by", "hand")))

    def _planned(self, place: int, step: Step) -> Iterator[Planned]:
        if isinstance(step, Deliver):
            yield self._one(place, step.event, stamp=step.stamp, fault=step.fault)
        elif isinstance(step, Again):
            yield replace(self._one(place, step.event, stamp=step.stamp, fault=step.fault), how=step.how)
        elif isinstance(step, Overlap):
            for at, event in enumerate(step.events):
                how: How | None = "resigned" if event in step.events[:at] else None
                yield replace(self._one(place, event, stamp=None, fault=step.fault), group=place, how=how)

    def _one(self, step: int, place: int, *, stamp: int | None, fault: str | None) -> Planned:
        event = self.events[place]
        if stamp is not None:
            event = event.at_second(stamp)
        return Planned(event=event, place=place, step=step, fault=fault)


def _written(event: Event) -> dict[str, Any]:
    """The payload; of an event that was captured in other bytes than ours, those bytes.

    Of a webhook v1 the body and the second: its payload has neither its form nor its time.
    """
    if isinstance(event, V1Event):
        second = {} if event.second is None else {"second": event.second}
        return {"body": event.body.decode(), **second}
    try:
        is_ours = write_body(event.payload, event.form) == event.body
    except SteppayMockError:
        is_ours = False
    return event.payload if is_ours else {"body": event.body.decode()}


def _read_events(events: Any, forms: Any) -> tuple[Event, ...]:
    """The events; ``forms`` are those of their bodies: one for all, a list with one for each, None for the default."""
    found = events if isinstance(events, list) else [event.payload for event in iter_events(events)]
    each = [DEFAULT_FORM] * len(found) if forms is None else [forms] * len(found) if isinstance(forms, str) else forms
    if not isinstance(each, list) or len(each) != len(found):
        raise SteppayMockError(
            f"'bodies' of the schedule are not the forms of its {len(found)} events. Give one form for all of them, "
            "such as 'compact', or a list with one for each."
        )
    for form in each:
        check_form("bodies", form)
    return tuple(_read_event(one, form) for one, form in zip(found, each, strict=True))


def _read_event(one: Any, form: BodyForm) -> Event:
    if not isinstance(one, dict) or list(one) not in (["body"], ["body", "second"]) or not isinstance(one["body"], str):
        return Event.from_payload(one, form=form)
    event = Event.from_bytes(one["body"].encode())
    return event if "second" not in one else event.at_second(int(one["second"]))


def plan(events: Events, steps: Iterable[Step], *, made_by: str = "hand") -> Schedule:
    """A schedule of these steps over these events; SteppayMockError for a step that names what is not there."""
    return Schedule(tuple(iter_events(events)), tuple(steps), made_by)
