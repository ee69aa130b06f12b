"""Hints on 64-bit ids that were rounded to a double, the only number of JavaScript (fact 13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from steppay_mock.ordering.state.json_path import leaves
from steppay_mock.ordering.truth.hint import Hint
from steppay_mock.ordering.truth.things import EXACT, Thing, Things

_LONGEST = 19  # digits of a 64-bit number


def rounded_hints(state: Any, things: Things) -> Iterator[Hint]:
    """The hints on ids of the state that are an id of the story, rounded to a double."""
    large = _large(things)  # most stories have none, and then the state is not looked at
    told: set[tuple[int, Thing]] = set()
    for path, value in leaves("$", state, keys=True) if large else ():
        number = _whole(value)
        if number is None or number < EXACT or str(number) in things.by_name:
            continue
        right, thing = large.get(float(number), (0, None))
        if thing is not None and (number, thing) not in told:
            told.add((number, thing))
            yield Hint(
                kind="rounded-id",
                path=path,
                thing=str(thing),
                here=value,
                store=right,
                sentence=f"looks wrong: {thing} is called {number} here ({path}): a double has rounded the id. Ids "
                "have 64 bits (fact 13): keep them as text, as a 64-bit integer or as a BigInt.",
            )


def _large(things: Things) -> dict[float, tuple[int, Thing]]:
    """The ids of the story that a double may round, by their rounded value."""
    numbers = {int(name): found[0] for name, found in things.by_name.items() if name.isdecimal() and len(name) < 20}
    return {float(number): (number, thing) for number, thing in numbers.items() if number > EXACT}


def _whole(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdecimal() and len(value) <= _LONGEST else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 64 else None
