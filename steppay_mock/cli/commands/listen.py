"""``steppay-mock listen``: takes webhooks of anyone, above all real ones, until Ctrl-C."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from threading import Event as Signal
from threading import Lock
from typing import TYPE_CHECKING, Any, get_args

import click

from steppay_mock.cli.options.address import agree, read_address, read_hosts
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.option_table import table_option
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
from steppay_mock.cli.options.shared import secret_option
from steppay_mock.cli.options.signing import find_secrets
from steppay_mock.cli.show.inbox import InboxSummary, webhook_line
from steppay_mock.cli.show.terminal import say, write_text
from steppay_mock.sandbox.inbox.settings import FIRST_INBOX, InboxAnswer

if TYPE_CHECKING:
    from steppay_mock.sandbox.inbox.received import ReceivedWebhook
    from steppay_mock.sandbox.sandbox import Sandbox


@click.command(
    "listen",
    epilog=epilog(
        "steppay-mock listen --forward-to http://localhost:3000/webhooks/steppay",
        "steppay-mock listen --secret whsec_example --data inbox.sqlite",
        "steppay-mock listen --name shop --json",
        exit_codes="0 it was stopped, 2 wrong usage, such as a port in use.",
    ),
)
@click.option(
    "--forward-to",
    metavar="URL",
    help="Send each webhook on to this address, byte for byte. Default: as it was in the file, else nowhere.",
)
@click.option(
    "--name",
    metavar="NAME",
    default=FIRST_INBOX,
    show_default=True,
    help="The name of the inbox, which ends its address: /in/NAME.",
)
@secret_option("Check signatures with it.")
@click.option(
    "--answer",
    type=click.Choice(get_args(InboxAnswer)),
    help="What a sender gets: 200 at once (assumed), or the answer of --forward-to. Default: as it was in the file, "
    "else at-once.",
)
@table_option("timeout")
@port_option()
@data_option()
@token_option()
@host_option()
@allow_host_option()
@click.option("--json", "as_json", is_flag=True, help="Print the address, and each webhook, as one line of JSON.")
def command(
    *,
    forward_to: str | None,
    name: str,
    secrets: tuple[str, ...],
    answer: str | None,
    timeout: float,
    port: int,
    data: str | None,
    token: str | None,
    host: str,
    allowed: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take webhooks of anyone, and show them, until Ctrl-C.

    It is a sandbox, as of `dev`, with the inbox first. Give the printed address, behind a tunnel, to StepPay's portal.
    Each webhook is kept, its signature and its contract are checked, and --forward-to sends it on. SIGTERM stops it
    too.
    """
    hosts = read_hosts(allowed)
    if forward_to is not None:
        address = read_address(forward_to)
        forward_to, hosts = address.url, agree(address, hosts)
    shown, lock, summary = _json_line if as_json else _line, Lock(), InboxSummary()

    def tell(webhook: ReceivedWebhook) -> None:
        # Webhooks come in, and are answered, in threads of their own. Who reads the lines may have gone: go on.
        with lock, suppress(OSError):
            summary.add(webhook)
            shown(webhook)

    changes: dict[str, Any] = {"forward_to": forward_to, "answer": answer, "secrets": find_secrets(secrets)}
    sandbox = open_sandbox(
        token=token_of(token),
        clock="real" if data is None or not Path(data).exists() else None,
        data=data,
        sender={"timeout": float(timeout)},
        port=port,
        host=host,
        allow_hosts=hosts,
        inbox_first=True,
        told_of_inbox=tell,
    )
    try:
        sandbox.inbox.change(name, **{key: value for key, value in changes.items() if value})
    except BaseException:
        sandbox.close()
        raise
    with sandbox:
        try:
            warn_of_host(host)
            _show(sandbox, name, as_json=as_json)
            Signal().wait()
        except KeyboardInterrupt:
            say("")
    say(str(summary))


def _show(sandbox: Sandbox, name: str, *, as_json: bool) -> None:
    settings = sandbox.inbox.settings(name)
    keys = "" if settings.secrets else "; no key is known, so that signatures are not checked: add --secret"
    say(f"give this address, behind your tunnel, to StepPay's portal; {sandbox.url} shows what comes in{keys}")
    url = f"{sandbox.url}/in/{name}"
    if as_json:
        _write_json_line({"url": url, "page": sandbox.url})
    else:
        write_text(url)


def _line(webhook: ReceivedWebhook) -> None:
    say(webhook_line(webhook))


def _json_line(webhook: ReceivedWebhook) -> None:
    _write_json_line(webhook.as_dict())


def _write_json_line(value: Any) -> None:
    write_text(json.dumps(value, ensure_ascii=False))
