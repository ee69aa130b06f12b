"""The steps of a schedule: one small frozen class for each kind, read from and written as plain data.

An event is named by its place among the events of the schedule, counted from 0 in the order in which they happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Literal, get_args

from steppay_mock.contract.long_numbers import is_number, written
from steppay_mock.errors import SteppayMockError, did_you_mean
from steppay_mock.values import check_choice

How = Literal["same", "resigned", "restamped"]
"""How an event comes again: byte for byte with its old signature (as a proxy repeats a request), signed anew at a later
second (as a manual resend), or with another envelope timestamp as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Deliver an event; ``stamp`` gives its envelope another timestamp, ``fault`` names what goes wrong on the wire."""

    do: ClassVar = "deliver"

    event: int
    stamp: int | None = None
    fault: str | None = None

    def __str__(self) -> str:
        return f"deliver {self.event}{_stamped(self.stamp)}{_faulty(self.fault)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Deliver an event again; ``stamp`` is for ``restamped``."""

    do: ClassVar = "again"

    event: int
    how: How = "resigned"
    stamp: int | None = None
    fault: str | None = None

    def __str__(self) -> str:
        return f"deliver {self.event} again, {self.how}{_stamped(self.stamp)}{_faulty(self.fault)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Keep an event back, and deliver it right after the step of that number, counted from 0."""

    do: ClassVar = "hold"

    event: int
    until: int
    fault: str | None = None

    def __str__(self) -> str:
        return f"hold {self.event} until after step {self.until}{_faulty(self.fault)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Let time pass before the next step: seconds of the story, which the sender may compress."""

    do: ClassVar = "wait"

    seconds: float

    def __str__(self) -> str:
        return f"wait {self.seconds:g} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Deliver these events at once: each is sent before any is answered. The same twice is an event beside its copy."""

    do: ClassVar = "overlap"

    events: tuple[int, ...]
    fault: str | None = None

    def __str__(self) -> str:
        return f"deliver {', '.join(map(str, self.events))} at once{_faulty(self.fault)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Never deliver an event: the webhook that was lost."""

    do: ClassVar = "drop"

    event: int

    def __str__(self) -> str:
        return f"drop {self.event}"


Step = Deliver | Again | Hold | Wait | Overlap | Drop

_KINDS: dict[str, Any] = {kind.do: kind for kind in get_args(Step)}


def write_step(step: Step) -> dict[str, Any]:
    """The step as plain data; what has its default is left out."""
    given = {one.name: (getattr(step, one.name), one.default) for one in fields(step)}
    told = {name: value for name, (value, default) in given.items() if value != default}
    return {"do": step.do, **{name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}}


def read_step(data: Any, *, count: int, place: int) -> Step:
    """The step that the plain data describes; SteppayMockError where it cannot be done with ``count`` events."""
    if not isinstance(data, Mapping) or data.get("do") not in _KINDS:
        do = data.get("do") if isinstance(data, Mapping) else data
        raise SteppayMockError(
            f"Step {place} does {do!r}.{did_you_mean(do, _KINDS)} A step is like {{'do': 'deliver', 'event': 0}}, and "
            f"does one of {', '.join(_KINDS)}."
        )
    kind = _KINDS[str(data["do"])]
    known = [one.name for one in fields(kind)]
    for name in data:
        if name != "do" and name not in known:
            raise SteppayMockError(
                f"Step {place}: {kind.do} has no {name!r}.{did_you_mean(name, known)} It has {', '.join(known)}."
            )
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name != "do"}
    missing = [one.name for one in fields(kind) if one.default is MISSING and one.name not in given]
    if missing:
        raise SteppayMockError(f"Step {place}: {kind.do} lacks {missing[0]!r}. Add it.")
    step: Step = kind(**given)
    check_step(step, count=count, place=place)
    return step


def check_step(step: Step, *, count: int, place: int) -> None:
    """Refuse a step that names what is not there, saying which step it is."""
    for name, value in ((one.name, getattr(step, one.name)) for one in fields(step)):
        _CHECKS[name](value, count, f"Step {place}: {name}")


def _event(value: Any, count: int, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < count:
        raise SteppayMockError(f"{what}={value!r}: there are {count} events, counted from 0. Name one of them.")


def _events(value: Any, count: int, what: str) -> None:
    if not isinstance(value, tuple) or len(value) < 2:
        raise SteppayMockError(f"{what}={value!r} are not two or more events. Write them like [2, 3].")
    for one in value:
        _event(one, count, what)


def _until(value: Any, _count: int, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise SteppayMockError(f"{what}={value!r} is no number of a step, counted from 0. Name a later one.")


def _seconds(value: Any, _count: int, what: str) -> None:
    if not is_number(value) or value < 0:
        raise SteppayMockError(f"{what}={written(value)} is no number of seconds. Give one from 0 up.")


def _stamp(value: Any, _count: int, what: str) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise SteppayMockError(f"{what}={value!r} is no timestamp. Give seconds since the epoch.")


def _how(value: Any, _count: int, what: str) -> None:
    check_choice(what, value, get_args(How))


def _fault(value: Any, _count: int, what: str) -> None:
    if value is not None and not isinstance(value, str):
        raise SteppayMockError(f"{what}={value!r} is no name of a fault. Write one such as 'wrong-secret'.")


_CHECKS: dict[str, Callable[[Any, int, str], None]] = {
    "event": _event,
    "events": _events,
    "until": _until,
    "seconds": _seconds,
    "stamp": _stamp,
    "how": _how,
    "fault": _fault,
}


def _stamped(stamp: int | None) -> str:
    return "" if stamp is None else f", stamped {stamp}"


def _faulty(fault: str | None) -> str:
    return "" if fault is None else f" ({fault})"
