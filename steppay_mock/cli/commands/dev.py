"""``steppay-mock dev``: serves a sandbox, a StepPay of your own, until Ctrl-C."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event as Signal
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli import environment
from steppay_mock.cli.options.address import agree, read_address, read_hosts
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.option_table import dev_options
from steppay_mock.cli.options.sandbox_server import (
    allow_host_option,
    data_option,
    host_option,
    open_sandbox,
    port_option,
    token_of,
    token_option,
    warn_of_host,
)
from steppay_mock.cli.options.scenario import ScenarioNameType, Staging, sandbox_options
from steppay_mock.cli.options.shared import json_option
from steppay_mock.cli.show.terminal import counted, say, time_of_day, write_json, write_text
from steppay_mock.wire.real_time import wall_clock

if TYPE_CHECKING:
    from steppay_mock.delivery.report import Report
    from steppay_mock.sandbox.sandbox import Sandbox


@click.command(
    "dev",
    epilog=epilog(
        "steppay-mock dev --forward-to http://localhost:3000/webhooks/steppay",
        "steppay-mock dev --forward-to http://localhost:3000/webhooks/steppay --data sandbox.sqlite",
        "steppay-mock dev --scenario subscription-renews --seed 7 --clock still --json",
        exit_codes="0 it was stopped, 2 wrong usage, such as a port in use.",
    ),
)
@click.option(
    "--forward-to",
    metavar="URL",
    help="Where webhooks go. Default: nowhere, until an endpoint is added.",
)
@port_option()
@data_option()
@click.option(
    "--scenario",
    "name",
    metavar="NAME",
    type=ScenarioNameType(),
    help="Play this scenario at the beginning.",
)
@click.option(
    "--clock",
    type=click.Choice(["real", "still"]),
    help="Whether the store's time runs with that of this machine, or moves only when it is told to. Default: real, or "
    "as it was in the file.",
)
@click.option("--hold", is_flag=True, help="Let webhooks wait until they are flushed through the control API.")
@click.option(
    "--secret",
    metavar="S",
    help=f"The key that signs webhooks. Default: the variable {environment.SECRET}, else that of the file, else "
    "whsec_test.",
)
@token_option()
@host_option()
@allow_host_option()
@dev_options
@sandbox_options
@json_option("the URL, the seed and the endpoints")
def command(
    *, as_json: bool, host: str, name: str | None, staging: Staging, told: dict[str, Any], **given: Any
) -> None:
    """Serve a StepPay of your own, until Ctrl-C.

    It has StepPay's REST API and a store with a clock, and it sends the webhooks. SIGTERM stops it too. Give your
    application the printed address in place of https://api.steppay.kr. Each delivery is shown with its answer.
    `steppay-mock trigger` acts as StepPay and its customers would; so does the control API at /_mock/.
    """
    from steppay_mock.delivery.options.table import options_of

    if name is None and (staging.settings or staging.files):
        raise click.UsageError("--set and --from need a scenario. Add --scenario NAME.")
    of_sender = {one.name for one in options_of("sender")}
    of_endpoint = {key: value for key, value in told.items() if key not in of_sender}
    if of_endpoint and given["forward_to"] is None:
        raise click.UsageError("--order and --duplicates need an endpoint. Add --forward-to URL.")
    allowed = read_hosts(given["allowed"])
    url = None
    if given["forward_to"] is not None:
        address = read_address(given["forward_to"])
        url, allowed = address.url, agree(address, allowed)
    if given["secret"] == "":
        raise click.UsageError("--secret is empty. Give a key, or leave it out.")
    data = given["data"]
    is_new = data is None or not Path(data).exists()
    sandbox = open_sandbox(
        forward_to=url,
        secret=given["secret"] or os.environ.get(environment.SECRET),
        endpoint=of_endpoint,
        token=token_of(given["token"]),
        seed=staging.seed,
        start=staging.start,
        clock=given["clock"] or ("real" if is_new else None),
        scenario=name,
        parameters=None if name is None else staging.parameters(name),
        store=staging.chosen_options(),
        data=data,
        sender={key: value for key, value in told.items() if key in of_sender},
        held=given["hold"],
        port=given["port"],
        host=host,
        allow_hosts=allowed,
        told=_show_report,
    )
    with sandbox:
        try:
            warn_of_host(host)
            _show(sandbox, as_json=as_json)
            Signal().wait()
        except KeyboardInterrupt:
            say("")


def _show(sandbox: Sandbox, *, as_json: bool) -> None:
    status = sandbox.status()
    say(f"seed {status['seed']}; {counted(status['events'], 'event')} in the store; Ctrl-C stops it")
    if not status["endpoints"]:
        say("webhooks go nowhere yet: add --forward-to, or an endpoint, on the page /endpoints")
    # The address comes last: who reads it may stop the sandbox at once.
    if as_json:
        write_json({"url": sandbox.url, "seed": status["seed"], "endpoints": status["endpoints"]})
    else:
        write_text(sandbox.url)


def _show_report(report: Report) -> None:
    """Show each delivery of a run: the time of this machine, the event and the answer."""
    for outcome in report.outcomes:
        say(f"{time_of_day(wall_clock())}  {outcome}")
