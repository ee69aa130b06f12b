"""``fresh=True``: new ids for each run, for a receiver that cannot be emptied.

Each run delivers the same story about another customer, with ids that were never used before. Only ids change: numbers,
codes, keys and addresses. Times, amounts and names stay. The order of ids stays too (the smaller of two ids is still
the smaller one), so rows that the receiver sorts by id keep their order. The state that the probe shows is translated
back to the ids of the given events, so that states of two runs can be compared.
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
_FIRST = 2**41, 2**52  # far above the ids that were seen, and exact in JavaScript (below 2**53)
_CODE = re.compile(r"(.*_|[0-9]{13}[0-9A-Za-z]{7})[0-9A-Za-z]{9}")  # a code or an idKey (facts 11 and 12)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class RenamedEvents:
    """The events of one run with their new ids, and the given id of each new one."""

    events: tuple[Event, ...]
    ids: Ids
    given: Mapping[int | str, int | str]

    def as_given(self, form: Hashable) -> Hashable:
        """The normal form of a state with the ids of the given events, also in keys of dicts."""
        kind = type(form)
        if kind is int or kind is str:
            return self.given.get(form, form)  # type: ignore[call-overload, no-any-return]
        if isinstance(form, tuple | frozenset):
            return kind(map(self.as_given, form))  # type: ignore[call-arg]
        return form


class EventRenamer:
    """Gives the same events new ids for each run.

    The ids are the one thing that a seed does not repeat: a receiver that keeps its rows would know the ids of an
    earlier search with the same seed.
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
        """The events of the next run."""
        names = self._name(next(self._runs))
        events = tuple(
            replace(event, payload=_renamed(event.payload, spots, names))
            for event, spots in zip(self._events, self._spots, strict=True)
        )
        ids = collect_ids((means, names[value]) for means, value in self._found)
        return RenamedEvents(events, ids, {new: old for old, new in names.items()})

    def _name(self, run: int) -> dict[int | str, int | str]:
        """The new id of each given id, for this run.

        All numbers are shifted by one distance, which keeps their order. Run after run the distance grows by the span
        of the given numbers, so no two runs share one.
        """
        names: dict[int | str, int | str] = {}
        if self._numbers:
            least, most = self._numbers[0], self._numbers[-1]
            distance = self._first + run * (most - least + 1)
            if most + distance > _LARGEST:
                raise SteppayMockError(
                    f"With {option('fresh', value=True)} every run has new, larger ids, and {most} leaves no room "
                    "for that in 64 bits (fact 13). Give the events smaller ids, such as 42 for the customer."
                )
            for number in self._numbers:
                names[number], names[str(number)] = number + distance, str(number + distance)
        mark = Chance(derive_seed(self._salt, run)).alphanumerics(7)
        for rank, text in enumerate(self._texts):
            names[text] = _fresh_text(text, mark, rank)
        return names


def _is_number(value: int | str) -> bool:
    """Whether it is a number, or a number as text (fact 14)."""
    return isinstance(value, int) or (value.isascii() and value.isdecimal() and str(int(value)) == value)


def _fresh_text(text: str, mark: str, rank: int) -> str:
    """A new text of the same form. Texts of a higher rank are greater, so their order stays."""
    name, at, domain = text.rpartition("@")
    if at:
        return f"{name}+{mark}@{domain}"
    found = _CODE.fullmatch(text)
    if found and rank < len(_DIGITS) ** 2:
        return f"{found[1]}{mark}{_DIGITS[rank // len(_DIGITS)]}{_DIGITS[rank % len(_DIGITS)]}"
    return f"{text}-{mark}"


def _renamed(value: Any, spots: Spots | str, names: Mapping[int | str, int | str]) -> Any:
    """A copy with new values at the spots. Everything else is shared with the given payload."""
    if isinstance(spots, str):
        return names[value]
    copy = value.copy()
    for key, below in spots.items():
        copy[key] = _renamed(value[key], below, names)
    return copy
