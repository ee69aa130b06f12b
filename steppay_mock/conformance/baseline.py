"""Compares a scorecard with an older one: known findings do not fail, new ones do, and mended ones are reported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.conformance.scorecard import Scorecard


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineComparison:
    """The findings of a card beside those of an older one, by their full names."""

    known: tuple[str, ...]
    new: tuple[str, ...]
    mended: tuple[str, ...]
    ok: bool
    """Whether something was checked, and no finding that counts is new."""

    def __str__(self) -> str:
        told = f"compared with the baseline: {len(self.new)} new, {len(self.known)} known, {len(self.mended)} mended"
        names = [f"new: {', '.join(self.new)}"] * bool(self.new)
        names += [f"mended: {', '.join(self.mended)}"] * bool(self.mended)
        return "; ".join([told, *names])

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {"ok": self.ok, "known": list(self.known), "new": list(self.new), "mended": list(self.mended)}


def read_baseline(path: Path) -> frozenset[str]:
    """The full names of the findings in the JSON of an older card; SteppayMockError if the file has none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return frozenset(f"{one['family']}/{one['check']}" for one in told["findings"])
    except OSError as error:
        raise SteppayMockError(f"{path}: {error.strerror}. Name the JSON of an older card.") from None
    except (ValueError, RecursionError, TypeError, KeyError):
        raise SteppayMockError(
            f"{path} is not the JSON of a scorecard. Write one: steppay-mock check ... --json > {path.name}"
        ) from None


def compare(card: Scorecard, baseline: frozenset[str]) -> BaselineComparison:
    """The findings of the card beside those of the baseline."""
    names = [one.full_name for one in card.findings]
    fresh = [one for one in card.findings if one.full_name not in baseline]
    return BaselineComparison(
        known=tuple(one for one in names if one in baseline),
        new=tuple(one.full_name for one in fresh),
        mended=tuple(sorted(baseline - set(names))),
        ok=not card.interrupted and bool(card.passed) and not any(one.severity == "must" for one in fresh),
    )
