"""``steppay-mock serve-api``: serves StepPay's REST API from a simulated store."""

from __future__ import annotations

from threading import Event as Signal
from typing import TYPE_CHECKING

import click

from steppay_mock.cli import environment
from steppay_mock.cli.options.api_faults import ApiFault, ApiFaults, fail_option, hold_option, slow_option
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.scenario import ScenarioNameType, Staging, staging_options
from steppay_mock.cli.options.served_api import api_token
from steppay_mock.cli.options.shared import json_option
from steppay_mock.cli.show.terminal import counted, hand_over, say, write_json, write_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.store.store import Store

_LOOPBACK = "127.0.0.1"


@click.command(
    "serve-api",
    epilog=epilog(
        "steppay-mock serve-api --scenario subscription-renews --seed 7 --port 8090 --token token_example",
        "steppay-mock serve-api --scenario refund-in-full --set customer_id=42 --json --token token_example",
        "steppay-mock serve-api --fail '/api/v1/orders/*=503,times=2' --slow 2 --token token_example",
        exit_codes="0 it was stopped, 2 wrong usage, such as a port in use.",
    ),
)
@click.option(
    "--scenario",
    "name",
    metavar="NAME",
    type=ScenarioNameType(),
    help="Run this scenario and answer from its store. Default: a new store.",
)
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65_535),
    default=0,
    show_default=True,
    help="The port to listen on; 0 is a free port.",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    default=_LOOPBACK,
    show_default=True,
    help="The address to listen on. On 0.0.0.0, as in a container, only the token keeps others out.",
)
@click.option(
    "--token",
    metavar="TOKEN",
    help=f"The Secret-Token that calls must have. Default: the variable {environment.TOKEN}, which no process "
    "list shows.",
)
@click.option(
    "--writable",
    is_flag=True,
    help="Take the calls that write too, such as POST /api/v1/orders. They change the store.",
)
@fail_option()
@slow_option()
@hold_option()
@staging_options
@json_option("the URL and the paths that it answers")
def command(
    *,
    name: str | None,
    port: int,
    host: str,
    token: str | None,
    writable: bool,
    fail: tuple[ApiFault, ...],
    slow: tuple[ApiFault, ...],
    hold: tuple[ApiFault, ...],
    staging: Staging,
    as_json: bool,
) -> None:
    """Serve StepPay's REST API from a simulated store, until Ctrl-C.

    SIGTERM stops it too. Receivers in any language can read records from it when a webhook arrives. Give the receiver
    the printed address in place of https://api.steppay.kr. By default it listens on this machine only.
    """
    from steppay_mock.delivery.address.safety import is_this_machine
    from steppay_mock.rest.api import StoreApi

    token = api_token(token)
    store = _store(name, staging)
    api = StoreApi(store, token=token, writable=writable)
    ApiFaults(fail=fail, slow=slow, hold=hold).apply(api)
    with api.serve(port=port, host=host) as url:
        try:
            # A caller may send SIGTERM as soon as it has read the address, which is printed first.
            if not is_this_machine(host):
                say(
                    f"warning: other machines reach it on {host}, and only the token keeps them out. It travels in "
                    "plain HTTP. Do not use the token of your real store."
                )
            _show(url, store, as_json=as_json)
            Signal().wait()
        except KeyboardInterrupt:
            say("")


def _show(url: str, store: Store, *, as_json: bool) -> None:
    paths = list(_paths(store))
    if as_json:
        write_json({"url": url, "paths": paths})
        hand_over()
    else:
        write_text(url)
        hand_over()
        for path in paths:
            say(f"GET {path}")
    say(f"{counted(len(store.events), 'event')} in the store; Ctrl-C stops it")


def _store(name: str | None, staging: Staging) -> Store:
    if name is not None:
        return staging.live(name).store
    if staging.settings or staging.files:
        raise click.UsageError("--set and --from need a scenario. Add --scenario NAME.")
    return staging.open_store()


def _paths(store: Store) -> Iterator[str]:
    """The lists, and the path of each thing. What is read of a thing beside, such as its prices, is on the page."""
    yield from (f"/api/v1/{name}" for name in ("customers", "products", "orders", "subscriptions", "invoices"))
    yield from (f"/api/v1/customers/{one.id}" for one in store.customers)
    yield from (f"/api/v1/products/{one.code}" for one in store.products)
    yield from (f"/api/v1/orders/{one.id}" for one in store.orders)
    yield from (f"/api/v1/subscriptions/{one.id}" for one in store.subscriptions)
    yield from (f"/api/v1/invoices/{one.id}" for one in store.invoices)
    paid = {one.order_id for one in store.payments}
    yield from (f"/api/payment/receipt/{one.id_key}" for one in store.orders if one.id in paid)
