"""Counts what was found and what was not: recall, precision, and what each check sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from judge.member import Change, Result, without_line

from steppay_mock.conformance.catalogue import CHECKS


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one group. Members without a card, and mistakes that change nothing, are not counted."""

    group: str
    flawed: int
    found: int
    named: int
    """Flaws of which somebody has said what the true finding is."""
    true_first: int
    """Those of them whose first finding is it."""
    alone: int
    """Flaws with exactly one finding."""
    findings: int
    right: int
    quiet: int
    """Right receivers without a finding that counts."""
    deliveries: tuple[int, ...]

    @property
    def usual(self) -> int:
        """The median of the deliveries."""
        return int(median(self.deliveries)) if self.deliveries else 0

    @property
    def most(self) -> int:
        """The most deliveries of one member."""
        return max(self.deliveries, default=0)


def figures_of(group: str, results: Iterable[Result], equivalent: frozenset[Change]) -> Figures:
    """The numbers of the members of a group."""
    mine = [one for one in counted(results, equivalent) if one.group == group]
    flawed = [one for one in mine if not one.is_right]
    right = [one for one in mine if one.is_right]
    return Figures(
        group=group,
        flawed=len(flawed),
        found=sum(one.is_found for one in flawed),
        named=sum(one.is_true is not None for one in flawed),
        true_first=sum(one.is_true is True for one in flawed),
        alone=sum(len(one.findings) == 1 for one in flawed),
        findings=sum(len(one.findings) for one in flawed),
        right=len(right),
        quiet=sum(not one.is_found for one in right),
        deliveries=tuple(one.deliveries for one in mine),
    )


def counted(results: Iterable[Result], equivalent: frozenset[Change]) -> list[Result]:
    """The results of which something can be counted."""
    return [
        one for one in results if not one.broken and (one.change is None or without_line(one.change) not in equivalent)
    ]


def seen_by(results: Sequence[Result]) -> dict[str, Counter[str]]:
    """For each check, and each finding of the control, how many flaws of each group it fails for."""
    found: dict[str, Counter[str]] = {one.full_name: Counter() for one in CHECKS}
    for one in results:
        for name in one.failed if not one.is_right else ():
            found.setdefault(name, Counter())[one.group] += 1
    return found


def seen_once(results: Sequence[Result]) -> dict[str, list[str]]:
    """The flaws that one check alone sees, by the check."""
    found: dict[str, list[str]] = {}
    for one in results:
        if not one.is_right and len(one.failed) == 1:
            found.setdefault(one.failed[0], []).append(f"{one.group}/{one.name}")
    return dict(sorted(found.items()))
