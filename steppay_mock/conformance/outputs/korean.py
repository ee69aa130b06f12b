"""The texts of findings and checks in Korean, for the web page. They stand in ``texts.ko.json`` and ``forms.ko.json``.

What a check saw at this receiver is a sentence of a fixed form, with values in it. A form has numbers in the place of
the values: ``It accepts {1}: {2}.``. In its Korean ``{1}`` is the value as it is, ``{1+}`` a value that may have a form
too, such as ``a webhook without a signature``, and ``{2!}`` an answer. Bodies, errors and states stay as they came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class KoreanTexts:
    """The Korean texts of a card."""

    findings: Mapping[str, str]
    """What is wrong, by the full name of the finding: those of causes, and those of the family ``control``."""
    checks: Mapping[str, str]
    """What a right receiver does, by the full name of the check."""
    sentences: Mapping[str, str]
    """What to change, and why a check could not tell, by the English sentence."""
    endings: Mapping[str, str]
    """Forms of a sentence, ``{1}``, with a short one behind it."""
    forms: Mapping[str, str]
    """What a check saw, by the form of the English sentence."""
    values: Mapping[str, str]
    """Forms of the values in such sentences, such as the words for a request."""
    answers: Mapping[str, str]
    """Forms of an answer. It has words of the receiver, so no other form is looked for in it."""


@cache
def korean_texts() -> KoreanTexts:
    """The texts, read once."""
    folder = files("steppay_mock") / "conformance" / "outputs"
    told = [json.loads((folder / f"{name}.ko.json").read_text(encoding="utf-8")) for name in ("texts", "forms")]
    return KoreanTexts(**told[0], **told[1])


def in_korean(english: str, *, known: Mapping[str, str] | None = None) -> str | None:
    """The Korean of a sentence of a fixed form; None of any other. ``known`` has the Korean of more sentences."""
    found = korean_texts().sentences.get(english) or (known or {}).get(english)
    return found if found is not None else _told(english, _sentences(), known or {})


_Patterns = tuple[tuple[re.Pattern[str], str], ...]
_PLACE = re.compile(r"\{(\d)([+!]?)\}")


def _told(english: str, patterns: _Patterns, known: Mapping[str, str]) -> str | None:
    for pattern, korean in patterns:
        if (match := pattern.fullmatch(english)) is not None:
            return _PLACE.sub(lambda place: _value(match[int(place[1])], place[2], known), korean)
    return None


def _value(english: str, mark: str, known: Mapping[str, str]) -> str:
    if mark == "!":
        return _told(english, _patterns("answers"), known) or english
    found = in_korean(english, known=known) or _told(english, _patterns("values"), known) if mark else None
    return found or english


@cache
def _sentences() -> _Patterns:
    return (*_patterns("endings"), *_patterns("forms"))


@cache
def _patterns(name: str) -> _Patterns:
    """The forms as patterns. Of two that fit, the one with more letters is right: the other one is more general."""
    forms: Mapping[str, str] = getattr(korean_texts(), name)
    by_letters = sorted(forms.items(), key=lambda one: -len(_PLACE.sub("", one[0])))
    return tuple((_pattern(form, first=_ANY if name == "endings" else _ONE), korean) for form, korean in by_letters)


_ANY = "(.*?)"
_ONE = r"((?:(?!\. ).)*?)"
"""A value at the beginning of a sentence: it has no end of a sentence in it, as texts of the receiver may have."""


def _pattern(form: str, *, first: str) -> re.Pattern[str]:
    before, *letters = map(re.escape, _PLACE.sub("\0", form).split("\0"))
    begin = _ANY if before else first
    return re.compile(before + "".join((begin if not at else _ANY) + one for at, one in enumerate(letters)), re.DOTALL)
