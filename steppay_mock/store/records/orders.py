"""What does a store remember of an order?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.records.catalogue import Price
from steppay_mock.store.records.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an order: what is sold, or what stands beside it (fact 31)."""

    id: int
    code: str
    type: str
    status: str
    amount: Amount
    currency: str
    quantity: int
    product_name: str
    product_type: str
    plan_name: str
    created_at: datetime
    modified_at: datetime
    canceled_at: datetime | None = None
    product_code: str | None = None
    price_code: str | None = None
    image: str | None = None
    discount_name: str | None = None
    setup_type: str | None = None
    trial_days: int = 0
    first: tuple[int, str] | None = None
    """Id and code of the line that it stands beside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What was asked for at the checkout, kept until it is paid."""

    prices: tuple[Price, ...] = ()
    quantity: int = 1
    trial_days: int = 0
    gateway: str
    method: str
    """How renewals are to be paid."""


@dataclass(frozen=True, kw_only=True)  # no slots: what a cached property has added up is kept in __dict__
class Order:
    """An order: its lines, what was paid and what was given back."""

    table: ClassVar = "orders"

    id: int
    code: str
    type: str
    lines: tuple[Line, ...]
    created_at: datetime
    modified_at: datetime
    due_at: datetime
    id_key: str
    customer_id: int
    shipping: Words | None
    paid_at: datetime | None = None
    returned: Amount = 0
    subscriptions: tuple[int, ...] = ()
    invoice_id: int | None = None
    basket: Basket | None = None
    """Told by no webhook."""

    @property
    def key(self) -> int:
        """What the order is found by."""
        return self.id

    @property
    def status(self) -> str:
        """The status that all its lines have."""
        return self.lines[0].status

    @cached_property
    def amount(self) -> Amount:
        """What its lines come to."""
        return sum(line.amount for line in self.lines)

    @property
    def left(self) -> Amount:
        """What has not been given back (fact 31)."""
        return self.amount - self.returned
