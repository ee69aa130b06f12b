"""A StepPay receiver that trusts no webhook: it reads the present state from the REST API, and stores that.

Run it: ``STEPPAY_WEBHOOK_SECRET=... STEPPAY_SECRET_TOKEN=... python examples/receivers/readback_app.py --port 8000``

A webhook is then only a hint that something changed, so order, duplicates and fields that were left out no longer
matter, and no event has to be compared with another.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote

import click
import requests
from flask import Flask, request
from steppay_webhook import parse, verify
from werkzeug.serving import make_server

TIMEOUT = 5  # seconds; StepPay's own patience with us is not documented

Row = dict[str, Any]

# Money is text: SQLite has no decimal type. `key` is what the API is asked with.
_SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS subscriptions (
    key TEXT PRIMARY KEY, id INTEGER, status TEXT, customer_id INTEGER, next_payment_date TEXT
);
CREATE TABLE IF NOT EXISTS orders (
    key TEXT PRIMARY KEY, id INTEGER, status TEXT, code TEXT, payment_date TEXT, paid_amount TEXT, returned_amount TEXT
);
CREATE TABLE IF NOT EXISTS invoices (key TEXT PRIMARY KEY, id INTEGER, status TEXT, order_id INTEGER, discount TEXT);
CREATE TABLE IF NOT EXISTS customers (key TEXT PRIMARY KEY, id INTEGER, code TEXT, name TEXT, email TEXT);
"""


class Kind(NamedTuple):
    """What is kept of one kind of thing."""

    key: str  # the field of the webhook that the API takes
    path: str
    table: str
    row: Callable[[dict[str, Any]], Row]  # from what the API answers, which has other fields than the webhook


def _order_row(order: dict[str, Any]) -> Row:
    return {
        "id": order["id"],
        "status": order["items"][0]["status"] if order.get("items") else None,  # only the lines have one
        "code": order.get("code"),
        "payment_date": order.get("paymentDate"),  # null: not paid
        "paid_amount": _money(order.get("paidAmount")),
        "returned_amount": _money(order.get("returnedAmount")),
    }


# By the first word of the event. A usage, a product, a price and a cover message are not kept here.
_KINDS = {
    "subscription": Kind(
        "subscriptionId",  # objects do not name their id alike; a usage has no subscriptionId, and is passed over
        "/api/v1/subscriptions/",
        "subscriptions",
        lambda subscription: {
            "id": subscription["id"],
            "status": subscription["status"],
            "customer_id": subscription["customer"]["id"],
            "next_payment_date": subscription.get("nextPaymentDate"),
        },
    ),
    # Its order says whether it is paid, and what was given back. The API has no call for a payment by its id.
    "payment": Kind("orderId", "/api/v1/orders/", "orders", _order_row),
    "order": Kind("id", "/api/v1/orders/", "orders", _order_row),
    "invoice": Kind(
        "id",
        "/api/v1/invoices/",
        "invoices",
        lambda invoice: {
            "id": invoice["id"],
            "status": invoice["status"],
            "order_id": (invoice.get("order") or {}).get("orderId"),
            "discount": _money(invoice.get("discount")),
        },
    ),
    "customer": Kind(
        "id",
        "/api/v1/customers/",
        "customers",
        lambda customer: {
            "id": customer["id"],
            "code": customer.get("code"),
            "name": customer.get("name"),
            "email": customer.get("email"),
        },
    ),
}


def create_app(database: str, secret: str, *, token: str, api_url: str = "https://api.steppay.kr") -> Flask:
    """The application: POST /webhooks/steppay, rows in the SQLite file ``database``."""
    app = Flask(__name__)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(_SCHEMA)

    @app.post("/webhooks/steppay")
    def steppay() -> tuple[str, int]:
        body = request.get_data()  # the raw bytes are what was signed, not request.json
        if not verify(request.headers.get("Steppay-Signature", ""), body, secret):
            return "the signature does not match", 401
        envelope = parse(body)
        if envelope is None:
            return "the body is not a JSON object", 400
        kind = _KINDS.get(str(envelope.get("event")).partition(".")[0])
        key = (envelope.get("data") or {}).get(kind.key) if kind else None
        if kind is None or key is None:
            return "", 200  # nothing that is kept here; anything else would show as a failed delivery
        try:
            refresh(database, kind, str(key), read=lambda path: read_back(api_url + path, token))
        except (requests.RequestException, sqlite3.OperationalError):
            # Nothing was learned, so the webhook must not count as delivered: the portal then shows it as failed, and
            # it can be sent again. No automatic retry is documented, so watch the portal too.
            app.logger.warning("%s was not read back", kind.table)
            return "the API could not be read", 503
        return "", 200

    return app


def refresh(database: str, kind: Kind, key: str, *, read: Callable[[str], dict[str, Any] | None]) -> None:
    """Make the row say what the API says now."""
    with closing(sqlite3.connect(database, timeout=4 * TIMEOUT, isolation_level=None)) as connection:
        # Lock first, then read. Two events of one action come at the same time; if both read before either writes,
        # the older answer may be written last, and there is no version to tell by. Who has the lock reads after the
        # one before has written. SQLite locks the whole file; elsewhere lock the key, as with pg_advisory_xact_lock.
        connection.execute("BEGIN IMMEDIATE")
        with connection:  # commits, or rolls back what an exception left
            data = read(kind.path + quote(key, safe=""))
            if data is None:
                connection.execute(f"DELETE FROM {kind.table} WHERE key = ?", (key,))  # noqa: S608 - one of _KINDS
                return
            row = {"key": key} | kind.row(data)
            names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
            # The whole row: to merge would keep values that have become null.
            connection.execute(f"INSERT OR REPLACE INTO {kind.table} ({names}) VALUES ({places})", row)  # noqa: S608


def read_back(url: str, token: str) -> dict[str, Any] | None:
    """What the API says; None if there is no such thing any more. A RequestException if it says nothing of use."""
    # A redirect would take the token to wherever it leads: requests drops only the header Authorization.
    answer = requests.get(url, headers={"Secret-Token": token}, timeout=TIMEOUT, allow_redirects=False)
    if answer.status_code == requests.codes.not_found:
        return None
    if answer.status_code != requests.codes.ok:  # also 403: our token is wrong, which says nothing about the thing
        raise requests.HTTPError(f"the API answered {answer.status_code}", response=answer)
    data: dict[str, Any] = answer.json(parse_float=Decimal)
    return data


def _money(amount: Any) -> str:
    return format(Decimal(amount or 0).normalize(), "f")


@click.command()
@click.option("--database", envvar="STEPPAY_DATABASE", default="steppay.sqlite3", show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 in a container.")
@click.option("--port", default=8000, show_default=True, help="0 takes a free one.")
@click.option("--api-url", envvar="STEPPAY_API_URL", default="https://api.steppay.kr", show_default=True)
@click.option("--secret", envvar="STEPPAY_WEBHOOK_SECRET", required=True, show_envvar=True)
@click.option("--token", envvar="STEPPAY_SECRET_TOKEN", required=True, show_envvar=True)
def main(*, database: str, host: str, port: int, api_url: str, secret: str, token: str) -> None:
    """Serve the receiver."""
    app = create_app(database, secret, token=token, api_url=api_url)
    server = make_server(host, port, app, threaded=True)
    click.echo(f"http://{host}:{server.server_port}/webhooks/steppay")
    server.serve_forever()


if __name__ == "__main__":
    main()
