"""Reads the query of a call: pages, dates, choices and numbers. A wrong value is an error that names its parameter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from steppay_mock.contract.schemas import load_schema
from steppay_mock.errors import choices
from steppay_mock.rest.exchange import Refusal

Query = Mapping[str, str]
"""The first value of each parameter. A parameter that a route does not have is ignored (assumed)."""

_MOST_PAGES = 1_000_000  # so that the offset is an Int
_MOST_IN_A_PAGE = 2_000  # the limit that Spring has if it is not changed (assumed)
_MOST = 2**63 - 1  # of a Long
_A_LONG = f"a whole number from 0 to {_MOST:,}"
_LONGEST = len(str(_MOST))  # int() refuses more than 4,300 digits
# fromisoformat() takes more forms: zones, weeks, and on newer Pythons 24:00.
_LOCAL_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which page of a list is asked for, and in which order."""

    number: int
    size: int
    sort: str
    is_ascending: bool


class WrongQueryError(Exception):
    """A parameter of the query has a value that it cannot have, or is missing."""

    def __init__(self, name: str, value: str | None, expected: str) -> None:
        super().__init__(name)
        self.name, self.value, self.expected = name, value, expected

    @property
    def refusal(self) -> Refusal:
        """The answer of a call with this parameter."""
        details = {"parameter": self.name, "value": self.value, "expected": self.expected}
        return Refusal(status=400, code="WRONG_PARAMETER", message=str(self), details=details)

    def __str__(self) -> str:
        if self.value is None:
            return f"The query parameter {self.name} is missing: expected {self.expected}."
        return f"The query parameter {self.name}={self.value!r} is wrong: expected {self.expected}."


def read_query(text: str) -> Query:
    """The parameters of a query string."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=None):
        found.setdefault(name, value)
    return found


def page_in(query: Query, sorts: tuple[str, ...]) -> PageQuery:
    """The page that the query asks for. ``sorts`` are the fields by which the list can be sorted."""
    return PageQuery(
        number=_whole(query, "page", default=0, least=0, most=_MOST_PAGES),
        size=_whole(query, "size", default=20, least=1, most=_MOST_IN_A_PAGE),
        sort=choice_in(query, "sort", sorts) or "createdAt",
        is_ascending=choice_in(query, "sortDir", ("ASC", "DESC")) == "ASC",
    )


def values_of(enumeration: str) -> tuple[str, ...]:
    """The documented values of an enumeration of the REST API."""
    return tuple(load_schema("rest/enumerations.schema.json")["$defs"][enumeration]["enum"])


def choice_in(query: Query, name: str, known: tuple[str, ...]) -> str | None:
    """The value of the parameter, one of those that are known; None without the parameter."""
    value = query.get(name)
    if value is not None and value not in known:
        raise WrongQueryError(name, value, choices(known))
    return value


def required_choice_in(query: Query, name: str, known: tuple[str, ...]) -> str:
    """The value of a parameter that the call must have, one of those that are known."""
    chosen = choice_in(query, name, known)
    if chosen is None:
        raise WrongQueryError(name, None, choices(known))
    return chosen


def flag_in(query: Query, name: str, *, default: bool) -> bool:
    """Whether the parameter is true."""
    chosen = choice_in(query, name, ("true", "false"))
    return default if chosen is None else chosen == "true"


def moment_in(query: Query, name: str) -> datetime | None:
    """The LocalDateTime of the parameter (fact 9); None without the parameter."""
    value = query.get(name)
    if value is None:
        return None
    if _LOCAL_DATE_TIME.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value[:26])  # a datetime has microseconds: of nine digits three are cut
    raise WrongQueryError(name, value, "a LocalDateTime in UTC, such as 2025-01-15T03:00:00")


def number_in(query: Query, name: str) -> int | None:
    """The Long of the parameter; None without the parameter."""
    value = query.get(name)
    if value is None:
        return None
    if not _is_number(value) or int(value) > _MOST:
        raise WrongQueryError(name, value, _A_LONG)
    return int(value)


def required_number_in(query: Query, name: str) -> int:
    """The Long of a parameter that the route must have."""
    number = number_in(query, name)
    if number is None:
        raise WrongQueryError(name, None, _A_LONG)
    return number


def _whole(query: Query, name: str, *, default: int, least: int, most: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    if not _is_number(value) or not least <= int(value) <= most:
        raise WrongQueryError(name, value, f"a whole number from {least} to {most:,}")
    return int(value)


def _is_number(value: str) -> bool:
    # isdigit() alone takes digits of other scripts.
    return value.isascii() and value.isdigit() and len(value) <= _LONGEST
