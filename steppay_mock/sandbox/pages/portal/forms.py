"""The fields of the portal's forms: how each is shown, and how what was filled in becomes an argument."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

FieldKind = Literal["whole", "amount", "text", "moment", "choice", "number", "list"]
"""A whole number, an amount, a text, a moment in UTC; of a list a word, a number, or a list of one word."""

Source = Literal["prices", "items", "metered", "cards", "customers"]
"""Where the choices of a field come from: the store, or the record that the form is about."""


class WrongInputError(Exception):
    """A field of a form that cannot be used: ``word`` is the key of the words that say why, ``label`` of its name."""

    def __init__(self, word: str, *, label: str = "") -> None:
        super().__init__(word)
        self.word = word
        self.label = label

    def told(self, words: Mapping[str, str]) -> str:
        """What is wrong, in words."""
        return words[self.word].format(name=words[self.label] if self.label else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChoice:
    """A value to choose, and its text; ``word`` is the key of words in place of a text."""

    value: str
    text: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field: the argument that it gives, if it is filled in."""

    name: str
    label: str
    """The key of its words."""
    kind: FieldKind = "text"
    is_required: bool = False
    choices: tuple[FieldChoice, ...] = ()
    source: Source | None = None
    value: str = ""
    """What is filled in at first. A field that is not required gives nothing if it was left so."""

    @property
    def is_chosen(self) -> bool:
        """Whether it is a list to choose from."""
        return self.kind in _CHOSEN

    @property
    def is_possible(self) -> bool:
        """Whether it can be filled in: a list without anything to choose cannot."""
        return bool(self.choices) or not self.is_chosen

    def read(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The argument, or nothing for a field that is empty; WrongInputError for one that cannot be used."""
        text = form.get(self.name, "").strip()
        if not text and self.is_required:
            raise WrongInputError("wrong_missing", label=self.label)
        if not text or (text == self.value and not self.is_required):
            return {}
        if self.is_chosen and text not in {one.value for one in self.choices}:
            raise WrongInputError("wrong_choice", label=self.label)
        try:
            return {self.name: _READ[self.kind](text)}
        except ValueError:
            raise WrongInputError(f"wrong_{self.kind}", label=self.label) from None


def choices_of(values: Iterable[str], *, words: str = "") -> tuple[FieldChoice, ...]:
    """These values as choices; ``words`` begins the keys of their words, and without it they are shown as they are."""
    return tuple(FieldChoice(value=one, text=one, word=f"{words}{one}" if words else "") for one in values)


def read_seed(text: str) -> int | str | None:
    """A seed as the command line reads it: a number, else the text; None for nothing."""
    found = text.strip()
    return int(found) if re.fullmatch(r"-?[0-9]{1,18}", found) else found or None


def _whole(text: str) -> int:
    return int(_matched(r"-?[0-9]{1,15}", text))


def _amount(text: str) -> int | float:
    found = _matched(r"(?=.*[0-9])[0-9]{0,12}(\.[0-9]{1,4})?", text)
    return float(found) if "." in found else int(found)


def _moment(text: str) -> str:
    """The moment that a browser writes without a zone, as one of UTC."""
    found = datetime.fromisoformat(_matched(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}", text))
    return f"{found.isoformat()}+00:00"


def _matched(pattern: str, text: str) -> str:
    if re.fullmatch(pattern, text) is None:
        raise ValueError(text)
    return text


_CHOSEN = frozenset({"choice", "number", "list"})
_READ: dict[FieldKind, Callable[[str], Any]] = {
    "whole": _whole,
    "amount": _amount,
    "text": str,
    "moment": _moment,
    "choice": str,
    "number": int,
    "list": lambda text: [text],
}
