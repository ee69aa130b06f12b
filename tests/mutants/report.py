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


def show_trials(console: Console, trials: Sequence[Trial]) -> None:
    """Print the survivors, and then the table: a room, the rooms in it, and all."""
    for trial in trials:
        if trial.outcome in (Outcome.ALIVE, Outcome.UNCOVERED):
            told = "no test runs this line" if trial.outcome is Outcome.UNCOVERED else f"{trial.tests} tests passed"
            console.print(
                f"\n[bold]{escape(trial.mutant.place)}[/bold]  {trial.mutant.operator}, {told}", highlight=False
            )
            console.print(f"  - {escape(trial.before)}\n  + {escape(trial.after)}", highlight=False, soft_wrap=True)
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
            "operator": trial.mutant.operator,
            "occurrence": trial.mutant.occurrence,
            "before": trial.before,
            "after": trial.after,
            "outcome": trial.outcome.value,
            "tests": trial.tests,
        }
        for trial in trials
    ]
