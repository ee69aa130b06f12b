"""The options --fail, --slow and --hold, with which the served REST API misbehaves."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.gathering import Decorator
from steppay_mock.cli.options.parameter_types import ParameterType

if TYPE_CHECKING:
    from steppay_mock.rest.api import StoreApi

_LONGEST = 86_400  # seconds
_PATH = re.compile(r"[/*?\[].*")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_COUNT = re.compile(r"[0-9]{1,9}")
_FORMS = {"times": "times=N with N from 1 up", "retry-after": "retry-after=N"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiFault:
    """One rule as the user wrote it: for the next ``times`` calls whose path matches; None: for all."""

    match: str
    number: float | None
    times: int | None
    retry_after: int | None = None


class ApiFaultType(ParameterType, ABC):
    """``[PATH=]NUMBER[,times=N]``: a path with wildcards, a status or seconds, and a number of calls."""

    name = "rule"
    wanted = ""
    """The allowed numbers in words."""

    def __init__(self, example: str, *, further: tuple[str, ...] = ("times",)) -> None:
        self._example, self._further = example, further

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ApiFault:
        """The rule, checked."""
        if isinstance(value, ApiFault):
            return value
        first, *more = value.split(",")
        path, _, number = ("*", "", first) if _NUMBER.fullmatch(first) else first.partition("=")
        wrong = self._wrong_part(path, number, more)
        if wrong is not None:
            self.fail(f"{value[:80]!r} is not understood: {wrong}. Write it like {self._example}.", param, ctx)
        further = dict(one.split("=") for one in more)
        return ApiFault(
            match=path,
            number=float(number) if number else None,
            times=int(further["times"]) if "times" in further else None,
            retry_after=int(further["retry-after"]) if "retry-after" in further else None,
        )

    def _wrong_part(self, path: str, number: str, more: list[str]) -> str | None:
        if not _PATH.fullmatch(path):
            return f"{path[:80]!r} is not a path, which starts with / or a wildcard, and not {self.wanted}"
        if not (not number or _NUMBER.fullmatch(number)) or not self.can_be(float(number) if number else None):
            return f"{number[:80]!r} is not {self.wanted}" if number else f"it lacks {self.wanted}"
        names = [one.partition("=")[0] for one in more]
        for one, name in zip(more, names, strict=True):
            count = one.partition("=")[2]
            if name not in self._further or not _COUNT.fullmatch(count) or (name == "times" and not int(count)):
                return f"{one[:80]!r} is not {' or '.join(_FORMS[known] for known in self._further)}"
            if names.count(name) > 1:
                return f"{name} is given twice"
        return None

    @abstractmethod
    def can_be(self, number: float | None) -> bool:
        """Whether the number is allowed; None: there is none."""


class _StatusType(ApiFaultType):
    wanted = "a status from 400 to 599"

    def can_be(self, number: float | None) -> bool:
        return number is not None and 400 <= number <= 599 and number == int(number)


class _DelayType(ApiFaultType):
    wanted = f"a number of seconds from 0 to {_LONGEST}"

    def can_be(self, number: float | None) -> bool:
        return number is not None and 0 <= number <= _LONGEST


class _HoldType(_DelayType):
    def can_be(self, number: float | None) -> bool:
        return number is None or _DelayType.can_be(self, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiFaults:
    """The rules of the three options."""

    slow: tuple[ApiFault, ...]
    hold: tuple[ApiFault, ...]
    fail: tuple[ApiFault, ...]

    def apply(self, api: StoreApi) -> None:
        """Add the rules to the API, failures last: an API uses no rule after a failure, and a failure may be slow."""
        for one in self.slow:
            api.slow_down(seconds=one.number or 0.0, times=one.times, match=one.match)
        for one in self.hold:
            if one.number is None:
                api.hold(times=one.times, match=one.match)
            else:
                api.hold(times=one.times, match=one.match, timeout=one.number)
        for one in self.fail:
            api.fail(status=int(one.number or 500), times=one.times, match=one.match, retry_after=one.retry_after)


def fail_option() -> Decorator[Any]:
    """``--fail``: answers that are errors."""
    return click.option(
        "--fail",
        metavar="[PATH=]STATUS",
        multiple=True,
        type=_StatusType("503, /api/v1/orders/*=503 or 429,times=2,retry-after=3", further=("times", "retry-after")),
        help="Answer with this error, such as 503 for all calls or /api/v1/orders/*=503 for a path with wildcards. "
        ",times=2 limits it to the next two calls; ,retry-after=3 adds that header. Repeatable.",
    )


def slow_option() -> Decorator[Any]:
    """``--slow``: late answers."""
    return click.option(
        "--slow",
        metavar="[PATH=]SECONDS",
        multiple=True,
        type=_DelayType("2, /api/v1/orders/*=2 or 2,times=3"),
        help="Answer after this number of seconds, with the state at the arrival of the call. PATH and ,times= as for "
        "--fail. Repeatable.",
    )


def hold_option() -> Decorator[Any]:
    """``--hold``: calls without an answer."""
    return click.option(
        "--hold",
        metavar="PATH[=SECONDS]",
        multiple=True,
        type=_HoldType("/api/v1/orders/*, /api/v1/orders/*=60 or 60,times=1"),
        help="Give no answer for this number of seconds (default: 30), and then 503. A receiver should have a shorter "
        "timeout. PATH and ,times= as for --fail. Repeatable.",
    )
