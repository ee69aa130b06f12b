"""How does the API misbehave? Rules for calls whose path matches, each for all of them or for the next few."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Condition

from steppay_mock.errors import SteppayMockError
from steppay_mock.store.api.hold import Hold, check_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which calls it is for."""

    match: str
    times: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.match, str) or self.match[:1] not in {"/", "*", "?", "["}:
            raise SteppayMockError(
                f"match={self.match!r} matches no path. Write a path with wildcards, such as '/api/v1/orders/*'."
            )
        if self.times is not None and (not _is_whole(self.times) or self.times < 1):
            raise SteppayMockError(f"times={self.times!r} is not how often. Say times=2, or times=None for always.")

    def is_for(self, path: str) -> bool:
        """Whether a call of this path is meant."""
        return fnmatchcase(path, self.match)


@dataclass(frozen=True, slots=True, kw_only=True)
class View(Rule):
    """Something of the past is told."""

    events: int

    def __post_init__(self) -> None:
        super(View, self).__post_init__()  # a slotted dataclass is made twice, and bare super() means the first one
        if not _is_whole(self.events) or self.events < 0:
            raise SteppayMockError(
                f"events={self.events!r} is no number of events. Count them from 0, such as events=3."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FallBehind(View):
    """Things are told as they were so many events ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HideNew(View):
    """What did not exist so many events ago is not found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(Rule):
    """An error is all there is."""

    status: int
    retry_after: int | None

    def __post_init__(self) -> None:
        super(Fail, self).__post_init__()
        if not _is_whole(self.status) or not 400 <= self.status <= 599:
            raise SteppayMockError(f"status={self.status!r} is no error. Take one of 400 to 599, such as status=503.")
        if self.retry_after is not None and (not _is_whole(self.retry_after) or self.retry_after < 0):
            raise SteppayMockError(
                f"retry_after={self.retry_after!r} is no number of whole seconds. Say retry_after=3, "
                "or None for no Retry-After."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDown(Rule):
    """The answer takes its time."""

    seconds: float

    def __post_init__(self) -> None:
        super(SlowDown, self).__post_init__()
        check_seconds("seconds", self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding(Rule):
    """The answer waits until the test says so."""

    hold: Hold


class Rulebook:
    """The rules of an API, in the order given, and how often each can still be used."""

    def __init__(self) -> None:
        self.moved = Condition()
        """Told whenever a call that waits has to look again whether it may go."""
        self._rules: list[Rule] = []
        self._left: list[int | None] = []

    def add(self, rule: Rule) -> None:
        """Add a rule behind the others."""
        with self.moved:
            self._rules.append(rule)
            self._left.append(rule.times)

    def take(self, path: str) -> tuple[Rule, ...]:
        """The rules for this call, which are used by it.

        One hold takes a call, so that of two holds each has its own; nothing comes after a failure.
        """
        taken: list[Rule] = []
        is_held = False
        with self.moved:
            for place, (rule, left) in enumerate(zip(self._rules, self._left, strict=True)):
                if left == 0 or not rule.is_for(path):
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
        """Forget every rule. Calls that are held are answered."""
        with self.moved:
            for rule in self._rules:
                if isinstance(rule, Holding):
                    rule.hold.release()
            self._rules.clear()
            self._left.clear()

    def wake(self) -> None:
        """Let every held call look whether its server is stopping."""
        with self.moved:
            self.moved.notify_all()


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
