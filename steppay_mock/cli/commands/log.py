"""``steppay-mock log``: list the deliveries of a journal, or show all of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from steppay_mock.cli.options.config_file import config_option
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.journal import journal_option
from steppay_mock.cli.options.parameter_types import EventNameType
from steppay_mock.cli.options.shared import json_option
from steppay_mock.cli.show.journal import answer_of, as_data, event_of, moment, receiver_of
from steppay_mock.cli.show.report import counted_deliveries
from steppay_mock.cli.show.terminal import say, write, write_json, write_table, write_text
from steppay_mock.contract.v1 import V1EventType
from steppay_mock.errors import choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from steppay_mock.delivery.config import Config
    from steppay_mock.delivery.journal.reading import Delivery

_STATES = ("SUCCESS", "FAIL", "PENDING")
_LIMIT = 100


@click.group(
    "log",
    invoke_without_command=True,
    epilog=epilog(
        "steppay-mock log --journal deliveries.sqlite",
        "steppay-mock log --journal deliveries.sqlite --state FAIL --event payment.completed --limit 10",
        "steppay-mock log show 3 --journal deliveries.sqlite",
        exit_codes="0 fine, 2 wrong usage.",
    ),
)
@config_option()
@journal_option("The file that `send --journal` wrote.", required=False)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(_STATES, case_sensitive=False),
    help="Only those in this state. Repeatable.",
)
@click.option(
    "--event",
    "events",
    metavar="EVENT",
    multiple=True,
    type=EventNameType(**{str(one): "A webhook v1" for one in V1EventType}),
    help="Only this event type. Repeatable.",
)
@click.option(
    "--run", "runs", metavar="N", multiple=True, type=click.IntRange(min=1), help="Only this run. Repeatable."
)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=0),
    default=_LIMIT,
    show_default=True,
    help="The largest number of deliveries, the newest first; 0 lists all.",
)
@json_option("the list")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    config: Config | None,  # noqa: ARG001 - journal has its default from it
    journal: str | None,
    states: tuple[str, ...],
    events: tuple[str, ...],
    runs: tuple[int, ...],
    limit: int,
    as_json: bool,
) -> None:
    """List the deliveries of a journal, or show one.

    As StepPay's portal lists them, the newest first: SUCCESS, FAIL, or PENDING until the outcome is known.
    """
    if ctx.invoked_subcommand is not None:
        _refuse_filters(ctx)
        return
    from steppay_mock.delivery.journal.reading import Wanted, read_journal

    with read_journal(_named(journal)) as reading:
        _check_runs(runs, known=[one.run for one in reading.run_counts()], journal=_named(journal))
        wanted = Wanted(states=states, events=events, runs=runs)
        found = list(reading.deliveries(wanted, newest_first=True, limit=limit or None))
        count = reading.count(wanted)
        if as_json:
            write_json([as_data(one, reading.attempts(one.id)) for one in found])
        else:
            _show(found)
    newest = f"the newest {len(found)} of " if len(found) < count else ""
    more = "; --limit 0 lists all" if newest else ""
    say(f"{newest}{counted_deliveries(count)}{more}")


def _check_runs(runs: tuple[int, ...], *, known: list[int], journal: str) -> None:
    """A usage error for a run that the journal does not have: an empty list would look as if it had no deliveries."""
    for run in runs:
        if run not in known:
            numbered = f"Its runs are {choices(map(str, known))}." if known else "It has no runs."
            raise click.UsageError(f"--run {run}: there is no such run in {journal}. {numbered}")


@command.command(
    "show",
    epilog=epilog(
        "steppay-mock log show 3 --journal deliveries.sqlite",
        "steppay-mock log show 3 --journal deliveries.sqlite --json",
        exit_codes="0 fine, 2 wrong usage.",
    ),
)
@click.argument("number", metavar="ID", type=click.IntRange(min=1))
@journal_option("The file that `send --journal` wrote.", required=False)
@json_option("it, with all its attempts,")
@click.pass_context
def show(ctx: click.Context, *, number: int, journal: str | None, as_json: bool) -> None:
    """Show a delivery: the request, every attempt, and a command that repeats it.

    The journal keeps no secret and no signature: that is left open in what is shown, and made anew by the command.
    """
    from steppay_mock.cli.show.delivery import Shown
    from steppay_mock.delivery.journal.reading import read_journal

    given = journal or (ctx.parent.params.get("journal") if ctx.parent else None)
    with read_journal(_named(given)) as reading:
        shown = Shown.read(reading, number)
    if as_json:
        write_json(shown.as_dict())
        return
    for line in shown.lines():
        write_text(line)
    write(shown.curl())


def _show(found: Sequence[Delivery]) -> None:
    rows = (
        (
            str(one.id),
            str(one.run),
            one.state,
            event_of(one),
            moment(one.sent_at),
            "" if one.latency is None else f"{one.latency * 1000:.1f}",
            str(one.attempts),
            answer_of(one),
            receiver_of(one),
        )
        for one in found
    )
    headings = ("Id", "Run", "State", "Event type", "Sent at", "ms", "Attempts", "Answer", "Receiver")
    write_table(
        headings, rows, right=frozenset({"Id", "Run", "ms", "Attempts"}), wraps=frozenset({"Answer", "Receiver"})
    )


def _named(journal: str | None) -> str:
    if journal is None:
        raise click.UsageError("Of which journal? Pass --journal FILE, the one that `send --journal` wrote.")
    return journal


def _refuse_filters(ctx: click.Context) -> None:
    for name, option in {"states": "--state", "events": "--event", "runs": "--run", "limit": "--limit"}.items():
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option} chooses what is listed, and `log show` shows one delivery. Leave it out.")
    if ctx.params.get("as_json"):
        raise click.UsageError("--json belongs behind `log show`. Write it at the end.")
