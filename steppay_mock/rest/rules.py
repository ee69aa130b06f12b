"""Rules that make the API misbehave: for calls whose path matches, all of them or the next few."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Condition
from typing import Literal

from steppay_mock.contract.long_numbers import is_number, written
from steppay_mock.errors import SteppayMockError
from steppay_mock.rest.exchange import ApiRequest, CallerGoneError

HoldEnd = Literal["released", "closing", "forgotten"]


class ApiHold:
    """Calls that are held back. ``wait()`` until a call has arrived; ``release()`` answers it, and all later ones."""

    def __init__(self, moved: Condition, *, timeout: float) -> None:
        self.timeout = timeout
        self._moved = moved
        self._arrived = 0
        self._released = False

    def __repr__(self) -> str:
        return f"<hold: {self._arrived} arrived, {'released' if self._released else 'waiting'}>"

    @property
    def is_released(self) -> bool:
        """Whether ``release()`` was called."""
        return self._released

    def wait(self, timeout: float = 10.0) -> bool:
        """Wait until a call is held, and say whether one is; False after ``timeout`` seconds or the release.

        The content of its answer is decided by then: later actions in the store do not change it.
        """
        seconds = check_seconds("timeout", timeout)
        with self._moved:
            self._moved.wait_for(lambda: self._arrived > 0 or self._released, seconds)
            return self._arrived > 0

    def release(self) -> None:
        """Answer the held calls. The hold ends."""
        with self._moved:
            self._released = True
            self._moved.notify_all()

    def keep(self, request: ApiRequest, patience: float | None) -> HoldEnd:
        """For the API: hold a call until the release, the stop of its server, or the timeout; which of these it was."""
        seconds = self.timeout if patience is None else min(self.timeout, patience)
        with self._moved:
            self._arrived += 1
            self._moved.notify_all()
            self._moved.wait_for(lambda: self._released or request.closing.is_set(), seconds)
            if self._released:
                return "released"
            if request.closing.is_set():
                return "closing"
        if seconds < self.timeout:
            raise CallerGoneError("api.hold() holds it. Call release() in another thread than the receiver's")
        return "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRule:
    """A rule: the path that it matches, and the number of calls that it is used for."""

    match: str
    times: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.match, str) or self.match[:1] not in {"/", "*", "?", "["}:
            raise SteppayMockError(
                f"match={self.match!r} matches no path. Give a path with wildcards, such as '/api/v1/orders/*'."
            )
        if self.times is not None and (not _is_whole(self.times) or self.times < 1):
            raise SteppayMockError(
                f"times={self.times!r} is not a number of calls. Give times=2, or times=None for all."
            )

    def matches(self, path: str) -> bool:
        """Whether it is used for a call of this path."""
        return fnmatchcase(path, self.match)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRule(ApiRule):
    """A rule about events that the API does not know yet."""

    events: int

    def __post_init__(self) -> None:
        super(
            PastRule, self
        ).__post_init__()  # slots=True creates the class a second time; super() without arguments means the first
        if not _is_whole(self.events) or self.events < 0:
            raise SteppayMockError(
                f"events={self.events!r} is not a number of events. Give one from 0 up, such as events=3."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FallBehind(PastRule):
    """Answers with the records of this number of events ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HideNew(PastRule):
    """Answers 404 for records that did not exist this number of events ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(ApiRule):
    """Answers with an error."""

    status: int
    retry_after: int | None

    def __post_init__(self) -> None:
        super(Fail, self).__post_init__()
        if not _is_whole(self.status) or not 400 <= self.status <= 599:
            raise SteppayMockError(
                f"status={self.status!r} is not an error status. Give one from 400 to 599, such as status=503."
            )
        if self.retry_after is not None and (not _is_whole(self.retry_after) or self.retry_after < 0):
            raise SteppayMockError(
                f"retry_after={self.retry_after!r} is not a whole number of seconds. Give retry_after=3, "
                "or None for no Retry-After."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDown(ApiRule):
    """Answers after some seconds."""

    seconds: float

    def __post_init__(self) -> None:
        super(SlowDown, self).__post_init__()
        check_seconds("seconds", self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding(ApiRule):
    """Answers when the test releases the hold."""

    hold: ApiHold


class Rulebook:
    """The rules of an API, in the order in which they were added, and how often each can still be used."""

    def __init__(self) -> None:
        self.moved = Condition()
        """Notified when a held call must check again whether it can be answered."""
        self._rules: list[ApiRule] = []
        self._left: list[int | None] = []

    def add(self, rule: ApiRule) -> None:
        """Add a rule after the others."""
        with self.moved:
            self._rules.append(rule)
            self._left.append(rule.times)

    def remove(self, rule: ApiRule) -> None:
        """Remove this rule; nothing is done if it is not there any more."""
        with self.moved:
            for place, one in enumerate(self._rules):
                if one is rule:
                    del self._rules[place], self._left[place]
                    return

    def take(self, path: str) -> tuple[ApiRule, ...]:
        """The rules for a call of this path; each of them is used once more.

        At most one hold takes a call, so that two holds can hold two calls. Rules after a Fail are not used.
        """
        taken: list[ApiRule] = []
        is_held = False
        with self.moved:
            for place, (rule, left) in enumerate(zip(self._rules, self._left, strict=True)):
                if left == 0 or not rule.matches(path):
                    continue
                if isinstance(rule, Holding):
                    if is_held or rule.hold.is_released:
                        continue
                    is_held = True
                if left is not None:
                    self._left[place] = left - 1
                taken.append(rule)
                if isinstance(rule, Fail):
                    break
        return tuple(taken)

    def clear(self) -> None:
        """Remove all rules. Held calls are answered."""
        with self.moved:
            for rule in self._rules:
                if isinstance(rule, Holding):
                    rule.hold.release()
            self._rules.clear()
            self._left.clear()

    def wake(self) -> None:
        """Let every held call check whether its server is stopping."""
        with self.moved:
            self.moved.notify_all()


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def check_seconds(name: str, seconds: object) -> float:
    """The seconds; SteppayMockError if they are not a number from 0 up."""
    if not is_number(seconds) or seconds < 0:
        raise SteppayMockError(
            f"{name}={written(seconds)} is not a number of seconds. Give one from 0 up, such as {name}=2."
        )
    return float(seconds)
