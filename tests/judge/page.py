"""Writes docs/judge.md: the text between its markers is made of the kept results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from judge.grids import (
    Grid,
    alarms_grid,
    alone_grid,
    blurred_grid,
    checks_grid,
    families_grid,
    groups_grid,
    silent_grid,
    unseen_grid,
)
from judge.measure import counted
from judge.member import Change, Result, without_line
from judge.mistakes import ROOT
from judge.reasons import equivalent_changes, reasons, reasons_of_mutants
from judge.tables import survivors

PAGE = ROOT / "docs" / "judge.md"
BEGIN, END = "<!-- made by make judge: begin -->", "<!-- made by make judge: end -->"


def write_page(path: Path, results: Sequence[Result]) -> None:
    """Put the numbers of these results between the markers of the page."""
    path.write_text(with_results(path.read_text(encoding="utf-8"), results), encoding="utf-8")


def with_results(page: str, results: Sequence[Result]) -> str:
    """The page with the numbers of these results."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{made_text(results)}\n\n{END}{after}"


def made_text(results: Sequence[Result]) -> str:
    """All that is made: a heading and a table, or a sentence where there is nothing to list, for each question."""
    equivalent, why = equivalent_changes(), reasons()
    alive = survivors(results, equivalent)
    parts = [
        ("## The numbers", _table(groups_grid(results, equivalent)), ""),
        ("## False alarms", _table(alarms_grid(results)), "No right receiver has a finding that counts."),
        ("## Flaws with several findings, or another one first", _table(blurred_grid(results)), "There is none."),
        ("## What is not seen", _table(unseen_grid(results, why)), "Every flaw that a person wrote has a finding."),
        ("## Mutants that are not seen", _listed(alive), "Every mutant has a finding."),
        ("## By family", _table(families_grid(results, equivalent)), ""),
        ("## Checks that fail for no flaw", _table(silent_grid(results, equivalent, why)), "There is none."),
        ("## Flaws that one check alone sees", _table(alone_grid(results, equivalent)), "There is none."),
        ("## By check", _table(checks_grid(results, equivalent)), ""),
    ]
    told = {"## What is not seen": _UNSEEN_WORDS, "## Mutants that are not seen": _mutant_words(results, equivalent)}
    return "\n\n".join(f"{head}\n\n{told.get(head, '')}{text or nothing}" for head, text, nothing in parts)


_UNSEEN_WORDS = "These flaws were written by people, and no check fails for them.\n\n"


def _mutant_words(results: Sequence[Result], equivalent: frozenset[Change]) -> str:
    mutants = [one for one in results if one.change is not None]
    broken = sum(bool(one.broken) for one in mutants)
    aside = len(mutants) - broken - sum(one.change is not None for one in counted(results, equivalent))
    return (
        f"Of {len(mutants)} mutants, {broken} are no receiver any more: they do not start, or their state cannot be "
        f"read. {aside} are as right as before:\n`tests/judge/equivalent.toml` says why. None of these is counted. "
        "Below a mutant that has no finding stands the reason, if it is known.\n\n"
    )


def _table(grid: Grid) -> str:
    """The grid in Markdown; "" if it has no row."""
    if not grid.rows:
        return ""
    lines = [grid.head, tuple("---" for _ in grid.head), *grid.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _listed(alive: Sequence[Result]) -> str:
    """Each mutant with its place, the line as it was and as it is, and why it is not seen."""
    why = reasons_of_mutants()
    lines = []
    for one in alive:
        assert one.change is not None
        of = one.change
        where = f"{of.path}:{of.line} in {of.within}" if of.within else f"{of.path}:{of.line}"
        lines += [f"@ {where}", f"- {of.before}", f"+ {of.after}"]
        lines += [f"  {told}" for told in [why.get(without_line(of))] if told]
        lines.append("")
    return "```text\n" + "\n".join(lines[:-1]) + "\n```" if lines else ""
