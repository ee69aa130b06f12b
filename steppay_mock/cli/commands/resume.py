"""``steppay-mock resume``: complete the runs of a journal that were cut off."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.access import AccessWords, access_options
from steppay_mock.cli.options.address import agree, read_address, read_hosts
from steppay_mock.cli.options.config_file import config_option
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.journal import journal_option
from steppay_mock.cli.options.option_table import remembered_options, table_option
from steppay_mock.cli.options.report_file import report_option
from steppay_mock.cli.options.shared import json_option, secret_option, unsigned_option
from steppay_mock.cli.options.signing import Signing
from steppay_mock.cli.show.resumed_runs import RunState, states_of, words_about
from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.config import Config
    from steppay_mock.delivery.journal.reading import Unfinished
    from steppay_mock.delivery.report import Report


@click.command(
    "resume",
    epilog=epilog(
        "steppay-mock resume --journal deliveries.sqlite --secret whsec_example",
        "steppay-mock resume --journal deliveries.sqlite --secret whsec_example --rate 50 --report report.xml",
        exit_codes="0 all that was planned has arrived, 1 some failed, 2 wrong usage, such as a journal without a run, "
        "3 nothing could be reached, 4 another process still sends, 5 a plan was never finished.",
    ),
)
@config_option()
@journal_option("The file that `send --journal` wrote.")
@secret_option("Sign with it.")
@unsigned_option()
@access_options
@remembered_options
@table_option("allow_hosts")
@report_option()
@json_option("the report")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    config: Config | None,
    journal: str,
    secrets: tuple[str, ...],
    unsigned: bool,
    written_access: AccessWords,
    told: dict[str, Any],
    hosts: tuple[str, ...],
    reports: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Complete the runs of a journal that were cut off.

    A delivery that was answered is not sent again. One that was in flight when the run ended may have arrived: it is
    sent again, and counted. A run that is still being sent is left alone.
    """
    from steppay_mock.cli.sender_run import SenderCommand
    from steppay_mock.delivery.journal.reading import read_journal

    allowed = read_hosts(hosts)
    with read_journal(journal) as reading:
        unfinished = reading.unfinished()
        whole = [one for one in unfinished if one.planned]
        receivers = reading.endpoints([one.run for one in whole])
    never_planned = _take_out(journal) if len(whole) < len(unfinished) else []
    signing = Signing(given=secrets, unsigned=unsigned, config=config)
    endpoints, pending = [], sum(one.pending for one in whole)
    for name, url in receivers:
        access = written_access.for_url(url, config, name=name)
        endpoints.append(signing.endpoint(name=name, url=url, access=access))
        allowed = agree(read_address(url, access=access), allowed, count=pending)
    if "retries" not in told:
        _check_retries(whole)
    sender = SenderCommand(
        endpoints=endpoints,
        options={**told, "allow_hosts": allowed},
        journal=journal,
        unsigned=unsigned,
        as_json=as_json,
        reports=reports,
        name="steppay-mock resume",
    )
    found = sender.resume(count=pending) if whole else []
    others = _others(journal, found, never_planned)
    code = sender.conclude(found, others=others)
    for line in words_about(others, journal=journal):
        say(line)
    if not found and all(one.outcome == "complete" for one in others):
        say(f"nothing to resume: all that was planned in {journal} has arrived")
    ctx.exit(code)


def _take_out(journal: str) -> list[int]:
    """Remove the runs whose planning was cut off, and say so at once; their numbers."""
    from steppay_mock.delivery.journal.claim import forget_given_up
    from steppay_mock.delivery.journal.journal import Journal

    with Journal(journal) as opened:
        forgotten = forget_given_up(opened)
    for run in forgotten:
        say(str(RunState(run=run, outcome="never-planned")))
    return forgotten


def _others(journal: str, found: list[Report], never_planned: list[int]) -> list[RunState]:
    """The states of the runs that were not resumed; a journal without any run is an error."""
    from steppay_mock.delivery.journal.reading import read_journal

    with read_journal(journal) as reading:
        counts = reading.run_counts()
    if not counts and not never_planned:
        raise SteppayMockError(f"{journal} has no run. Begin one: steppay-mock send --journal {quote(journal)} ...")
    return list(
        states_of(
            counts,
            never_planned=never_planned,
            resumed=[run for report in found for run in (report.run, *report.control_runs) if run is not None],
            stopped=any(report.stopped for report in found),
        )
    )


def _check_retries(runs: list[Unfinished]) -> None:
    """A usage error for a retry policy of which an older journal has the name alone, unless it is one of ours."""
    from steppay_mock.delivery.retries import PRESETS

    unknown = {one.unknown_retries for one in runs if one.unknown_retries} - PRESETS.keys()
    if unknown:
        raise click.UsageError(
            f"The runs were begun with retries that are not known here ({', '.join(sorted(unknown))}). Pass --retries."
        )
