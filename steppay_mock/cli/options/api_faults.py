"""How the served REST API misbehaves: the options --fail, --slow and --hold, and how their words are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.parameter_types import ParameterType
from steppay_mock.cli.options.shared import Decorator

if TYPE_CHECKING:
    from steppay_mock.store.api.api import StoreApi

_LONGEST = 86_400  # seconds
_PATH = re.compile(r"[/*?\[].*")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_COUNT = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Misbehaviour:
    """What goes wrong with the calls whose path matches: for the next ``times`` of them; None: for all."""

    match: str
    number: float | None
    times: int | None
    retry_after: int | None = None


class Rule(ParameterType):
    """``[PATH=]NUMBER[,times=N]``: a path with wildcards, a status or seconds, and how often."""

    name = "rule"

    def __init__(self, example: str, *, further: tuple[str, ...] = ("times",)) -> None:
        self._example, self._further = example, further

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Misbehaviour:
        """The rule, checked."""
        if isinstance(value, Misbehaviour):
            return value
        first, *more = value.split(",")
        path, _, number = ("*", "", first) if _NUMBER.fullmatch(first) else first.partition("=")
        pairs = [pair.partition("=") for pair in more]
        further = {name: int(count) for name, _, count in pairs if name in self._further and _COUNT.fullmatch(count)}
        if not (
            _PATH.fullmatch(path)
            and (not number or _NUMBER.fullmatch(number))
            and self.can_be(float(number) if number else None)
            and len(further) == len(more)
            and further.get("times") != 0
        ):
            self.fail(f"{value[:80]!r} is not understood. Write it like {self._example}.", param, ctx)
        return Misbehaviour(
            match=path,
            number=float(number) if number else None,
            times=further.get("times"),
            retry_after=further.get("retry-after"),
        )

    def can_be(self, number: float | None) -> bool:
        """Whether the number may stand there; None: there is none."""
        return number is not None and 0 <= number <= _LONGEST


class _Failure(Rule):
    """A status of 400 to 599."""

    def can_be(self, number: float | None) -> bool:
        return number is not None and 400 <= number <= 599 and number == int(number)


class _Silence(Rule):
    """Seconds, which may be left out."""

    def can_be(self, number: float | None) -> bool:
        return number is None or Rule.can_be(self, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misbehaviours:
    """All of it, as it was asked for."""

    slow: tuple[Misbehaviour, ...]
    hold: tuple[Misbehaviour, ...]
    fail: tuple[Misbehaviour, ...]

    def apply(self, api: StoreApi) -> None:
        """Give the API its rules. A failure comes last, so that one that is slow as well is slow first."""
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
        type=_Failure("503, /api/v1/orders/*=503 or 429,times=2,retry-after=3", further=("times", "retry-after")),
        help="Answer with this error to calls of a path with wildcards, or to all: /api/v1/orders/*=503. With ,times=2 "
        "to the next two alone; with ,retry-after=3 it has that header. Repeatable.",
    )


def slow_option() -> Decorator[Any]:
    """``--slow``: answers that come late."""
    return click.option(
        "--slow",
        metavar="[PATH=]SECONDS",
        multiple=True,
        type=Rule("2, /api/v1/orders/*=2 or 2,times=3"),
        help="Take so many seconds for each answer; what it says was true when the call came. PATH and ,times= as for "
        "--fail. Repeatable.",
    )


def hold_option() -> Decorator[Any]:
    """``--hold``: calls without an answer."""
    return click.option(
        "--hold",
        metavar="PATH[=SECONDS]",
        multiple=True,
        type=_Silence("/api/v1/orders/*, /api/v1/orders/*=60 or 60,times=1"),
        help="Give no answer for so many seconds, 30 if left out, and then 503: a receiver should not wait so long. "
        "PATH and ,times= as for --fail. Repeatable.",
    )
