"""The receiver that reads back ends with the state of the store, in every order and with repeats."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from steppay_mock import check_receiver, deliver, make_event, make_events
from steppay_mock.rest.api import StoreApi
from steppay_mock.store.store import Store

if TYPE_CHECKING:
    from examples.conftest import Load

RECEIVERS = Path(__file__).resolve().parents[2] / "examples" / "receivers"
SECRET = "whsec_test"
TABLES = ("subscriptions", "orders", "invoices", "customers")
SOON = 30  # seconds; what takes longer in these tests has failed

Rows = dict[str, dict[int, dict[str, Any]]]


@pytest.fixture
def store() -> Store:
    """A store of which everything that a receiver keeps was told in an event; some of it is deleted again."""
    store = Store(seed=7, customer=None)
    gone = store.create_customer()
    customer = store.create_customer()
    with store.acting_for(customer):
        order = store.checkout()
        store.advance(days=31)
        store.refund(order, amount=1000)
        store.pause()
        book = store.create_product(billing="one_time")
        kept, deleted = (store.draft_invoice(price=book.prices[0]) for _ in range(2))
        store.delete_invoice(deleted)
        store.send_invoice(kept)
        store.pay_invoice(kept)
    store.delete_customer(gone)
    return store


@pytest.fixture
def api(store: Store) -> StoreApi:
    return StoreApi(store, token="live_8f3a")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "readback.sqlite3"


@pytest.fixture
def app(load: Load, database: Path) -> Any:
    return load("readback_app").create_app(str(database), SECRET, token="live_8f3a")


def rows_of(database: Path) -> Rows:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        found = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    return {
        table: {row["id"]: {name: row[name] for name in row.keys() if name != "key"} for row in rows}  # noqa: SIM118
        for table, rows in found.items()
    }


def expected_of(store: Store) -> Rows:
    """The store's state in the columns of the receiver."""
    state = store.state()
    columns: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "subscriptions": lambda one: {
            "id": one["subscriptionId"],
            "status": one["status"],
            "customer_id": one["customerId"],
            "next_payment_date": seconds(one["nextPaymentDate"]),
        },
        "orders": lambda one: {
            "id": one["id"],
            "status": one["items"][0]["status"],
            "code": one["code"],
            "payment_date": seconds(one["paymentDate"]),
            "paid_amount": text(one["paidAmount"]),
            "returned_amount": text(one["returnedAmount"]),
        },
        "invoices": lambda one: {
            "id": one["id"],
            "status": one["status"],
            "order_id": one["orderId"],
            "discount": text(one["discount"]),
        },
        "customers": lambda one: {name: one[name] for name in ("id", "code", "name", "email")},
    }
    return {table: {key: columns[table](one) for key, one in state[table].items()} for table in TABLES}


def seconds(moment: str | None) -> str | None:
    """The moment as the API answers it."""
    return None if moment is None else moment[:19]


def text(amount: float) -> str:
    return format(Decimal(str(amount)).normalize(), "f")


def test_the_store_of_these_tests_has_something_of_everything(store: Store) -> None:
    expected = expected_of(store)
    assert all(expected[table] for table in TABLES)
    assert {event.type for event in store.events} >= {"invoice.deleted", "customer.deleted", "payment.canceled"}
    assert "PAUSE" in {one["status"] for one in expected["subscriptions"].values()}


@pytest.mark.parametrize(
    "options", [{"order": "reversed"}, *({"order": "shuffled", "seed": seed} for seed in range(4)), {}], ids=str
)
def test_every_order_ends_in_what_the_store_knows(
    store: Store, api: StoreApi, app: Any, database: Path, options: Any
) -> None:
    with api.patched():
        deliver(store.events, to=app, secret=SECRET, **options).assert_ok()
        assert rows_of(database) == expected_of(store)
        deliver(store.events[:5], to=app, secret=SECRET).assert_ok()  # a manager sends some again
    assert rows_of(database) == expected_of(store)


def test_deliveries_that_overlap_end_in_the_same_rows(store: Store, api: StoreApi, app: Any, database: Path) -> None:
    with api.patched(), ThreadPoolExecutor(6) as pool:
        reports = list(pool.map(lambda event: deliver(event, to=app, secret=SECRET), store.events[::-1]))
    assert [report.ok for report in reports] == [True] * len(store.events)
    assert rows_of(database) == expected_of(store)


def test_it_believes_the_api_and_not_the_webhook(store: Store, api: StoreApi, app: Any, database: Path) -> None:
    told = next(event for event in store.events if event.type == "subscription.created")
    with api.patched():
        deliver(told, to=app, secret=SECRET).assert_ok()
    assert told.data["status"] == "ACTIVE"
    [row] = rows_of(database)["subscriptions"].values()
    assert row["status"] == "PAUSE"


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_what_cannot_be_read_back_counts_as_failed_and_can_be_sent_again(
    store: Store, api: StoreApi, app: Any, status: int
) -> None:
    event = store.events[-1]
    with api.patched():
        api.fail(status=status, times=1)
        assert [outcome.status for outcome in deliver([event, event], to=app, secret=SECRET)] == [503, 200]


def test_an_api_that_is_down_leaves_the_rows_as_they_are(store: Store, api: StoreApi, app: Any, database: Path) -> None:
    with api.patched():
        deliver(store.events, to=app, secret=SECRET).assert_ok()
        before = rows_of(database)
        api.fail(status=500)
        assert {outcome.status for outcome in deliver(store.events, to=app, secret=SECRET)} == {200, 503}
        api.behave()
        api.slow_down(seconds=0)
        api.hold(times=1, timeout=0)
        [outcome] = deliver(store.events[-1], to=app, secret=SECRET)
        assert outcome.status == 503
    assert rows_of(database) == before


def test_what_is_gone_leaves_no_row(store: Store, api: StoreApi, app: Any, database: Path) -> None:
    with api.patched():
        api.as_of(1)  # the customer who is deleted later
        deliver(store.events[0], to=app, secret=SECRET).assert_ok()
        assert len(rows_of(database)["customers"]) == 1
        api.as_of(None)
        deliver(store.events[0], to=app, secret=SECRET).assert_ok()
    assert rows_of(database)["customers"] == {}


def test_every_event_type_and_every_id_is_taken(api: StoreApi, app: Any, database: Path) -> None:
    with api.patched():
        deliver(make_events(seed=3), to=app, secret=SECRET).assert_ok()
        odd = make_event("payment.completed", seed=1, data={"orderId": "b?c d%"})
        deliver(odd, to=app, secret=SECRET).assert_ok()
    assert api.calls[-1].path == "/api/v1/orders/b?c d%"
    assert rows_of(database) == {table: {} for table in TABLES}


def test_it_refuses_what_is_not_signed_before_it_asks(store: Store, api: StoreApi, app: Any) -> None:
    with api.patched():
        [outcome] = deliver(store.events[-1], to=app, secret="whsec_other")
    assert (outcome.status, len(api.calls)) == (401, 0)


@pytest.mark.parametrize("is_right", [True, False], ids=["it locks first", "it locks last"])
def test_a_read_that_was_overtaken_overwrites_nothing_newer(
    store: Store,
    api: StoreApi,
    load: Load,
    database: Path,
    is_right: bool,  # noqa: FBT001
) -> None:
    load("steppay_webhook")
    source = (RECEIVERS / "readback_app.py").read_text(encoding="utf-8")
    assert source.count('"BEGIN IMMEDIATE"') == 1
    module: dict[str, Any] = {"__name__": "readback_under_test"}
    exec(compile(source if is_right else source.replace("BEGIN IMMEDIATE", "BEGIN"), "readback_app.py", "exec"), module)
    app = module["create_app"](str(database), SECRET, token="live_8f3a")
    event = next(event for event in store.events if event.type == "subscription.created")
    hold = api.hold()
    with api.patched(), ThreadPoolExecutor(2) as pool:
        first = pool.submit(deliver, event, to=app, secret=SECRET)
        assert hold.wait(SOON)  # it was told PAUSE, and has not heard it yet
        store.resume(event.data["subscriptionId"])
        second = pool.submit(deliver, store.events[-1], to=app, secret=SECRET)
        if not is_right:
            second.result(SOON).assert_ok()  # overtakes: nothing holds it up
        hold.release()
        first.result(SOON).assert_ok()
        second.result(SOON).assert_ok()
    [row] = rows_of(database)["subscriptions"].values()
    assert row["status"] == ("ACTIVE" if is_right else "PAUSE")


@contextmanager
def running(database: Path, **environment: str) -> Iterator[str]:
    """The URL of the receiver while it runs as a program of its own."""
    command = [sys.executable, str(RECEIVERS / "readback_app.py"), "--port", "0", "--database", str(database)]
    log = database.with_suffix(".log")
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as process,
    ):
        assert process.stdout
        try:
            url = process.stdout.readline().strip()
            assert url, log.read_text(encoding="utf-8")
            yield url
        finally:
            process.terminate()


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_it_converges_as_a_program_of_its_own(store: Store, api: StoreApi, database: Path, order: Any) -> None:
    with (
        api.serve() as api_url,
        running(
            database,
            STEPPAY_WEBHOOK_SECRET=SECRET,
            STEPPAY_SECRET_TOKEN="live_8f3a",
            STEPPAY_API_URL=api_url,
        ) as url,
    ):
        deliver(store.events, to=url, secret=SECRET, order=order, seed=4).assert_ok()
        assert rows_of(database) == expected_of(store)
        api.fail(status=429, times=1, retry_after=3)
        assert [outcome.status for outcome in deliver(store.events[-1:] * 2, to=url, secret=SECRET)] == [503, 200]
    assert "live_8f3a" not in database.with_suffix(".log").read_text(encoding="utf-8")
    assert {call.status for call in api.calls} == {200, 404, 429}


def test_its_scorecard_has_no_finding(api: StoreApi, app: Any, database: Path) -> None:
    def reset() -> None:
        with closing(sqlite3.connect(database)) as connection, connection:
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}")

    with api.patched():
        card = check_receiver(
            app,
            secret=SECRET,
            state=lambda: rows_of(database),
            reset=reset,
            api=api,
            types=["payment.completed", "invoice.deleted"],
            quick=True,
            skip=["latency", "read-back/api-slow"],  # which wait
        )
    assert (card.ok, card.findings) == (True, ()), card.report()
    assert "read-back/api-fails" in {one.check.full_name for one in card.passed}
