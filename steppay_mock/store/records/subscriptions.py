"""What does a store remember of a subscription?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.records.catalogue import Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From when to when."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a subscription renews."""

    id: int
    price: Price
    product_name: str
    product_type: str
    image: str | None
    quantity: int

    @property
    def amount(self) -> Amount:
        """What a period costs, usage aside."""
        return 0 if self.price.is_postpaid else self.price.amount * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription: where it stands, which dates follow, and what no webhook tells of it."""

    table: ClassVar = "subscriptions"

    id: int
    status: str
    created_at: datetime
    order_id: int
    order_code: str
    customer_id: int
    items: tuple[Item, ...]
    unit: str
    count: int
    period: Period
    gateway: str
    method: str
    card: str
    trial: Period | None = None
    paid_at: datetime | None = None
    next_at: datetime | None = None
    origin_next_at: datetime | None = None
    end_at: datetime | None = None
    paused_at: datetime | None = None
    notice_at: datetime | None = None

    # What webhooks do not tell.
    anchor: datetime
    """Where the periods are reckoned from: three months after 31 January is 30 April, four are 31 May."""
    cycle: int = 1
    """How many intervals after the anchor the period ends."""
    open_order: int | None = None
    """The renewal that has not been paid yet."""
    failed_at: datetime | None = None
    failures: int = 0
    messages: int = 0
    expires_at: datetime | None = None

    @property
    def key(self) -> int:
        """What the subscription is found by."""
        return self.id
