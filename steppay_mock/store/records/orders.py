"""Records of orders, their payments and their invoices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.records.customers_and_products import Price, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of an order: a product, or a fee, discount, tax or shipping of it (fact 31)."""

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
    """Of a fee, discount, tax or shipping: id and code of the product line that it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """The choices of the buyer, kept until the order is paid. No webhook has them."""

    prices: tuple[Price, ...] = ()
    quantity: int = 1
    trial_days: int | None = None
    """The free trial that the checkout asked for; None: that of each product."""
    periodic_fee: Amount = 0
    """The FEE line that each renewal has too (fact 50)."""
    beside: tuple[tuple[str, Amount], ...] = ()
    """The other further lines, such as ``("FEE", 3000)``."""
    pays_for: tuple[int, ...] | None = None
    """The ids of the subscriptions whose payment method the order changes. Such an order costs nothing (fact 25)."""
    is_of_customer: bool = False
    """Whether the customer has the new payment method, and not a subscription alone."""
    card: str | None = None
    """The card or account of the new payment method, once it is given."""
    gateway: str
    method: str
    """How renewals will be paid, once the order is; until then how the order will be."""

    def trial_of(self, price: Price) -> int:
        """The days of the free trial of the price."""
        if not price.recurs:
            return 0
        return price.trial_days if self.trial_days is None else self.trial_days


@dataclass(frozen=True, kw_only=True)  # no slots: cached_property stores its value in __dict__
class Order:
    """An order: its lines, the amount paid and the amount refunded."""

    table: ClassVar = "orders"

    id: int
    code: str
    type: str
    lines: tuple[OrderLine, ...]
    created_at: datetime
    modified_at: datetime
    due_at: datetime | None
    """None while the order waits for the buyer's choice on the page (fact 42)."""
    link_until: datetime | None = None
    """Until when the link to the page is valid, if the checkout said so; else until it is due."""
    id_key: str
    customer_id: int
    shipping: Words | None
    paid_at: datetime | None = None
    returned: Amount = 0
    subscriptions: tuple[int, ...] = ()
    invoice_id: int | None = None
    basket: Basket | None = None
    """None for renewals and top-ups."""

    @property
    def key(self) -> int:
        """The id."""
        return self.id

    @property
    def status(self) -> str:
        """The status, which all lines share."""
        return self.lines[0].status

    @property
    def deadline(self) -> datetime | None:
        """The purchaseDeadline."""
        return self.due_at if self.link_until is None else self.link_until

    @property
    def waits(self) -> bool:
        """Whether the buyer has not chosen yet: quantities and amounts are 0 (fact 42)."""
        return self.due_at is None

    @cached_property
    def amount(self) -> Amount:
        """The sum of the lines."""
        return sum(line.amount for line in self.lines)

    @property
    def left(self) -> Amount:
        """The amount that was not refunded (fact 31)."""
        return self.amount - self.returned


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualAccount:
    """A virtual account, opened for one payment (fact 29)."""

    bank_code: str
    bank_name: str
    number: str
    holder: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Debit:
    """The agreement behind a direct debit (fact 29)."""

    company: str
    manager: str
    registration: str
    holder: str
    bank_code: str
    account: str
    at: datetime
    status: str
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment: completed, failed, on standby or refunded."""

    table: ClassVar = "payments"

    id: int
    id_key: str
    order_id: int
    customer_id: int
    payer: Words
    product_name: str
    amount: Amount
    status: str
    gateway: str
    method: str
    paid_at: datetime | None = None
    error: str | None = None
    canceled: Amount = 0
    canceled_at: datetime | None = None
    account: VirtualAccount | None = None
    debit: Debit | None = None
    card: str | None = None
    """The card of the subscription that was charged; None if a buyer paid on the hosted page. No webhook has it."""

    @property
    def key(self) -> int:
        """The id."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice that the merchant sends."""

    table: ClassVar = "invoices"

    id: int
    status: str
    created_at: datetime
    """The moment of its draft. The REST API has it, no webhook does."""
    customer_id: int
    basket: Basket
    """What it sells, kept until it is sent."""
    channels: tuple[str, ...]
    deadline: datetime
    discount: Amount
    memo: str | None
    order_id: int | None = None
    order_code: str | None = None
    """None until it is sent: then its order is made (fact 51)."""
    reserved_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def key(self) -> int:
        """The id."""
        return self.id
