"""``steppay-mock resume``: complete the runs of a journal that were cut off."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from steppay_mock.cli.closing import closing
from steppay_mock.cli.configuring import config_option
from steppay_mock.cli.consent import agree, read_hosts
from steppay_mock.cli.formats import read_endpoint
from steppay_mock.cli.journals import journal_option
from steppay_mock.cli.options import json_option, secret_option, unsigned_option
from steppay_mock.cli.output import say, write_json
from steppay_mock.cli.reports import report_option, write_reports
from steppay_mock.cli.sending import (
    hosts_option,
    keep_alive_option,
    rate_option,
    retries_option,
    success_option,
    timeout_option,
)
from steppay_mock.cli.signing import Signing
from steppay_mock.cli.staging import speed_option

if TYPE_CHECKING:
    from steppay_mock.cli.retrying import Policy
    from steppay_mock.delivery.config import Config
    from steppay_mock.delivery.journal.reading import Unfinished

_TOLD = {ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT}
"""What counts more than how the run was begun; the file of settings does not."""


@click.command(
    "resume",
    epilog=closing(
        "steppay-mock resume --journal deliveries.sqlite --secret whsec_example",
        "steppay-mock resume --journal deliveries.sqlite --secret whsec_example --rate 50 --report report.xml",
        exit_codes="0 every answer was 2xx, 1 some were not, 2 wrong usage, 3 nothing could be reached.",
    ),
)
@config_option()
@journal_option("The file that `send --journal` wrote.")
@secret_option("Sign with it.")
@unsigned_option()
@timeout_option(None, "Default: as the run was begun.")
@rate_option("Default: as the run was begun.")
@retries_option("Default: as the run was begun.")
@success_option("Default: as the run was begun.")
@speed_option(
    None,
    "How long to wait where a schedule waits, and before retries: real, 0, or a rate such as 1d=1s. "
    "Default: as the run was begun.",
)
@keep_alive_option()
@hosts_option()
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
    timeout: float | None,
    rate: float | None,
    retries: Policy | None,
    success: tuple[int, ...] | None,
    speed: float | None,
    keep_alive: bool,
    hosts: tuple[str, ...],
    reports: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Complete the runs of a journal that were cut off.

    What was answered is not sent again. What was in flight when it ended may have arrived, nobody knows: it is sent
    again, and counted. A run that is still being sent is left alone.
    """
    from steppay_mock.cli.recorded import Recorder
    from steppay_mock.delivery.journal.given_up import forget_given_up
    from steppay_mock.delivery.journal.journal import Journal
    from steppay_mock.delivery.journal.reading import read_journal

    allowed = read_hosts(hosts)
    with read_journal(journal) as reading:
        unfinished = reading.unfinished()
        whole = [one for one in unfinished if one.planned]
        receivers = reading.hooks([one.run for one in whole])
    if len(whole) < len(unfinished):
        with Journal(journal) as opened:
            for run in forget_given_up(opened):
                say(
                    f"run {run} ended while it was planned: nothing of it was sent, and it is taken out. Begin it anew."
                )
    if not whole:
        _show_nothing(journal, reports, as_json=as_json)
        return
    signing = Signing(given=secrets, unsigned=unsigned, config=config)
    hooks = [signing.hook(name=name, url=url) for name, url in receivers]
    pending = sum(one.pending for one in whole)
    for _, url in receivers:
        allowed = agree(read_endpoint(url), allowed, count=pending)
    told = {
        "rate": rate,
        "timeout": timeout,
        "retries": retries,
        "success": success,
        "speed": speed,
        "keep_alive": keep_alive,
    }
    options = {name: value for name, value in told.items() if ctx.get_parameter_source(name) in _TOLD}
    if "retries" not in options:
        _check_retries(whole)
    recorder = Recorder(
        hooks=hooks,
        options={**options, "allow_hosts": allowed},
        journal=journal,
        unsigned=unsigned,
        as_json=as_json,
        reports=reports,
        name="steppay-mock resume",
    )
    tallies = recorder.resume(count=pending)
    stopped = any(tally.stopped for tally in tallies)
    for run in sorted({one.run for one in whole} - {tally.run for tally in tallies}):
        say(f"run {run} was not begun" if stopped else f"run {run} is being sent elsewhere, and was left to it")
    ctx.exit(recorder.conclude(tallies, journal))


def _check_retries(runs: list[Unfinished]) -> None:
    """Refuse to guess the policy of which an older journal has the name alone, unless it is one of ours."""
    from steppay_mock.delivery.retries import PRESETS

    unknown = {one.unknown_retries for one in runs if one.unknown_retries} - PRESETS.keys()
    if unknown:
        raise click.UsageError(
            f"The runs were begun with retries that are not known here ({', '.join(sorted(unknown))}). Pass --retries."
        )


def _show_nothing(journal: str, reports: tuple[Path, ...], *, as_json: bool) -> None:
    document = {"ok": True, "elapsed": 0.0, "runs": []}
    if as_json:
        write_json(document)
    write_reports(reports, document, lambda: (), count=0, name="steppay-mock resume")
    say(f"nothing to resume: every run of {journal} has come to its end")
