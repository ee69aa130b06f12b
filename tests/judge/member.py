"""A receiver on which the scorecard is tried, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from steppay_mock import Finding, Scorecard


class NotAReceiverError(Exception):
    """An automatic mistake after which the module cannot be loaded, or the app not be made."""


GROUPS = ("zoo", "right", "orders", "mutants")
"""Receivers with one flaw each; right ones; those of the search through orders; automatic mistakes."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a right receiver, as it was and as it is."""

    path: str
    line: int
    within: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One receiver. ``is_true`` tells the true finding of its flaw; None where nobody has said which one that is.

    ``allowed`` are findings that its design has by choice: they do not count, with or without a flaw. ``alone``: it
    needs a process of its own. ``elsewhere``: it is another program, which reads the clock of this machine.
    """

    group: str
    name: str
    card: Callable[[], Scorecard]
    is_right: bool = False
    is_true: Callable[[Finding], bool] | None = None
    allowed: frozenset[str] = frozenset()
    change: Callable[[], Change] | None = None
    alone: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the scorecard said of a member. ``failed`` are checks, or what the control found, which ends all checks."""

    group: str
    name: str
    is_right: bool
    findings: tuple[str, ...] = ()
    is_true: bool | None = None
    """Whether the first finding is the true one."""
    failed: tuple[str, ...] = ()
    deliveries: int = 0
    broken: str = ""
    """Why an automatic mistake leaves no receiver: it does not start, or its state cannot be read."""
    failure: str = ""
    """Why there is no card of a receiver that works, or what the scorecard raised: the judge has failed."""
    change: Change | None = None

    @property
    def is_flawed(self) -> bool:
        """Whether a finding is wanted."""
        return not self.is_right and self.has_card

    @property
    def has_card(self) -> bool:
        """Whether something can be counted."""
        return not self.broken and not self.failure

    @property
    def is_found(self) -> bool:
        """Whether there is a finding."""
        return bool(self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON; what is empty is left out."""
        told = {name: value for name, value in asdict(self).items() if value not in ((), None, "", False, 0)}
        return {**told, "is_true": False} if self.is_true is False else told

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Result:
        """The result that was written so."""
        change = told.get("change")
        return cls(
            group=told["group"],
            name=told["name"],
            is_right=told.get("is_right", False),
            findings=tuple(told.get("findings", ())),
            is_true=told.get("is_true"),
            failed=tuple(told.get("failed", ())),
            deliveries=told.get("deliveries", 0),
            broken=told.get("broken", ""),
            failure=told.get("failure", ""),
            change=None if change is None else Change(**change),
        )


def without_line(change: Change) -> Change:
    """The change without its line, which moves."""
    return replace(change, line=0)
