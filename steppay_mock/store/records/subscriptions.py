"""Records of subscriptions, their usage and their StepCover messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.records.customers_and_products import Price

Via = Literal["V1", "MANAGER", "SYSTEM", "CUSTOMER"]
"""Who added the usage, a UsageActor (fact 48): the API, the portal, the creation and renewals, the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period: from ``start`` until ``end``."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One price that a subscription charges at each renewal."""

    id: int
    price: Price
    product_name: str
    product_type: str
    image: str | None
    quantity: int
    is_additional: bool = False
    """Whether it was added to a running subscription (fact 50)."""

    @property
    def amount(self) -> Amount:
        """The amount of one period, without usage."""
        return self.price.amount_in_advance * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription: its status, its dates, and what the store needs to know for its renewals."""

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

    # No webhook has the fields below.
    anchor: datetime
    """Periods are counted from here, not from the last period: 31 January + 3 months is 30 April, + 4 is 31 May."""
    first_card: str | None = None
    """The card that it began with; None: it still has that one."""
    cycle: int = 1
    """The period ends this number of intervals after the anchor."""
    open_order: int | None = None
    """The id of the renewal order that is not paid yet."""
    pause_for: tuple[int, str] | None = None
    """The length of its pause, such as 2 WEEK, after which it goes on by itself (fact 46)."""
    resume_at: datetime | None = None
    """The end of such a pause, once it has begun."""
    failed_at: datetime | None = None
    failures: int = 0
    messages: int = 0
    expires_at: datetime | None = None
    balance: Amount = 0
    """What added and removed items cost until the end of the period: the next order has it as an ADDS line."""
    recurring_count: int = 0
    """The number of paid periods: it begins at 1 (prepaid) or 0 (postpaid), each RECURRING order adds 1 (fact 45)."""

    @property
    def has_postpaid_items(self) -> bool:
        """Whether usage of one of its items is paid at the end of the period."""
        return any(item.price.is_postpaid for item in self.items)

    @property
    def key(self) -> int:
        """The id."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEntry:
    """One usage entry: what it adds, and the sums after it."""

    id: int
    quota: int | None
    record: int
    quota_sum: int | None
    record_sum: int
    at: datetime
    via: Via


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The usage of one item of a subscription in its current period, or in the last one that had any (fact 26)."""

    table: ClassVar = "usage"

    id: int
    item_id: int
    customer_id: int
    entries: tuple[UsageEntry, ...]
    bought: int = 0
    """The seats that top-ups added to the quantity of the item. No webhook has it."""

    @property
    def key(self) -> int:
        """The id of the subscription item."""
        return self.item_id

    @property
    def began_at(self) -> datetime:
        """The start of the period whose entries these are."""
        return self.entries[0].at

    @property
    def used(self) -> int:
        """How much was used."""
        return self.entries[-1].record_sum

    @property
    def quota(self) -> int | None:
        """How much may be used; None if usage is paid at the end of the period."""
        return self.entries[-1].quota_sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A StepCover message (fact 28). The store logs it and keeps no table of messages."""

    table: ClassVar = "messages"

    id: int
    customer_id: int
    order_id: int
    subscription_id: int
    type: str
    step: int
    retry_at: datetime | None

    @property
    def key(self) -> int:
        """The id."""
        return self.id
