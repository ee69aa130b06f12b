"""``steppay-mock resend``: deliver again what is in a journal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from steppay_mock.cli.options.access import AccessWords, access_options
from steppay_mock.cli.options.address import agree, read_address, read_hosts
from steppay_mock.cli.options.config_file import config_option
from steppay_mock.cli.options.edited_event import edit_event
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.journal import deliveries_argument, journal_option
from steppay_mock.cli.options.option_table import table_option
from steppay_mock.cli.options.parameter_types import SetValueType
from steppay_mock.cli.options.report_file import report_option
from steppay_mock.cli.options.shared import json_option, secret_option, unsigned_option
from steppay_mock.cli.options.signing import Signing
from steppay_mock.cli.sandbox_client import SandboxClient, refuse_beside_sandbox, sandbox_option
from steppay_mock.cli.show.terminal import say

if TYPE_CHECKING:
    from steppay_mock.delivery.config import Config
    from steppay_mock.delivery.journal.reading import Reading
    from steppay_mock.delivery.report import Report
    from steppay_mock.payload.event import Event


@click.command(
    "resend",
    epilog=epilog(
        "steppay-mock resend 3 --journal deliveries.sqlite --secret whsec_example",
        "steppay-mock resend 3 7 8 --journal deliveries.sqlite --secret whsec_example --json",
        "steppay-mock resend 3 --journal deliveries.sqlite --to http://localhost:9000 --secret whsec_example",
        "steppay-mock resend 3 --sandbox http://localhost:8090 --set data.status=PAUSE",
        exit_codes="0 every answer was 2xx, 1 some were not, 2 wrong usage, 3 nothing could be reached.",
    ),
)
@deliveries_argument()
@config_option()
@journal_option("The file that `send --journal` wrote.", required=False)
@sandbox_option()
@click.option(
    "--set",
    "settings",
    metavar="PATH=VALUE",
    multiple=True,
    type=SetValueType(),
    help="Send another value in this field, such as data.items.0.paidAmount=9900. The body is written anew. "
    "Repeatable.",
)
@click.option(
    "--to",
    "url",
    metavar="URL",
    help="Send to this receiver; without a path, /webhooks/steppay. Default: to the one that each was sent to.",
)
@secret_option("Sign with it.")
@unsigned_option()
@access_options
@table_option("timeout")
@table_option("success")
@table_option("allow_hosts")
@report_option()
@json_option("the report")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    ids: tuple[int, ...],
    config: Config | None,
    journal: str | None,
    sandbox: str | None,
    settings: tuple[tuple[str, str], ...],
    url: str | None,
    secrets: tuple[str, ...],
    unsigned: bool,
    written_access: AccessWords,
    timeout: float,
    success: tuple[int, ...] | None,
    hosts: tuple[str, ...],
    reports: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Deliver again what is in a journal.

    As a manager does in StepPay's portal: the same bytes to the same receiver, signed anew. With --to they go to
    another one, and with --set they are edited first. They become a new run in the journal, or one for each receiver.
    ID is what `log` lists. With --sandbox a sandbox that runs sends what its page lists.
    """
    from steppay_mock.cli.sender_run import SenderCommand
    from steppay_mock.delivery.journal.reading import read_journal

    for number in ids:
        if ids.count(number) > 1:
            raise click.UsageError(f"{number} is named twice. Name it once, and repeat the command for more.")
    if sandbox is not None:
        refuse_beside_sandbox(ctx, known=frozenset({"ids", "sandbox", "settings", "as_json"}))
        ctx.exit(_resend_in_sandbox(sandbox, ids, settings, as_json=as_json))
    if journal is None:
        raise click.UsageError("Missing option '--journal'. Pass --journal FILE, or --sandbox URL for one that runs.")
    signing = Signing(given=secrets, unsigned=unsigned, config=config)
    allowed = read_hosts(hosts)
    with read_journal(journal) as reading:
        groups = _by_receiver(reading, ids, url=None if url is None else read_address(url).url, settings=settings)
    access = {(name, where): written_access.for_url(where, config, name=name) for name, where in groups}
    endpoints = {
        (name, where): signing.endpoint(name=name, url=where, access=access[name, where]) for name, where in groups
    }
    for receiver, events in groups.items():
        allowed = agree(read_address(receiver[1], access=access[receiver]), allowed, count=len(events))
    found: list[Report] = []
    for receiver, events in groups.items():
        sender = SenderCommand(
            endpoints=[endpoints[receiver]],
            options={"timeout": float(timeout), "success": success, "allow_hosts": allowed},
            journal=journal,
            unsigned=unsigned,
            as_json=as_json,
            reports=reports,
            name="steppay-mock resend",
        )
        found += sender.send_in_order(events, count=len(events))
        if found[-1].stopped:
            break
    ctx.exit(sender.conclude(found))


def _resend_in_sandbox(url: str, ids: tuple[int, ...], settings: tuple[tuple[str, str], ...], *, as_json: bool) -> int:
    """Let a sandbox deliver again what its page lists; the exit code."""
    from steppay_mock.payload.event import Event

    client = SandboxClient(url, option="--sandbox")
    bodies: dict[int, dict[str, str]] = {}
    for number in ids:
        sent = client.ask("GET", f"deliveries/{number}")["delivery"]["sent"]
        edited = edit_event(Event.from_bytes(sent.encode()), settings) if settings else None
        bodies[number] = {} if edited is None else {"body": edited.body.decode()}
    answers = [client.ask("POST", f"deliveries/{number}/resend", body) for number, body in bodies.items()]
    return client.conclude([report for one in answers for report in one["reports"]], as_json=as_json)


def _by_receiver(
    reading: Reading, ids: tuple[int, ...], *, url: str | None, settings: tuple[tuple[str, str], ...]
) -> dict[tuple[str, str], list[Event]]:
    """The events by the name and URL of their receiver: ``url``, else the receiver in the journal."""
    from steppay_mock.delivery.journal.resending import event_to_resend

    groups: dict[tuple[str, str], list[Event]] = {}
    for number in ids:
        delivery = reading.delivery(number)
        event = event_to_resend(reading, number)
        if delivery.fault is not None:
            say(f"note: delivery {number} went wrong on purpose ({delivery.fault}); now it is sent as it should be")
        receiver = (delivery.receiver, delivery.url) if url is None else ("", url)
        groups.setdefault(receiver, []).append(edit_event(event, settings) if settings else event)
    return groups
