"""The base class of the store: its records, its event log, its clock and its planned work.

Every change goes through :meth:`StoreBase._emit`, which keeps the record in the tables and logs an event with it. So
``state()`` is always what the events say, added to the records from before the first event.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import inf
from random import SystemRandom
from typing import TYPE_CHECKING, TypeVar

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.chance import Chance, derive_seed
from steppay_mock.payload.event import Event
from steppay_mock.payload.instants import read_instant
from steppay_mock.payload.pools import pool
from steppay_mock.store.agenda import Agenda, Kind, Work
from steppay_mock.store.identifiers import Identifiers
from steppay_mock.store.log import Envelope, EventLog
from steppay_mock.store.records import (
    Customer,
    Invoice,
    Key,
    Order,
    Payment,
    Price,
    Product,
    Record,
    Subscription,
    Usage,
)
from steppay_mock.store.tables import State, Tables

if TYPE_CHECKING:
    from steppay_mock.store.options import StoreRecipe

R = TypeVar("R", bound=Record)
Owned = TypeVar("Owned", Order, Subscription, Invoice)

_STORED = {
    Customer: ("customers", "customer"),
    Product: ("products", "product"),
    Price: ("prices", "price"),
    Order: ("orders", "order"),
    Subscription: ("subscriptions", "subscription"),
    Payment: ("payments", "payment"),
    Invoice: ("invoices", "invoice"),
    Usage: ("usage", "usage"),
}


class StoreBase:
    """A store without actions. Actions change it with ``_tick``, then ``_emit``; planned work is in ``_work``."""

    def __init__(self, recipe: StoreRecipe) -> None:
        self.seed: int | str = SystemRandom().getrandbits(63) if recipe.seed is None else recipe.seed
        self.locale = recipe.locale
        self.currency = recipe.currency
        self.assumptions = recipe.assumptions
        self.v1 = None if recipe.v1 is None else recipe.v1.kinds
        self._chance = Chance(derive_seed(self.seed, "store"))
        self._pool = pool(recipe.locale)
        self._merchant = self._chance.pick(self._pool.companies)
        self._ids = Identifiers(self._chance, first=recipe.first_ids)
        self._now = read_moment(recipe.start, "start")
        if not self._now.microsecond:
            self._now = self._now.replace(microsecond=self._chance.between(0, 499_999))
        self._agenda = Agenda()
        self._tables = Tables()
        self._at_first = Tables()
        self._log = EventLog(
            Envelope(
                is_test=recipe.is_test,
                nulls=recipe.nulls,
                body=recipe.body,
                seed=derive_seed(self.seed, "envelope"),
                v1=recipe.v1,
            )
        )
        self._work: dict[Kind, Work] = {}
        self._customer: int | None = None
        self._price: str | None = None
        self._removed_cards: list[tuple[int, int, str]] = []

    # Records and state.

    @property
    def events(self) -> EventLog:
        """All events, in occurrence order. The log grows; ``list(store.events)`` is a copy."""
        return self._log

    @property
    def now(self) -> datetime:
        """The store's time, in UTC."""
        return self._now.replace(tzinfo=UTC)

    @property
    def customers(self) -> tuple[Customer, ...]:
        """All customers, the newest last."""
        return tuple(self._tables.customers.values())

    @property
    def products(self) -> tuple[Product, ...]:
        """All products, the newest last."""
        return tuple(self._tables.products.values())

    @property
    def prices(self) -> tuple[Price, ...]:
        """All prices, the newest last."""
        return tuple(self._tables.prices.values())

    @property
    def orders(self) -> tuple[Order, ...]:
        """All orders, the newest last."""
        return tuple(self._tables.orders.values())

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """All subscriptions, ended ones too, the newest last."""
        return tuple(self._tables.subscriptions.values())

    @property
    def payments(self) -> tuple[Payment, ...]:
        """All payments, failed ones too, the newest last."""
        return tuple(self._tables.payments.values())

    @property
    def invoices(self) -> tuple[Invoice, ...]:
        """All invoices that were not deleted, the newest last."""
        return tuple(self._tables.invoices.values())

    def state(self, *, at: Event | int | None = None) -> State:
        """The state now, right after that event, or after the first ``at`` events, as plain data.

        ``{"subscriptions": {18452: {"status": "ACTIVE", ...}}, "orders": ..., "payments": ..., "invoices": ...,
        "customers": ..., "products": ..., "prices": ..., "usage": ...}``, each object as a webhook has it, with
        its null fields; usage by subscriptionItemId, with the two sums of its last event: none tells those of a
        renewal. SteppayMockError for an event of another store.
        If one second has two equal events, the first counts.
        """
        return (self._tables if at is None else self.tables_at(at)).plain()

    def tables_at(self, at: Event | int) -> Tables:
        """The tables right after that event, or after the first ``at`` events. It costs a replay of the log."""
        count = self._log.count_until(at)
        if count == len(self._log):
            return self._tables
        then = Tables()
        for record in self._founding_records():
            then.put(record)
        then.follow(self._log.entries(count))
        then.removed_cards = {(owner, card) for told, owner, card in self._removed_cards if told <= count}
        return then

    # The defaults of actions.

    @property
    def customer(self) -> Customer:
        """The default customer of actions: the store's first one, or that of :meth:`acting_for`."""
        if self._customer is None or self._customer not in self._tables.customers:
            raise SteppayMockError("The store has no customer. Create one: store.create_customer()")
        return self._tables.customers[self._customer]

    @property
    def price(self) -> Price:
        """The default price of a checkout: that of the store's first product, or that of :meth:`acting_for`."""
        if self._price is None or self._price not in self._tables.prices:
            raise SteppayMockError("The store has no product. Create one: store.create_product()")
        return self._tables.prices[self._price]

    @property
    def subscription(self) -> Subscription:
        """The newest subscription of :attr:`customer`."""
        return self._newest(self._tables.subscriptions, "subscription")

    @property
    def order(self) -> Order:
        """The newest order of :attr:`customer`."""
        return self._newest(self._tables.orders, "order")

    @property
    def invoice(self) -> Invoice:
        """The newest invoice of :attr:`customer`."""
        return self._newest(self._tables.invoices, "invoice")

    @contextmanager
    def acting_for(self, customer: Customer | int, *, buying: Price | str | None = None) -> Iterator[None]:
        """Within it, this is the default customer, and ``buying`` the default price."""
        before = self._customer, self._price
        found = self._find(Customer, customer).id
        bought = self._price if buying is None else self._find(Price, buying).code
        self._customer, self._price = found, bought
        try:
            yield
        finally:
            self._customer, self._price = before

    # Time.

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass, and do the work that is due in it, in the order of time.

        Renewals, retries, ends of trials, periods and pauses, notices, reserved and overdue invoices, virtual accounts.
        """
        for name, value in (("days", days), ("hours", hours), ("minutes", minutes), ("seconds", seconds)):
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf:
                raise SteppayMockError(f"{name}={value!r} is not a number from 0 up. Give one such as days=30.")
        try:
            time = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError:
            raise SteppayMockError("The store's clock cannot go beyond the year 9999. Advance by less.") from None
        self.let_pass(time)

    def advance_to(self, moment: datetime | float) -> None:
        """Let time pass until that moment: a datetime with a zone, or seconds since the epoch."""
        self._pass_until(read_moment(moment, "moment"))

    def let_pass(self, time: timedelta) -> None:
        """Let this time pass."""
        check_time(time)
        self._pass_until(self._later(time))

    def _later(self, time: timedelta) -> datetime:
        """The moment after that time; SteppayMockError if the clock cannot reach it."""
        try:
            moment = self._now + time
        except OverflowError:
            raise SteppayMockError(
                f"{time}: the store's clock cannot go beyond the year 9999. Advance by less."
            ) from None
        read_instant(moment.replace(tzinfo=UTC))  # raises for a year that a webhook cannot have
        return moment

    def _pass_until(self, moment: datetime) -> None:
        if moment < self._now:
            raise SteppayMockError(
                f"Time cannot go back: the store's clock is at {self.now.isoformat()}. Advance to a later moment."
            )
        read_instant(moment.replace(tzinfo=UTC))  # raises for a year that a webhook cannot have
        for due, kind, key in self._agenda.take_until(moment):
            self._now = max(self._now, due)
            self._work[kind](key, due)
        self._now = max(self._now, moment)

    # For actions.

    def _later_moment(self, moment: datetime | float, what: str) -> datetime:
        """The moment as naive UTC; SteppayMockError unless it is later than now. ``what`` names it in errors."""
        read = read_moment(moment, what)
        if read <= self._now:
            raise SteppayMockError(
                f"{what}={moment}: the store's clock is at {self.now.isoformat()}. Give a later moment."
            )
        return read

    def _tick(self) -> datetime:
        """Move the clock by some milliseconds, but not into the next second: a burst shares a timestamp (fact 6)."""
        now = self._now
        later = now.microsecond + self._chance.between(1_000, 9_000)
        if later > 999_999:
            later = min(now.microsecond + 1, 999_999)
        self._now = now = now.replace(microsecond=later)
        return now

    def _emit(self, event_type: EventType, record: R) -> R:
        """Keep the record, and log its event."""
        if event_type.endswith(".deleted"):
            self._tables.drop(record)
        else:
            self._tables.put(record)
        self._log.add(event_type, self._now, record)
        return record

    def _remove_card(self, customer_id: int, card: str) -> None:
        """Take the card from the customer. No event is logged."""
        self._removed_cards.append((len(self._log), customer_id, card))
        self._tables.removed_cards.add((customer_id, card))

    def _add_at_start(self, record: R) -> R:
        """Keep a record that exists before the first event. No event is logged."""
        self._at_first.put(record)
        self._tables.put(record)
        return record

    def _founding_records(self) -> Iterator[Record]:
        # list(): an API may read the past in one thread while a scenario starts in another.
        yield from list(self._at_first.customers.values())
        yield from list(self._at_first.products.values())

    def _newest(self, records: dict[int, Owned], noun: str) -> Owned:
        customer = self.customer
        for record in reversed(records.values()):
            if record.customer_id == customer.id:
                return record
        first = "store.draft_invoice()" if noun == "invoice" else "store.checkout()"
        raise SteppayMockError(f"Customer {customer.id} has no {noun}. Create one first: {first}")

    def _find(self, kind: type[R], wanted: R | Key) -> R:
        """The current record, from an older one, an id or a code; SteppayMockError if there is none."""
        if kind not in _STORED:
            raise SteppayMockError(f"A store keeps no {kind.__name__}. Give a record that the store gave you.")
        table_name, noun = _STORED[kind]
        key = wanted.key if isinstance(wanted, kind) else wanted
        table = getattr(self._tables, table_name)
        if isinstance(key, bool) or not isinstance(key, int | str):
            raise SteppayMockError(
                f"{type(wanted).__name__} is no {noun}. Give a record that the store gave you, or its id."
            )
        if isinstance(key, str) and table_name in {"customers", "orders"}:
            key = next((number for number, record in table.items() if record.code == key), key)
        if key not in table:
            raise SteppayMockError(f"The store has no {noun} {key!r}. Give one of store.{table_name}.")
        return table[key]  # type: ignore[no-any-return]


def check_time(time: object) -> None:
    """Raise SteppayMockError unless it is a timedelta."""
    if not isinstance(time, timedelta):
        raise SteppayMockError(f"{time!r} is not a timedelta. Write let_pass(timedelta(days=30)).")


def read_moment(moment: datetime | float, what: str) -> datetime:
    """The moment as naive UTC; ``what`` names it in errors. None is an error: a store has no wall clock."""
    if moment is None:
        raise SteppayMockError(f"{what}=None is not a moment. Give a datetime with a zone, or epoch seconds.")
    try:
        return read_instant(moment)
    except OverflowError:  # such as year 9999 in a zone west of UTC
        raise SteppayMockError(f"{what}={moment} is outside the years 1 to 9999 in UTC. Give another moment.") from None
    except SteppayMockError as error:
        raise SteppayMockError(str(error).replace("now=", f"{what}=", 1)) from None
