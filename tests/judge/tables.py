"""Prints the results on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from judge.grids import Grid, alarms_grid, blurred_grid, groups_grid, unseen_grid
from judge.measure import counted
from judge.member import Change, Result
from judge.reasons import reasons
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def show(console: Console, results: Sequence[Result], equivalent: frozenset[Change]) -> None:
    """Print what is not as it should be, and then the numbers of each group."""
    why = reasons()
    for title, grid in (
        ("Right receivers with a finding", alarms_grid(results)),
        ("Flaws with another finding first, or with several", blurred_grid(results)),
        ("Flaws that are not seen", unseen_grid(results, why)),
    ):
        if grid.rows:
            console.print(_table(grid, title))
    for one in survivors(results, equivalent):
        assert one.change is not None
        place = f"[bold]{escape(one.change.path)}:{one.change.line}[/bold] in {one.change.within or 'the module'}"
        # Without emoji: rich would print one for the ":x:" of a slice.
        console.print(
            f"\n{place}, not seen\n  - {escape(one.change.before)}\n  + {escape(one.change.after)}",
            highlight=False,
            soft_wrap=True,
            emoji=False,
        )
    console.print()
    console.print(_table(groups_grid(results, equivalent), "Groups"))


def survivors(results: Sequence[Result], equivalent: frozenset[Change]) -> list[Result]:
    """The automatic mistakes that have no finding, and change something."""
    return [one for one in counted(results, equivalent) if one.change is not None and not one.is_found]


def _table(grid: Grid, title: str) -> Table:
    table = Table(*grid.head, title=title, title_justify="left")
    for row in grid.rows:
        table.add_row(*(escape(cell.replace("`", "")) for cell in row))
    return table
