"""``Check``: one question about a receiver, as data and one function; ``Judgement``: what the function found.

A check is declared in the file of its family (``families/``), and ``catalogue.py`` lists all families. The function
gets the receiver, delivers what it needs, and gives a judgement. Everything else that is said of a failed check (what
is wrong, the cure, the facts) stands in the declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.conformance.kinds import Family, Harm, Need, Outcome, Severity

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a check found. ``why`` is one sentence: what is wrong, or why nothing could be told; else empty.

    ``severity``: another one than that of the check, where what was found is better or worse than it asks for.
    ``tags`` say what was seen, for the search for causes. ``detail`` has more lines, such as a whole counterexample.
    """

    outcome: Outcome
    why: str = ""
    trace: Trace | None = field(default=None, repr=False)
    changes: tuple[str, ...] = ()
    """Where the states differ, as lines: ``-`` expected, ``+`` found."""
    severity: Severity | None = None
    tags: frozenset[str] = frozenset()
    detail: str = field(default="", repr=False)


PASSED = Judgement(outcome="passed")


def failed(
    why: str,
    trace: Trace | None = None,
    *,
    changes: tuple[str, ...] = (),
    severity: Severity | None = None,
    tags: tuple[str, ...] = (),
    detail: str = "",
) -> Judgement:
    """The judgement of a failed check."""
    return Judgement(
        outcome="failed",
        why=why,
        trace=trace,
        changes=changes,
        severity=severity,
        tags=frozenset(tags),
        detail=detail,
    )


def skipped(why: str, trace: Trace | None = None) -> Judgement:
    """The judgement of a check that cannot tell."""
    return Judgement(outcome="skipped", why=why, trace=trace)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question about a receiver.

    ``asks`` is what a right receiver does. ``cure`` is what to change in a receiver that fails. ``facts`` are the rows
    of ``docs/facts.md`` that it rests on.
    """

    name: str
    family: Family
    severity: Severity
    harm: Harm
    asks: str
    cure: str
    facts: tuple[int, ...] = ()
    needs: tuple[Need, ...] = ()
    run: Callable[[CheckedReceiver], Judgement] = field(repr=False, compare=False)

    @property
    def full_name(self) -> str:
        """Family and name, such as ``signature/key-missing``."""
        return f"{self.family}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check with its judgement."""

    check: Check
    judgement: Judgement

    @property
    def outcome(self) -> Outcome:
        """Whether it passed, failed, or could not tell."""
        return self.judgement.outcome

    @property
    def severity(self) -> Severity:
        """How much a failure counts."""
        return self.judgement.severity or self.check.severity

    def as_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        return {
            "family": self.check.family,
            "check": self.check.name,
            "severity": self.severity,
            "asks": self.check.asks,
            "outcome": self.outcome,
            "why": self.judgement.why,
            "facts": list(self.check.facts),
        }
