"""Delivers the same events to one receiver in two orders, and compares the rows that the receiver keeps.

Run it: ``python examples/demo.py --seed 7 --order shuffled``
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from steppay_mock import DeliveryOrder, Event, EventType, Report, deliver, make_events

RECEIVER = Path(__file__).parent / "receivers" / "flask_app.py"
KEYS = {"subscriptions": "subscriptionId", "payments": "paymentId"}
FIRST = (EventType.PAYMENT_STANDBY, EventType.PAYMENT_FAILED)  # a payment waits or fails before it is completed

Rows = list[dict[str, Any]]


@click.command()
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same events and the same order.")
@click.option(
    "--order", type=click.Choice(["occurrence", "shuffled", "reversed"]), default="shuffled", show_default=True
)
def main(seed: int, order: DeliveryOrder) -> None:
    """Deliver one event of each type to a Flask receiver, look into its database, and compare it with the right one."""
    console = Console()
    events = one_of_each_type(seed)
    report, stored = run(events, order=order, seed=seed)
    reference, expected = run(events, order="occurrence", seed=seed)

    console.print(deliveries_table(report, title=f"Delivered to {RECEIVER.name}, order: {order}"))
    for name, rows in stored.items():
        console.print()
        console.print(rows_table(rows, title=f"What it knows then: {name}"))
    console.print(f"\nanswered 2xx: {accepted(report)}, and in the order they occurred {accepted(reference)}")
    console.print(f"both databases: {'equal' if stored == expected else 'DIFFERENT'}")
    python = Path(sys.executable)
    shown = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    console.print(f"repeat with: {shown} examples/demo.py --seed {seed} --order {order}", soft_wrap=True)
    sys.exit(0 if report.ok and reference.ok and stored == expected else 1)


def one_of_each_type(seed: int) -> list[Event]:
    """An event of each type; those with a subscription are all about the same one, and so are those with a payment.

    Only events about the same object compete, so only they can go wrong when the order changes.
    """
    shared = {"subscriptionId": 1000 + seed, "paymentId": 2000 + seed}
    types = [*FIRST, *(event_type for event_type in EventType if event_type not in FIRST)]
    return [
        Event(event.payload | {"data": event.data | {key: shared[key] for key in KEYS.values() if key in event.data}})
        for event in make_events(types, seed=seed)
    ]


def run(events: Sequence[Event], *, order: DeliveryOrder, seed: int) -> tuple[Report, dict[str, Rows]]:
    """Deliver the events to a receiver with an empty database: what it answered, and what it then knows."""
    secret = secrets.token_hex(16)
    with TemporaryDirectory() as folder:
        database = Path(folder) / "receiver.sqlite3"
        with running_receiver(database, secret) as url:
            report = deliver(events, to=url, secret=secret, order=order, seed=seed)
        return report, {table: read_rows(database, table) for table in KEYS}


@contextmanager
def running_receiver(database: Path, secret: str) -> Iterator[str]:
    """The URL of the receiver while it runs: a separate program, which does not use steppay-mock."""
    command = [sys.executable, str(RECEIVER), "--port", "0", "--database", str(database)]
    environment = os.environ | {"STEPPAY_WEBHOOK_SECRET": secret}
    with (
        database.with_suffix(".log").open("w+") as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process,  # noqa: S603 - ours
    ):
        try:
            url = process.stdout.readline().strip() if process.stdout else ""
            if not url:
                log.seek(0)
                raise SystemExit(f"{RECEIVER.name} did not start:\n{log.read()}")
            yield url
        finally:
            process.terminate()


def read_rows(database: Path, table: str) -> Rows:
    """Every row of the receiver's table, versions included: equal databases are equal in everything."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY id")]  # noqa: S608 - from KEYS


def accepted(report: Report) -> str:
    """How many of the events were taken, such as ``27 of 27``."""
    return f"{report.succeeded} of {report.planned}"


def deliveries_table(report: Report, *, title: str) -> Table:
    """The deliveries as they were made: a jumping time column is what "no promised order" looks like."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in ("#", "event", "happened", "status", "ms"):
        table.add_column(heading, justify="left" if heading == "event" else "right")
    start = min(outcome.event.timestamp for outcome in report)
    for outcome in report:
        answer = str(outcome.status) if outcome.status is not None else str(outcome.error)
        table.add_row(
            str(outcome.position + 1),
            str(outcome.event.type),
            f"+{outcome.event.timestamp - start} s",
            answer,
            f"{outcome.latency * 1000:.1f}",
            style="" if outcome.ok else "red",
        )
    return table


def rows_table(rows: Rows, *, title: str) -> Table:
    """The receiver's rows, without the long version."""
    table = Table(title=title, title_justify="left", title_style="bold")
    names = [name for row in rows[:1] for name in row if name != "version"]
    for name in names:
        table.add_column(name)
    for row in rows:
        table.add_row(*("-" if row[name] is None else str(row[name]) for name in names))
    return table


if __name__ == "__main__":
    main()
