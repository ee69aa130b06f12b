"""The language of a page, and its words: one table a language, with the same keys."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from werkzeug.wrappers import Request, Response

Words = dict[str, str]

LANGUAGES = {"ko": "한국어", "en": "English"}
"""Each language, with its own name. The first is that of a browser that asks for none of them."""

_COOKIE = "steppay_mock_lang"  # cookies of localhost are seen by every port of it
_YEAR = 365 * 24 * 60 * 60


def choose_language(request: Request) -> str:
    """The language that the query asks for (``lang=en``), else that of the cookie, else one that the browser wants."""
    for asked in (request.args.get("lang"), request.cookies.get(_COOKIE)):
        known = _known(asked)
        if known is not None:
            return known
    return request.accept_languages.best_match(list(LANGUAGES)) or next(iter(LANGUAGES))


def remember_language(request: Request, answer: Response) -> None:
    """Keep the language that the query asks for, for the next pages."""
    known = _known(request.args.get("lang"))
    if known is not None:
        answer.set_cookie(_COOKIE, known, max_age=_YEAR, httponly=True, samesite="Lax")


@cache
def words_of(language: str) -> Words:
    """The words of a language."""
    text = files(__package__).joinpath("words", f"{language}.json").read_text(encoding="utf-8")
    words: Words = json.loads(text)
    return words


def meaning_in(meaning: str, language: str) -> str:
    """What the schemas say of a field, in the language. The schemas have it in English; another has a table."""
    return _meanings(language).get(meaning, meaning)


@cache
def _meanings(language: str) -> Words:
    table = files(__package__).joinpath("words", f"meanings.{language}.json")
    meanings: Words = json.loads(table.read_text(encoding="utf-8")) if table.is_file() else {}
    return meanings


def _known(asked: str | None) -> str | None:
    """The language of a tag such as ``en``, ``en-US`` or ``ko_KR``."""
    short = (asked or "")[:2].lower()
    return short if short in LANGUAGES and not (asked or "")[2:3].isalpha() else None
