"""Shows what came of the trials: a table by room, and the survivors with their places."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from mutants.sample import room_of
from mutants.trial import Outcome, Trial
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def noticed_share(trials: Sequence[Trial]) -> float | None:
    """How many of a hundred were noticed, those set aside not counted; None if there is none."""
    counted = [trial for trial in trials if trial.outcome is not Outcome.EQUIVALENT]
    return 100 * sum(trial.outcome.is_noticed for trial in counted) / len(counted) if counted else None


def show_trials(console: Console, trials: Sequence[Trial], *, near: bool = False) -> None:
    """Print the survivors, and then the table: a room, the rooms in it, and all. ``near``: of whole test files."""
    unknown = "near.json names no test file for it" if near else "no test runs this line"
    what = "test file" if near else "test"
    for trial in trials:
        if trial.outcome in (Outcome.ALIVE, Outcome.UNCOVERED):
            passed = f"{trial.tests} {what}{'s' * (trial.tests != 1)} passed"
            told = unknown if trial.outcome is Outcome.UNCOVERED else passed
            where = f" in {trial.mutant.within}" if trial.mutant.within else ""
            place = f"[bold]{escape(trial.mutant.place)}[/bold]{where}  {trial.mutant.operator}, {told}"
            changed = f"  - {escape(trial.before)}\n  + {escape(trial.after)}"
            # Without emoji: rich would print one for the ":x:" of a slice.
            console.print(f"\n{place}\n{changed}", highlight=False, soft_wrap=True, emoji=False)
    console.print()
    console.print(_table(trials))


def _table(trials: Sequence[Trial]) -> Table:
    rooms: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        room = room_of(trial.mutant.path)
        for name in {room, room.partition("/")[0]}:
            rooms[name].append(trial)
    table = Table("room", title="Mutants", title_justify="left")
    for name in ("tried", "noticed", "alive", "no test", "set aside", "noticed %"):
        table.add_column(name, justify="right")
    for name in sorted(rooms):
        table.add_row(f"  {name}" if "/" in name else name, *_figures(rooms[name]))
    table.add_section()
    table.add_row("all", *_figures(trials))
    return table


def _figures(trials: Sequence[Trial]) -> list[str]:
    outcomes = [trial.outcome for trial in trials]
    share = noticed_share(trials)
    aside = outcomes.count(Outcome.EQUIVALENT)
    figures = [
        len(outcomes) - aside,
        sum(outcome.is_noticed for outcome in outcomes),
        outcomes.count(Outcome.ALIVE),
        outcomes.count(Outcome.UNCOVERED),
        aside,
    ]
    return [*map(str, figures), "-" if share is None else str(int(share))]


def as_dicts(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """The trials for a script."""
    return [
        {
            "room": room_of(trial.mutant.path),
            "place": trial.mutant.place,
            "within": trial.mutant.within,
            "operator": trial.mutant.operator,
            "occurrence": trial.mutant.occurrence,
            "before": trial.before,
            "after": trial.after,
            "outcome": trial.outcome.value,
            "tests": trial.tests,
        }
        for trial in trials
    ]
