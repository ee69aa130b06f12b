"""The results as grids of text, for the terminal and for the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from judge.measure import Figures, counted, figures_of, seen_by, seen_once
from judge.member import GROUPS, Change, Result
from judge.reasons import UNEXPLAINED

from steppay_mock.conformance.catalogue import CHECKS
from steppay_mock.conformance.kinds import FAMILIES

FLAWED = tuple(group for group in GROUPS if group != "right")
"""The groups that have flaws."""

_NEEDS = {
    "socket": "It needs a URL, and all members are apps in one process. `tests/conformance/test_over_http.py` has it.",
    "api": "It needs a receiver that reads back, and no member does. `tests/conformance/test_read_back.py` has it.",
}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its head, and rows of text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def groups_grid(results: Sequence[Result], equivalent: frozenset[Change]) -> Grid:
    """The numbers of each group, and of all flaws."""
    rows = [_figures(figures_of(group, results, equivalent)) for group in GROUPS]
    head = ("group", "flawed", "found", "recall", "true one first", "one finding", "right", "quiet", "precision")
    return Grid((*head, "median", "most"), tuple(rows))


def _figures(of: Figures) -> tuple[str, ...]:
    return (
        of.group,
        str(of.flawed),
        str(of.found),
        share(of.found, of.flawed),
        f"{of.true_first} of {of.named}" if of.named else "-",
        f"{of.alone} of {of.found}" if of.found else "-",
        str(of.right),
        str(of.quiet),
        share(of.quiet, of.right),
        str(of.usual),
        str(of.most),
    )


def share(part: int, whole: int) -> str:
    """So many of a hundred, never rounded up."""
    return f"{100 * part // whole} %" if whole else "-"


def families_grid(results: Sequence[Result], equivalent: frozenset[Change]) -> Grid:
    """By family: how many flaws have a failed check in it, and how many have their first finding in it."""
    flawed = [one for one in counted(results, equivalent) if not one.is_right]
    seen, first = Counter[str](), Counter[str]()
    for one in flawed:
        seen.update({name.partition("/")[0] for name in one.failed})
        first.update(name.partition("/")[0] for name in one.findings[:1])
    sizes = Counter[str](one.family for one in CHECKS)
    rows = [
        (name, str(sizes[name]) if name in sizes else "-", str(seen[name]), str(first[name]))
        for name in ("control", *FAMILIES)
    ]
    return Grid(
        ("family", "checks", "flaws for which one of them fails", "flaws whose first finding is here"), tuple(rows)
    )


def checks_grid(results: Sequence[Result], equivalent: frozenset[Change]) -> Grid:
    """For each check: the flaws for which it fails, by group, and those that it alone sees."""
    flawed = counted(results, equivalent)
    by_check, alone = seen_by(flawed), seen_once(flawed)
    rows = [
        (f"`{name}`", *(str(by_group[group]) for group in FLAWED), str(len(alone.get(name, ()))))
        for name, by_group in by_check.items()
    ]
    return Grid(("check", *FLAWED, "alone"), tuple(rows))


def silent_grid(results: Sequence[Result], equivalent: frozenset[Change], why: Mapping[str, str]) -> Grid:
    """The checks that fail for no flaw, each with the reason."""
    by_check = seen_by(counted(results, equivalent))
    needs = {one.full_name: _NEEDS[need] for one in CHECKS for need in one.needs if need in _NEEDS}
    rows = [
        (f"`{name}`", needs.get(name) or why.get(name, "No member has this flaw yet."))
        for name, by_group in by_check.items()
        if not by_group.total()
    ]
    return Grid(("check", "why"), tuple(rows))


def alone_grid(results: Sequence[Result], equivalent: frozenset[Change]) -> Grid:
    """The flaws that one check alone sees; of mutants how many."""
    rows = []
    for check, names in seen_once(counted(results, equivalent)).items():
        written = [f"`{name.partition('/')[2]}`" for name in names if not name.startswith("mutants/")]
        mutants = len(names) - len(written)
        rows.append((f"`{check}`", ", ".join([*written, *([_many(mutants, "mutant")] if mutants else [])])))
    return Grid(("check", "flaws"), tuple(rows))


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def unseen_grid(results: Sequence[Result], why: Mapping[str, str]) -> Grid:
    """The flaws that people wrote and no check sees, each with the reason."""
    rows = [
        (one.group, f"`{one.name}`", why.get(f"{one.group}/{one.name}", UNEXPLAINED))
        for one in results
        if one.is_flawed and not one.is_found and one.change is None
    ]
    return Grid(("group", "flaw", "why"), tuple(rows))


def blurred_grid(results: Sequence[Result]) -> Grid:
    """The flaws that people wrote which have several findings, or another one than the true one first."""
    rows = [
        (one.group, f"`{one.name}`", ", ".join(f"`{name}`" for name in one.findings))
        for one in results
        if one.is_flawed and one.change is None and one.is_found and (len(one.findings) > 1 or one.is_true is False)
    ]
    return Grid(("group", "flaw", "findings"), tuple(rows))


def alarms_grid(results: Iterable[Result]) -> Grid:
    """The right receivers with a finding that counts."""
    rows = [
        (one.group, f"`{one.name}`", ", ".join(f"`{name}`" for name in one.findings))
        for one in results
        if one.is_right and one.is_found
    ]
    return Grid(("group", "receiver", "findings"), tuple(rows))
