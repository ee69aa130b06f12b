"""Where does a store keep what it knows, and how does it come to know more? Clock, records and events, held together.

There is one way in which anything happens: :meth:`Books._happen`, which keeps the record and logs the event that tells
it. So what the store says is true is what its events say, on top of what there was before the first one.
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


class Books:
    """The memory and the clock of a store."""

    def __init__(self, recipe: StoreRecipe) -> None:
        self.seed: int | str = SystemRandom().getrandbits(63) if recipe.seed is None else recipe.seed
        self.locale = recipe.locale
        self.currency = recipe.currency
        self.assumptions = recipe.assumptions
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
                is_test=recipe.is_test, nulls=recipe.nulls, body=recipe.body, seed=derive_seed(self.seed, "envelope")
            )
        )
        self._work: dict[Kind, Work] = {}
        self._customer: int | None = None
        self._price: str | None = None

    # What there is.

    @property
    def events(self) -> EventLog:
        """Everything that has happened, in occurrence order. It goes on growing; ``list(store.events)`` does not."""
        return self._log

    @property
    def now(self) -> datetime:
        """The store's time, in UTC."""
        return self._now.replace(tzinfo=UTC)

    @property
    def customers(self) -> tuple[Customer, ...]:
        """Every customer, the newest last."""
        return tuple(self._tables.customers.values())

    @property
    def products(self) -> tuple[Product, ...]:
        """Every product that is sold, the newest last."""
        return tuple(self._tables.products.values())

    @property
    def prices(self) -> tuple[Price, ...]:
        """Every price of what is sold, the newest last."""
        return tuple(self._tables.prices.values())

    @property
    def orders(self) -> tuple[Order, ...]:
        """Every order, the newest last."""
        return tuple(self._tables.orders.values())

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """Every subscription, ended ones too, the newest last."""
        return tuple(self._tables.subscriptions.values())

    @property
    def payments(self) -> tuple[Payment, ...]:
        """Every payment and every attempt at one, the newest last."""
        return tuple(self._tables.payments.values())

    @property
    def invoices(self) -> tuple[Invoice, ...]:
        """Every invoice that was not deleted, the newest last."""
        return tuple(self._tables.invoices.values())

    def state(self, *, at: Event | int | None = None) -> State:
        """What is true now, or was true once that event had happened, or that many events: plain data.

        ``{"subscriptions": {18452: {"status": "ACTIVE", ...}}, "orders": ..., "payments": ..., "invoices": ...,
        "customers": ..., "products": ..., "prices": ..., "usage": ...}``, each object as a webhook has it, nulls
        spelled out; usage by subscriptionItemId, with its two sums. SteppayMockError for an event of another store.
        Where one second has two events that are alike in everything, the first of them is meant.
        """
        return (self._tables if at is None else self.tables_at(at)).plain()

    def tables_at(self, at: Event | int) -> Tables:
        """The records as they were then."""
        count = self._log.count_until(at)
        if count == len(self._log):
            return self._tables
        then = Tables()
        for record in self._founding_records():
            then.put(record)
        then.follow(self._log.entries(count))
        return then

    # Who is meant, where an action does not say.

    @property
    def customer(self) -> Customer:
        """Whom actions are about unless they name somebody: the store's first customer, or :meth:`acting_for`."""
        if self._customer is None or self._customer not in self._tables.customers:
            raise SteppayMockError("The store has no customer of its own. Make one: store.create_customer()")
        return self._tables.customers[self._customer]

    @property
    def price(self) -> Price:
        """What is bought unless a checkout names it: the price of the store's first product."""
        if self._price is None or self._price not in self._tables.prices:
            raise SteppayMockError("The store sells nothing of its own. Make something: store.create_product()")
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
        """Within it, actions that name nobody are about this customer, and what is bought is this price."""
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
        """Let time pass, and do what falls due in it, in the order of time.

        Renewals, retries, the ends of trials and periods, notices, reserved and overdue invoices, virtual accounts.
        """
        for name, value in (("days", days), ("hours", hours), ("minutes", minutes), ("seconds", seconds)):
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf:
                raise SteppayMockError(f"{name}={value!r}: time passes by numbers from 0 up. Say days=30.")
        try:
            time = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError:
            raise SteppayMockError("That is more time than there is. Advance by less.") from None
        self.let_pass(time)

    def advance_to(self, moment: datetime | float) -> None:
        """Let time pass until that moment: a datetime with a zone, or seconds since the epoch."""
        self._pass_until(read_moment(moment, "moment"))

    def let_pass(self, time: timedelta) -> None:
        """Let that much time pass."""
        if not isinstance(time, timedelta):
            raise SteppayMockError(f"{time!r} is no timedelta. Write let_pass(timedelta(days=30)).")
        try:
            moment = self._now + time
        except OverflowError:
            raise SteppayMockError(f"{time} is more time than there is. Advance by less.") from None
        self._pass_until(moment)

    def _pass_until(self, moment: datetime) -> None:
        if moment < self._now:
            raise SteppayMockError(
                f"Time does not go back: the store's clock stands at {self.now.isoformat()}. Advance to a later moment."
            )
        read_instant(moment.replace(tzinfo=UTC))  # refuses years beyond what can be written
        for due, kind, key in self._agenda.take_until(moment):
            self._now = max(self._now, due)
            self._work[kind](key, due)
        self._now = max(self._now, moment)

    # How things change.

    def _tick(self) -> datetime:
        """The present moment, some milliseconds after the last one but within its second: a burst ties (fact 6)."""
        now = self._now
        later = now.microsecond + self._chance.between(1_000, 9_000)
        if later > 999_999:
            later = min(now.microsecond + 1, 999_999)
        self._now = now = now.replace(microsecond=later)
        return now

    def _happen(self, event_type: EventType, record: R) -> R:
        """Keep the record, and log the event that tells it."""
        if event_type.endswith(".deleted"):
            self._tables.drop(record)
        else:
            self._tables.put(record)
        self._log.add(event_type, self._now, record)
        return record

    def _found(self, record: R) -> R:
        """Keep a record that there was before the first event; no event tells of it."""
        self._at_first.put(record)
        self._tables.put(record)
        return record

    def _founding_records(self) -> Iterator[Record]:
        # Copies: an API may look back while a story begins in another thread.
        yield from list(self._at_first.customers.values())
        yield from list(self._at_first.products.values())

    def _newest(self, records: dict[int, Owned], noun: str) -> Owned:
        customer = self.customer
        for record in reversed(records.values()):
            if record.customer_id == customer.id:
                return record
        first = "store.draft_invoice()" if noun == "invoice" else "store.checkout()"
        raise SteppayMockError(f"Customer {customer.id} has no {noun}. Make one first: {first}")

    def _find(self, kind: type[R], wanted: R | Key) -> R:
        """The record as it is now, from one that may be old, an id or a code; SteppayMockError if there is none."""
        if kind not in _STORED:
            raise SteppayMockError(f"{kind.__name__} is not what a store keeps. Give what the store gave you.")
        table_name, noun = _STORED[kind]
        key = wanted.key if isinstance(wanted, kind) else wanted
        table = getattr(self._tables, table_name)
        if isinstance(key, bool) or not isinstance(key, int | str):
            raise SteppayMockError(f"{type(wanted).__name__} is no {noun}. Give what the store gave you, or its id.")
        if isinstance(key, str) and table_name in {"customers", "orders"}:
            key = next((number for number, record in table.items() if record.code == key), key)
        if key not in table:
            raise SteppayMockError(f"The store has no {noun} {key!r}. Take one of store.{table_name}.")
        return table[key]  # type: ignore[no-any-return]


def read_moment(moment: datetime | float, what: str) -> datetime:
    """The moment that the caller named as ``what``, as naive UTC. None is not the wall clock here: stores have none."""
    if moment is None:
        raise SteppayMockError(f"{what}=None is no moment. Use a datetime with a zone, or epoch seconds.")
    try:
        return read_instant(moment)
    except OverflowError:  # it is within reach only in its own zone
        raise SteppayMockError(f"{what}={moment} is beyond the years of the calendar. Take a nearer one.") from None
    except SteppayMockError as error:
        raise SteppayMockError(str(error).replace("now=", f"{what}=", 1)) from None
