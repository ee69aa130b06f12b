"""Makes wrong webhooks: one to three errors in a copy of a payload, chosen by a seed.

Not every fault makes a payload invalid: an unknown field is allowed, and so is null where the schema says so. What a
fault amounts to is for the validators to say.

What no validator in JavaScript can tell apart is left out: 2^63 is read there as the same number as 2^63-1, the largest
Long, so numbers beyond the range are well beyond it, and fractions are added only where a double still holds them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from steppay_mock import EventType

BAD_DATES = (
    "2023-02-30T00:00:00",
    "2023-02-29T00:00:00",
    "1900-02-29T00:00:00",
    "2100-02-29T23:59:59",
    "2023-04-31T00:00:00",
    "2023-00-10T00:00:00",
    "2023-13-01T00:00:00",
    "2023-01-00T00:00:00",
    "2023-06-19T24:00:00",
    "2023-06-19T23:60:00",
    "2023-06-19T23:59:60",
    "2023-06-19T06:19:55\n",
    "2023-06-19T06:19:55.403711\n",
    " 2023-06-19T06:19:55",
    "2023-06-19T06:19:55Z",
    "2023-06-19T06:19:55.4Z",
    "2023-06-19T06:19:55+09:00",
    "2023-06-19T06:19:55[Asia/Seoul]",
    "2023-06-19T06:19",
    "2023-06-19 06:19:55",
    "2023-06-19t06:19:55",
    "2023-06-19",
    "06:19:55",
    "2023-06-19T06:19:55.",
    "2023-06-19T06:19:55,403",
    "2023-06-19T06:19:55.0123456789",
    "2023-06-19T06:19:55.40371१",  # a digit, but not one of ours
    "２０２３-06-19T06:19:55",
    "٢٠٢٣-06-19T06:19:55",
    "+12023-06-19T06:19:55",
    "23-06-19T06:19:55",
    "2023-6-19T6:19:55",
    "1687155595516",
    "",
)
GOOD_DATES = (
    "2024-02-29T00:00:00",
    "2000-02-29T23:59:59.999999999",
    "1600-02-29T00:00:00.0",
    "0000-02-29T00:00:00",
    "2023-12-31T23:59:59.403711",
    "9999-12-31T00:00:00",
)
BEYOND_INT = (2**31, -(2**31) - 1, 2**32 + 1)
BEYOND_LONG = (2**64, -(2**64), 10**25, -(10**30), 1e19)

_EXACT = 2**50  # beyond it a double has no room left for a half
_OTHERS: tuple[Any, ...] = (None, True, False, 0, 1, -7, 2.5, 1.0, "", "text", "1", [], {}, [None], [[]], {"id": 1})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: ``home[key]`` is it."""

    home: Any
    key: Any

    @property
    def value(self) -> Any:
        return self.home[self.key]

    def put(self, value: Any) -> None:
        self.home[self.key] = value


def mutate(payload: dict[str, Any], random: Random) -> tuple[str, Any]:
    """The names of the faults, joined by ``+``, and the faulty copy; the payload itself stays as it is."""
    envelope = {"payload": json.loads(json.dumps(payload))}
    names = []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        name = random.choice(tuple(FAULTS))
        found = [place for place in _places(envelope) if _FITTING[name](place)]
        if found:
            FAULTS[name](random.choice(found), random)
            names.append(name)
    if not names:
        return mutate(payload, random)
    return "+".join(names), envelope["payload"]


def _places(root: dict[str, Any]) -> Iterator[Place]:
    stack: list[Any] = [root]
    while stack:
        home = stack.pop()
        for key in home if isinstance(home, dict) else range(len(home)):
            yield Place(home, key)
            if isinstance(home[key], dict | list):
                stack.append(home[key])


def _drop(place: Place, _random: Random) -> None:
    del place.home[place.key]


def _rename(place: Place, random: Random) -> None:
    near = random.choice((str.upper, str.swapcase, lambda name: f"{name}s", lambda name: f" {name}", lambda _: ""))
    value = place.home.pop(place.key)
    place.home[near(place.key)] = value


def _set_null(place: Place, _random: Random) -> None:
    place.put(None)


def _change_type(place: Place, random: Random) -> None:
    place.put(random.choice(_OTHERS))


def _quote(place: Place, _random: Random) -> None:
    place.put(json.dumps(place.value))


def _add_field(place: Place, random: Random) -> None:
    place.value[random.choice(("storeCode", "newField", "$ref", "__proto__", "한글", ""))] = random.choice(_OTHERS)


def _leave_range(place: Place, random: Random) -> None:
    place.put(random.choice((*BEYOND_INT, *BEYOND_LONG)))


def _spoil_date(place: Place, random: Random) -> None:
    place.put(random.choice((*BAD_DATES, *GOOD_DATES)))


def _miss_enum(place: Place, random: Random) -> None:
    word: str = place.value
    place.put(random.choice((word.lower(), word.title(), f"{word} ", f"{word}\n", f"{word}_", word[1:], f"NEW_{word}")))


def _empty(place: Place, _random: Random) -> None:
    place.put(type(place.value)())


def _make_fraction(place: Place, random: Random) -> None:
    place.put(random.choice((float(place.value), place.value + 0.5, -0.25)))


def _make_boolean(place: Place, _random: Random) -> None:
    place.put(bool(place.value))


def _nest(place: Place, random: Random) -> None:
    place.put(random.choice(([place.value], [[place.value]], [place.value, None], {"value": place.value})))


def _change_event(place: Place, random: Random) -> None:
    known: str = place.value if isinstance(place.value, str) else ""
    misspelled = (known.upper(), f"{known}s", known.replace(".", "_"), known[:-1], "", None, 7, [known])
    place.put(random.choice((*map(str, EventType), *misspelled)))


def _in_object(place: Place) -> bool:
    return isinstance(place.home, dict) and place.key != "payload"


def _is_number(place: Place) -> bool:
    return isinstance(place.value, int | float) and not isinstance(place.value, bool)


def _is_date(place: Place) -> bool:
    text = place.value
    return isinstance(text, str) and len(text) > 18 and text[4:5] == text[7:8] == "-" and text[10] == "T"


def _is_word(place: Place) -> bool:
    return isinstance(place.value, str) and place.value.isupper() and place.value.isascii()


def _is_filled(place: Place) -> bool:
    return isinstance(place.value, dict | list) and bool(place.value)


FAULTS: dict[str, Callable[[Place, Random], None]] = {
    "drop": _drop,
    "rename": _rename,
    "null": _set_null,
    "type": _change_type,
    "quote": _quote,
    "unknown-field": _add_field,
    "range": _leave_range,
    "date": _spoil_date,
    "enum": _miss_enum,
    "empty": _empty,
    "fraction": _make_fraction,
    "boolean": _make_boolean,
    "nest": _nest,
    "event": _change_event,
}

_FITTING: dict[str, Callable[[Place], bool]] = {
    "drop": lambda place: place.key != "payload",
    "rename": _in_object,
    "null": lambda _place: True,
    "type": lambda _place: True,
    "quote": lambda place: _is_number(place) or isinstance(place.value, bool),
    "unknown-field": lambda place: isinstance(place.value, dict),
    "range": _is_number,
    "date": _is_date,
    "enum": _is_word,
    "empty": _is_filled,
    "fraction": lambda place: _is_number(place) and abs(place.value) < _EXACT,
    "boolean": _is_number,
    "nest": lambda _place: True,
    "event": lambda place: place.key == "event",
}
