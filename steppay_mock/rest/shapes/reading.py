"""What one answer is made from: the tables of a store at one moment, and what is derived from its seed.

Webhooks do not have all that the REST API has. What records lack, such as UUIDs, is computed from the seed and the key
of the record. So it draws no chance, and the events of a store do not change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from steppay_mock.payload.chance import Chance, derive_seed
from steppay_mock.rest.shapes.moments import written_moment
from steppay_mock.store.base import StoreBase
from steppay_mock.store.records import Customer, Order, Payment, Price, Product, Subscription
from steppay_mock.store.tables import Tables

_NUMBERS = (10_000, 99_999)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiReading:
    """The tables of a store at one moment, and the means to write them."""

    store: StoreBase
    tables: Tables
    now: datetime
    """The time of the answer, in UTC: that of the store, or of the event up to which it is seen."""
    is_made: bool = False
    """Whether the answer is that of a call that makes the object. Its moments then have microseconds."""

    def at(self, moment: datetime | str) -> str:
        """The moment as this answer has it."""
        return str(written_moment(moment, is_made=self.is_made))

    def at_or_null(self, moment: datetime | str | None) -> str | None:
        """The moment as this answer has it; None stays None."""
        return written_moment(moment, is_made=self.is_made)

    def number(self, *key: object) -> int:
        """A number for something that the store keeps no number of."""
        return self._chance(key).between(*_NUMBERS)

    def code(self, prefix: str, *key: object) -> str:
        """A code, such as ``subscription_AbCdEfGhI`` (fact 12)."""
        return f"{prefix}_{self._chance((prefix, *key)).alphanumerics(9)}"

    def digits(self, count: int, *key: object) -> str:
        """A number with ``count`` digits."""
        return str(self._chance(key).between(10 ** (count - 1), 10**count - 1))

    def token(self, *key: object) -> str:
        """Letters and digits that stand for a token."""
        return self._chance(key).alphanumerics(40)

    def uuid(self, *key: object) -> str:
        """A UUID, such as a customer's or the merchant's."""
        said = "\x1f".join(map(str, (self.store.seed, *key))).encode("utf-8", "surrogatepass")
        return str(UUID(bytes=blake2b(said, digest_size=16).digest(), version=4))

    def customer(self, key: int) -> Customer | None:
        """The customer, also one who was deleted."""
        found = self.tables.customers.get(key) or self.tables.former.get(("customers", key))
        return found if isinstance(found, Customer) else None

    def product(self, code: str | None) -> Product | None:
        """The product, also one that was deleted."""
        found = self.tables.products.get(str(code)) or self.tables.former.get(("products", str(code)))
        return found if isinstance(found, Product) else None

    def price(self, code: str | None) -> Price | None:
        """The price, also one that was deleted."""
        found = self.tables.prices.get(str(code)) or self.tables.former.get(("prices", str(code)))
        return found if isinstance(found, Price) else None

    # tuple(...) before each search: a server reads in its threads while the test changes the tables, and a dict that
    # changes during iteration raises RuntimeError. tuple() copies in one step that no other thread can interrupt.

    def payment_of(self, order: Order) -> Payment | None:
        """The newest payment of the order, also one that failed (assumed)."""
        return newest_payment(self.tables, order)

    def orders_of_customer(self, customer: Customer) -> tuple[Order, ...]:
        """The orders of the customer, the newest first."""
        every = reversed(tuple(self.tables.orders.values()))
        return tuple(one for one in every if one.customer_id == customer.id)

    def subscriptions_of_customer(self, customer: Customer) -> tuple[Subscription, ...]:
        """The subscriptions of the customer, the newest first."""
        every = reversed(tuple(self.tables.subscriptions.values()))
        return tuple(one for one in every if one.customer_id == customer.id)

    def orders_of_subscription(self, key: int) -> Iterator[Order]:
        """The orders that made the subscription or renew it, the newest first."""
        return (one for one in reversed(tuple(self.tables.orders.values())) if key in one.subscriptions)

    def _chance(self, key: tuple[object, ...]) -> Chance:
        return Chance(derive_seed(self.store.seed, "rest", *key))


def newest_payment(tables: Tables, order: Order) -> Payment | None:
    """The newest payment of the order, also one that failed (assumed)."""
    return next((one for one in reversed(tuple(tables.payments.values())) if one.order_id == order.id), None)
