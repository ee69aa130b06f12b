"""The dice of the machine: Hypothesis, a seed, or an earlier run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DataObject

T = TypeVar("T")


class Dice(Protocol):
    """Whole numbers, which decide all the rest. The smaller a number, the simpler shall be what it decides."""

    def whole(self, low: int, high: int) -> int: ...


class Drawn:
    """By Hypothesis, which makes them simpler when something fails."""

    def __init__(self, data: DataObject) -> None:
        self._data = data

    def whole(self, low: int, high: int) -> int:
        return self._data.draw(st.integers(low, high)) if low < high else low


class Seeded:
    """By a seed. They are written down, so that they can be thrown again."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.thrown: list[int] = []

    def whole(self, low: int, high: int) -> int:
        self.thrown.append(self._random.randint(low, high))
        return self.thrown[-1]


class Again:
    """The same as before."""

    def __init__(self, thrown: Sequence[int]) -> None:
        self._thrown: Iterator[int] = iter(thrown)

    def whole(self, low: int, high: int) -> int:
        number = next(self._thrown)
        assert low <= number <= high
        return number


def one_of(dice: Dice, values: Sequence[T]) -> T:
    return values[dice.whole(0, len(values) - 1)]


def seldom(dice: Dice, percent: int) -> bool:
    """True in so many of a hundred cases."""
    return dice.whole(0, 99) >= 100 - percent
