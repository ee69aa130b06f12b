"""Compares a scorecard with an older one: known findings do not fail, new ones do, and mended ones are reported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.catalogue import NAMES
from steppay_mock.conformance.finding import CONTROL
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.conformance.scorecard import Scorecard

_BY_ANSWERS = frozenset(
    f"{CONTROL}/{name}"
    for name in (
        *("wrong-path", "in-maintenance", "behind-a-proxy", "rate-limited", "redirected", "no-answer"),
        *("no-answer-in-time", "wants-a-signature", "refuses-right-signatures", "refuses-everything"),
        *("stopped-answering", "stopped-accepting"),
    )
)
"""Findings of the control that are seen without a state. Others may be gone only because no state was given."""
_OF_STATES = frozenset({"state", "reset"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What an older card says."""

    findings: Mapping[str, frozenset[str]]
    """The full name of each finding, with those of its checks: none for a finding of the control."""
    told: frozenset[str] = frozenset()
    """The full names of the checks that passed or failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineComparison:
    """The findings of a card beside those of an older one, by their full names."""

    known: tuple[str, ...]
    new: tuple[str, ...]
    mended: tuple[str, ...]
    """Those of the older card that are gone, and whose checks all passed."""
    unconfirmed: tuple[str, ...]
    """Those of the older card that are gone, but a check of theirs did not pass: nothing shows that they are mended."""
    ok: bool
    """Whether something was checked, and no finding that counts is new."""

    def __str__(self) -> str:
        told = f"compared with the baseline: {len(self.new)} new, {len(self.known)} known, {len(self.mended)} mended"
        told += f", {len(self.unconfirmed)} unconfirmed" * bool(self.unconfirmed)
        names = [f"new: {', '.join(self.new)}"] * bool(self.new)
        names += [f"mended: {', '.join(self.mended)}"] * bool(self.mended)
        unconfirmed = f"unconfirmed, as not all of their checks were made and passed: {', '.join(self.unconfirmed)}"
        names += [unconfirmed] * bool(self.unconfirmed)
        return "; ".join([told, *names])

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "ok": self.ok,
            "known": list(self.known),
            "new": list(self.new),
            "mended": list(self.mended),
            "unconfirmed": list(self.unconfirmed),
        }


def read_baseline(path: Path) -> Baseline:
    """What the JSON of an older card says; SteppayMockError if the file has none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Baseline(
            findings={_name(one): _checks_of(one) for one in told["findings"]},
            told=frozenset(_name(one) for one in told.get("checks", ()) if one["outcome"] != "skipped"),
        )
    except OSError as error:
        raise SteppayMockError(f"{path}: {error.strerror}. Name the JSON of an older card.") from None
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        raise SteppayMockError(
            f"{path} is not the JSON of a scorecard. Write one: steppay-mock check ... --json > card.json"
        ) from None


def compare(card: Scorecard, baseline: Baseline) -> BaselineComparison:
    """The findings of the card beside those of the baseline."""
    names = [one.full_name for one in card.findings]
    fresh = [one for one in card.findings if one.full_name not in baseline.findings]
    gone = sorted(baseline.findings.keys() - set(names))
    mended = tuple(one for one in gone if _is_mended(one, card, baseline))
    return BaselineComparison(
        known=tuple(one for one in names if one in baseline.findings),
        new=tuple(one.full_name for one in fresh),
        mended=mended,
        unconfirmed=tuple(one for one in gone if one not in mended),
        ok=not card.interrupted and bool(card.passed) and not any(one.severity == "must" for one in fresh),
    )


def _is_mended(name: str, card: Scorecard, baseline: Baseline) -> bool:
    """Whether the card shows that a finding which it does not have is mended."""
    passed = {one.check.full_name for one in card.passed}
    if checks := baseline.findings[name]:
        return checks <= passed
    # A finding of the control has no checks: all that the older card could tell must be told again.
    told = [one.check for one in card.checks if one.outcome != "skipped"]
    saw_state = any(not _OF_STATES.isdisjoint(one.needs) for one in told)
    told_again = baseline.told <= {one.full_name for one in told}
    return bool(passed) and not card.interrupted and told_again and (saw_state or name in _BY_ANSWERS)


def _name(told: Mapping[str, Any]) -> str:
    return f"{told['family']}/{told['check']}"


def _checks_of(finding: Mapping[str, Any]) -> frozenset[str]:
    """The checks that failed for the finding, and the one that has its name."""
    return frozenset(str(one) for one in finding.get("explains", ())) | ({_name(finding)} & set(NAMES))
