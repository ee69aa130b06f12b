"""What if a receiver cannot be emptied? Each run tells the same story of another customer, with ids never used before.

Only ids differ: numbers, codes, keys and addresses. Times, amounts and names stay, and so does which of two ids is the
smaller one, so that whatever is sorted by id stays in its order. What the probe shows is told in the ids of the events
as they were given.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from random import SystemRandom
from typing import Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.receiver.identifiers import Ids, Spots, collect_ids, find_spots, read_identifiers
from steppay_mock.payload.chance import Chance, derive_seed
from steppay_mock.payload.event import Event

_LARGEST = 2**63 - 1  # a Long (fact 13)
_FIRST = 2**41, 2**52  # far from all that was seen, and exact in JavaScript
_CODE = re.compile(r"(.*_|[0-9]{13}[0-9A-Za-z]{7})[0-9A-Za-z]{9}")  # or an idKey (facts 11 and 12); its end changes
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class RenamedEvents:
    """The events of one run, what they are about, and what each of their ids was in the events as they were given."""

    events: tuple[Event, ...]
    ids: Ids
    given: Mapping[int | str, int | str]

    def as_given(self, form: Hashable) -> Hashable:
        """The normal form of a state, in the ids of the events as they were given; also in keys of dicts."""
        kind = type(form)
        if kind is int or kind is str:
            return self.given.get(form, form)  # type: ignore[call-overload, no-any-return]
        if isinstance(form, tuple | frozenset):
            return kind(map(self.as_given, form))  # type: ignore[call-arg]
        return form


class EventRenamer:
    """Makes the same story again and again, never with the same ids.

    Not even two explorations with one seed share ids, for what keeps its rows would know them.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = tuple(events)
        self._spots = find_spots(events)
        found = [
            one for event, spots in zip(events, self._spots, strict=True) for one in read_identifiers(event, spots)
        ]
        self._found = found
        values = {value for _, value in found}
        self._numbers = sorted({int(value) for value in values if _is_number(value)})
        self._texts = sorted(str(value) for value in values if not _is_number(value))
        self._salt = SystemRandom().getrandbits(64)
        self._first = SystemRandom().randint(*_FIRST)
        self._runs = count()

    def next(self) -> RenamedEvents:
        """The story of the next run."""
        names = self._name(next(self._runs))
        events = tuple(
            replace(event, payload=_renamed(event.payload, spots, names))
            for event, spots in zip(self._events, self._spots, strict=True)
        )
        ids = collect_ids((means, names[value]) for means, value in self._found)
        return RenamedEvents(events, ids, {new: old for old, new in names.items()})

    def _name(self, run: int) -> dict[int | str, int | str]:
        """For every id of the events as they were given the one that it has in this run."""
        names: dict[int | str, int | str] = {}
        if self._numbers:
            least, most = self._numbers[0], self._numbers[-1]
            distance = self._first + run * (most - least + 1)
            if most + distance > _LARGEST:
                raise SteppayMockError(
                    f"With {option('fresh', value=True)} every run has ids of its own, and {most} is too large to "
                    "add to (fact 13). Give the events smaller ids, such as 42 for the customer."
                )
            for number in self._numbers:
                names[number], names[str(number)] = number + distance, str(number + distance)
        mark = Chance(derive_seed(self._salt, run)).alphanumerics(7)
        for rank, text in enumerate(self._texts):
            names[text] = _fresh_text(text, mark, rank)
        return names


def _is_number(value: int | str) -> bool:
    """Whether it is a number, also as text (fact 14)."""
    return isinstance(value, int) or (value.isascii() and value.isdecimal() and str(int(value)) == value)


def _fresh_text(text: str, mark: str, rank: int) -> str:
    """Another text of the same form; those of higher rank are greater."""
    name, at, domain = text.rpartition("@")
    if at:
        return f"{name}+{mark}@{domain}"
    found = _CODE.fullmatch(text)
    if found and rank < len(_DIGITS) ** 2:
        return f"{found[1]}{mark}{_DIGITS[rank // len(_DIGITS)]}{_DIGITS[rank % len(_DIGITS)]}"
    return f"{text}-{mark}"


def _renamed(value: Any, spots: Spots | str, names: Mapping[int | str, int | str]) -> Any:
    """A copy in which the values at the spots have their new names; the rest is shared."""
    if isinstance(spots, str):
        return names[value]
    copy = value.copy()
    for key, below in spots.items():
        copy[key] = _renamed(value[key], below, names)
    return copy
