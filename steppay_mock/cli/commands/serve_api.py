"""``steppay-mock serve-api``: StepPay's REST API, answered by a simulated store."""

from __future__ import annotations

from threading import Event as Signal
from typing import TYPE_CHECKING

import click

from steppay_mock.cli.options.api_faults import Misbehaviour, Misbehaviours, fail_option, hold_option, slow_option
from steppay_mock.cli.options.epilog import closing
from steppay_mock.cli.options.scenario import ScenarioName, Staging, staging_options
from steppay_mock.cli.options.served_api import VARIABLE, api_token
from steppay_mock.cli.options.shared import json_option
from steppay_mock.cli.show.terminal import counted, say, write_json, write_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.store.store import Store

_LOOPBACK = "127.0.0.1"


@click.command(
    "serve-api",
    epilog=closing(
        "steppay-mock serve-api --scenario subscription-renews --seed 7 --port 8090 --token token_example",
        "steppay-mock serve-api --scenario refund-in-full --set customer_id=42 --json --token token_example",
        "steppay-mock serve-api --fail '/api/v1/orders/*=503,times=2' --slow 2 --token token_example",
        exit_codes="0 it was stopped, 2 wrong usage, such as a port in use.",
    ),
)
@click.option(
    "--scenario", "name", metavar="NAME", type=ScenarioName(), help="Answer from the end of this story. Default: none."
)
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65_535),
    default=0,
    show_default=True,
    help="Where to listen; 0 takes a free one.",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    default=_LOOPBACK,
    show_default=True,
    help="The address to listen on. On 0.0.0.0, as in a container, the token alone keeps others out.",
)
@click.option(
    "--token",
    metavar="TOKEN",
    help=f"The Secret-Token that calls must carry. Default: the variable {VARIABLE}, which shows in no process list.",
)
@fail_option()
@slow_option()
@hold_option()
@staging_options
@json_option("where it listens, and what can be asked for,")
def command(
    *,
    name: str | None,
    port: int,
    host: str,
    token: str | None,
    fail: tuple[Misbehaviour, ...],
    slow: tuple[Misbehaviour, ...],
    hold: tuple[Misbehaviour, ...],
    staging: Staging,
    as_json: bool,
) -> None:
    """Serve StepPay's REST API from a simulated store, until Ctrl-C.

    SIGTERM ends it too. It is for receivers in any language that read back what a webhook says. Give the receiver the
    address that is printed, in the place of https://api.steppay.kr. It listens on this machine alone, unless --host
    says otherwise.
    """
    from steppay_mock.delivery.address.safety import is_this_machine
    from steppay_mock.store.api.api import StoreApi

    token = api_token(token)
    store = _store(name, staging)
    api = StoreApi(store, token=token)
    Misbehaviours(fail=fail, slow=slow, hold=hold).apply(api)
    with api.serve(port=port, host=host) as url:
        if not is_this_machine(host):
            say(
                f"warning: other machines reach it on {host}, and only the token keeps them out. It travels in plain "
                "HTTP. Do not take the token of your real store."
            )
        paths = list(_paths(store))
        if as_json:
            write_json({"url": url, "paths": paths})
        else:
            write_text(url)
            for path in paths:
                say(f"GET {path}")
        say(f"{counted(len(store.events), 'event')} have happened; Ctrl-C stops it")
        try:
            Signal().wait()
        except KeyboardInterrupt:
            say("")


def _store(name: str | None, staging: Staging) -> Store:
    if name is not None:
        return staging.live(name).store
    if staging.settings or staging.files:
        raise click.UsageError("--set and --from are about a scenario. Name it: --scenario NAME.")
    return staging.open_store()


def _paths(store: Store) -> Iterator[str]:
    """What can be asked for."""
    yield from (f"/api/v1/customers/{one.id}" for one in store.customers)
    yield from (f"/api/v1/products/{one.code}" for one in store.products)
    yield from (f"/api/v1/orders/{one.id}" for one in store.orders)
    yield from (f"/api/v1/subscriptions/{one.id}" for one in store.subscriptions)
    yield from (f"/api/v1/invoices/{one.id}" for one in store.invoices)
    yield from (f"/api/payment/receipt/{one.id_key}" for one in store.payments)
