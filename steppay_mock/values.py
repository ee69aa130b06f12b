"""Types of option values: each reads a value and says in words what it expects.

Every room checks its options with these, so that a wrong value has one message everywhere:
``timeout=0: expected seconds, more than 0 and at most 86400. Leave it out for 10 s (assumed).``
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from steppay_mock.contract.long_numbers import is_number, written
from steppay_mock.errors import WrongValueError, choices, did_you_mean

T = TypeVar("T")


class ValueType(ABC, Generic[T]):
    """A type of values. Derive from it and say what it reads and expects."""

    __slots__ = ()
    is_secret: ClassVar[bool] = False
    """Whether messages show the type of a wrong value in place of the value."""
    words: ClassVar[tuple[str, ...]] = ()
    """The words that the value may be, where there is a list of them."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """What the value has to be, in words."""

    @property
    @abstractmethod
    def example(self) -> str:
        """A right value, as Python writes it."""

    @abstractmethod
    def read(self, value: Any) -> T:
        """The value as it is used; ValueError for one of another type or out of range."""

    def parse(self, text: str) -> Any:
        """The value that a text of the command line or of a file means; ValueError if it means none."""
        return text

    @property
    def expected_text(self) -> str:
        """What the text of the command line has to be, in words."""
        return self.expected

    def check(self, name: str, value: object, *, next_step: str = "") -> T:
        """The value as it is used; WrongValueError for a wrong one, with the nearest word or ``next_step``."""
        try:
            return self.read(value)
        except ValueError:
            raise self.refusal(name, value, next_step=next_step) from None

    def refusal(self, name: str, value: object, *, next_step: str = "") -> WrongValueError:
        """The error about a wrong value."""
        near = did_you_mean(value, self.words).strip() if self.words else ""
        return WrongValueError(
            name=name,
            shown=f"<{type(value).__name__}>" if self.is_secret else shown(value),
            expected=self.expected,
            next_step=near or next_step or f"Pass {name}={self.example}.",
        )


def shown(value: object) -> str:
    """The value as a message shows it: what is long is cut."""
    text = written(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberValue(ValueType[float]):
    """A finite number within a range; True and False are none."""

    noun: str = "a number"
    least: float | None = None
    above: float | None = None
    most: float | None = None
    example: str = "1"

    @property
    def expected(self) -> str:
        """The noun and the range."""
        return self.noun + _range_in_words(self.least, self.above, self.most)

    def read(self, value: Any) -> float:
        """The number as a float."""
        if is_number(value) and _is_within(value, self.least, self.above, self.most):
            return float(value)
        raise ValueError(value)

    def parse(self, text: str) -> float:
        """The number."""
        return float(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeValue(ValueType[int]):
    """A whole number within a range; 8.0, True and False are none."""

    noun: str = "a whole number"
    least: int | None = None
    most: int | None = None
    example: str = "1"

    @property
    def expected(self) -> str:
        """The noun and the range."""
        return self.noun + _range_in_words(self.least, None, self.most)

    def read(self, value: Any) -> int:
        """The number."""
        if isinstance(value, int) and not isinstance(value, bool) and _is_within(value, self.least, None, self.most):
            return value
        raise ValueError(value)

    def parse(self, text: str) -> int:
        """The number."""
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagValue(ValueType[bool]):
    """True or False; 0 and 1 are neither."""

    example: str = "True"

    @property
    def expected(self) -> str:
        """Both values."""
        return "True or False"

    def read(self, value: Any) -> bool:
        """The value."""
        if isinstance(value, bool):
            return value
        raise ValueError(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceValue(ValueType[Any]):
    """One of some words, or of some other values beside them."""

    words: tuple[str, ...] = ()  # type: ignore[misc] # of an instance here
    others: tuple[object, ...] = ()

    @property
    def expected(self) -> str:
        """All of them."""
        return choices([*map(repr, self.others), *map(repr, self.words)])

    @property
    def expected_text(self) -> str:
        """The words without quotes."""
        return choices(self.words)

    @property
    def example(self) -> str:
        """The first one."""
        return repr([*self.others, *self.words][0])

    def read(self, value: Any) -> Any:
        """The value."""
        if isinstance(value, str) and value in self.words:
            return value
        if any(value is other for other in self.others):  # 1 == True, and is not meant
            return value
        raise ValueError(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextValue(ValueType[str]):
    """A text that is not empty."""

    noun: str = "a text that is not empty"
    example: str = "'...'"

    @property
    def expected(self) -> str:
        """The noun."""
        return self.noun

    def read(self, value: Any) -> str:
        """The text."""
        if isinstance(value, str) and value:
            return value
        raise ValueError(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedValue(ValueType[int | str]):
    """A seed: a whole number or text. With ``bits`` the number has at most that many bits, its sign included."""

    bits: int | None = None
    example: str = "7"

    @property
    def expected(self) -> str:
        """What may be a seed."""
        return f"a whole number{f' of at most {self.bits} bits' if self.bits else ''}, or text"

    def read(self, value: Any) -> int | str:
        """The seed."""
        if isinstance(value, str):
            return value
        bound = None if self.bits is None else 2 ** (self.bits - 1)
        if isinstance(value, int) and not isinstance(value, bool) and (bound is None or -bound <= value < bound):
            return value
        raise ValueError(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionValue(ValueType[Callable[..., Any]]):
    """A function, or anything else that can be called."""

    noun: str = "a function"
    example: str = "db.rows"

    @property
    def expected(self) -> str:
        """The noun."""
        return self.noun

    def read(self, value: Any) -> Callable[..., Any]:
        """The function."""
        if callable(value):
            called: Callable[..., Any] = value
            return called
        raise ValueError(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingValue(ValueType[Mapping[str, Any]]):
    """A mapping of names to values."""

    noun: str = "a mapping"
    example: str = "{...}"

    @property
    def expected(self) -> str:
        """The noun."""
        return self.noun

    def read(self, value: Any) -> Mapping[str, Any]:
        """The mapping."""
        if isinstance(value, Mapping):
            return value
        raise ValueError(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusesValue(ValueType[frozenset[int]]):
    """One or several statuses of HTTP."""

    least: int = 100
    example: str = "[200, 204]"

    @property
    def expected(self) -> str:
        """The range of each."""
        return f"a list of statuses from {self.least} to 599"

    def read(self, value: Any) -> frozenset[int]:
        """The statuses."""
        listed = value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else ()
        status = WholeValue(least=self.least, most=599)
        found = frozenset(status.read(one) for one in listed)
        if found:
            return found
        raise ValueError(value)

    def parse(self, text: str) -> tuple[int, ...]:
        """The statuses between commas."""
        return tuple(int(word) for word in text.split(","))

    @property
    def expected_text(self) -> str:
        """The same with commas."""
        return f"statuses from {self.least} to 599 with commas between them, such as 200,204"


def check_flag(name: str, value: object) -> bool:
    """The value, if it is True or False; WrongValueError otherwise."""
    return FlagValue().check(name, value)


def check_choice(name: str, value: object, words: Iterable[str]) -> str:
    """The value, if it is one of the words; a WrongValueError that names the nearest otherwise."""
    chosen: str = ChoiceValue(words=tuple(words)).check(name, value)
    return chosen


def _is_within(value: float, least: float | None, above: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (above is None or value > above) and (most is None or value <= most)


def _range_in_words(least: float | None, above: float | None, most: float | None) -> str:
    if above is not None:
        return f", more than {_plain(above)}" + ("" if most is None else f" and at most {_plain(most)}")
    if least is not None:
        return f" from {_plain(least)}" + (" up" if most is None else f" to {_plain(most)}")
    return "" if most is None else f", at most {_plain(most)}"


def _plain(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"
