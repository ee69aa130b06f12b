"""``Cause``: one mistake behind several failed checks, as data: the pattern that shows it, and what it explains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from steppay_mock.conformance.check import CheckResult
from steppay_mock.conformance.kinds import Family, Harm, Severity


@dataclass(frozen=True, slots=True)
class ResultPattern:
    """The results of all checks, as patterns ask for them."""

    results: Mapping[str, CheckResult]

    def failed(self, *names: str, tag: str = "") -> bool:
        """Whether all these checks failed, each with the tag if one is given."""
        return all(
            (one := self.results.get(name)) is not None
            and one.outcome == "failed"
            and (not tag or tag in one.judgement.tags)
            for name in names
        )

    def passed(self, *names: str) -> bool:
        """Whether all these checks passed."""
        return all((one := self.results.get(name)) is not None and one.outcome == "passed" for name in names)

    def count(self, family: str, *, tag: str = "") -> int:
        """How many checks of the family failed, with the tag if one is given."""
        return sum(_is(one, family, tag) for one in self.results.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One mistake that makes several checks fail. ``explains`` says of a failed check whether it fails for that."""

    name: str
    family: Family
    harm: Harm
    summary: str
    cure: str
    facts: tuple[int, ...] = ()
    severity: Severity | None = None
    """None: that of the gravest check that it explains."""
    shows: Callable[[ResultPattern], bool] = field(repr=False)
    explains: Callable[[CheckResult], bool] = field(repr=False)


def _is(one: CheckResult, family: str, tag: str = "") -> bool:
    return one.outcome == "failed" and one.check.family == family and (not tag or tag in one.judgement.tags)


def named(*names: str, tag: str = "") -> Callable[[CheckResult], bool]:
    """Checks of these full names; a family alone names all of its checks."""
    wanted = frozenset(names)
    return lambda one: (
        not wanted.isdisjoint({one.check.full_name, one.check.family}) and (not tag or tag in one.judgement.tags)
    )
