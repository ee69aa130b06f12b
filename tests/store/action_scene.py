"""What an action was asked, what was true before it, and what it was seen to do: the material of the rules."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from store.action_burst import Burst, Data, Known

from steppay_mock import IllegalAction, SteppayMockError, Store
from steppay_mock.store.lifecycle import INVOICE, SUBSCRIPTION
from steppay_mock.store.records import Invoice, Order, Payment, Price, Subscription

OFFERED = {
    **{name: {"CARD", "CARD_BILL"} for name in ("KAKAO", "DANAL", "PAYPLE", "PAYPLE_GLOBAL")},
    "NICE": {"CARD", "CARD_BILL", "BANK", "VBANK", "CMS_BILL"},
    **{name: {"CARD", "CARD_BILL", "BANK", "VBANK"} for name in ("TOSS", "KG", "BLUEWALNUT")},
    "SETTLE": {"CARD", "CARD_BILL", "CMS", "CMS_BILL"},
}
"""Fact 30."""
_ONCE = {"card": "CARD", "virtual_account": "VBANK", "cms": "CMS", "bank": "BANK"}
_RECURRING = {"card": "CARD_BILL", "virtual_account": "VBANK", "cms": "CMS_BILL"}
_WITHOUT_COINS = {"KRW", "JPY"}

Why = type[SteppayMockError]
Whys = Iterator[Why]
ILLEGAL, WRONG = IllegalAction, SteppayMockError
ENDED = {"CANCELED", "EXPIRED"}
UNPAID_ORDER = {"CREATED", "DEPOSIT_WAITING", "PAYMENT_FAILURE"}


@dataclass(slots=True)
class Memory:
    """What no webhook tells and the next rules need: what is to be declined, and what has come due already."""

    declines: dict[int, float] = field(default_factory=dict)
    done: set[tuple[str, Any, datetime]] = field(default_factory=set)
    bought: dict[int, int] = field(default_factory=dict)
    """Seats that were bought for an item, beside its quantity."""
    removed: set[tuple[int, str]] = field(default_factory=set)
    """The cards that a customer no longer has."""
    balance: dict[int, Decimal] = field(default_factory=dict)
    """What items that were added to a subscription or removed from it cost so far."""


class Scene:
    """One call of an action."""

    def __init__(self, store: Store, known: Known, memory: Memory, given: Data) -> None:
        self.store, self.known, self.memory, self.given = store, known, memory, given
        self.now = store.now.replace(tzinfo=None)
        self.subscriptions = {one.id: one for one in store.subscriptions}
        self.orders = {one.id: one for one in store.orders}
        self.payments = store.payments
        self.invoices = {one.id: one for one in store.invoices}
        self.customers = {one.id: one for one in store.customers}
        self.prices = {one.code: one for one in store.prices}
        self.products = {one.code: one for one in store.products}
        self.assumed = store.assumptions
        self.customer = _or_none(lambda: store.customer)
        self.price = _or_none(lambda: store.price)
        self.founded = {one.code for one in store.products} & set(store.tables_at(0).products)
        self.result: Any = None
        self.ended = self.now
        self.effect_stamps: list[datetime] = []
        """The moments of what being paid led to."""
        self.burst: Burst

    def records(self) -> tuple[object, ...]:
        """All that the store has."""
        return (
            *(self.subscriptions, self.orders, self.payments, self.invoices, self.customers),
            *(self.prices, self.products, self.customer, self.price),
        )

    def option(self, name: str, default: Any = None) -> Any:
        return self.given.get(name, default)

    # What the action is about.

    def subscription(self) -> Subscription | None:
        found: Subscription | None = self._meant("subscription", self.subscriptions)
        return found

    def order(self) -> Order | None:
        found: Order | None = self._meant("order", self.orders)
        return found

    def invoice(self) -> Invoice | None:
        found: Invoice | None = self._meant("invoice", self.invoices)
        return found

    def buyer(self) -> Any:
        given = self.option("customer")
        return self.customer if given is None else self._found(given, self.customers)

    def sold(self, name: str = "price") -> Any:
        given = self.option(name)
        return self.price if given is None else self._found(given, self.prices)

    def product(self) -> Any:
        return self._found(self.option("product"), self.products)

    def _meant(self, noun: str, records: dict[int, Any]) -> Any:
        given = self.option(noun)
        if given is not None:
            return self._found(given, records)
        owned = [one for one in records.values() if self.customer and one.customer_id == self.customer.id]
        return owned[-1] if owned else None

    @staticmethod
    def _found(given: Any, records: dict[Any, Any]) -> Any:
        return records.get(given if isinstance(given, int | str) else given.key)

    def newest_payment(self, order: Order) -> Payment | None:
        return next((one for one in reversed(self.payments) if one.order_id == order.id), None)

    def waiting_for(self, order: Order) -> list[Subscription]:
        """The INCOMPLETE subscriptions of an order."""
        return [one for one in self.subscriptions.values() if one.status == "INCOMPLETE" and one.order_id == order.id]

    # What is possible.

    def unless_allowed(self, subscription: Subscription | None, action: str) -> Whys:
        if subscription is None:
            yield WRONG
        elif not any((move.action, move.before) == (action, subscription.status) for move in SUBSCRIPTION):
            yield ILLEGAL

    def unless_allowed_invoice(self, action: str) -> Whys:
        invoice = self.invoice()
        if invoice is None:
            yield WRONG
        elif not any((move.action, move.before) == (action, invoice.status) for move in INVOICE):
            yield ILLEGAL

    def unless_payable(self, amount: Any, *, least: int = 0) -> Whys:
        coin = Decimal(1) if self.store.currency in _WITHOUT_COINS else Decimal("0.01")
        exact = Decimal(str(amount))
        if exact % coin or not least * coin <= exact <= 10**12:
            yield WRONG

    def unless_possible_item(self, subscription: Subscription) -> Whys:
        item = self.option("item")
        if item is not None and item not in {one.id for one in subscription.items}:
            yield WRONG

    def place_of_item(self, subscription: Subscription) -> int:
        numbers = [one.id for one in subscription.items]
        return 0 if self.option("item") is None else numbers.index(self.option("item"))

    def method(self, *, recurs: bool) -> tuple[set[str], str] | None:
        """The gateways that may take the payment, and its method; None if it cannot be paid so."""
        wanted = (_RECURRING if recurs else _ONCE).get(self.option("method", "card"))
        gateway = self.option("gateway")
        offering = {name for name, methods in OFFERED.items() if wanted in methods}
        if gateway is not None:
            offering &= {gateway}
        return (offering, wanted) if wanted and offering else None

    def unless_on_sale(self, prices: list[Price], quantity: int) -> Whys:
        """Only products on SALE can be ordered, and not more than there are (fact 49)."""
        for code, times in Counter(one.product_code for one in prices).items():
            product = self.known.tables["products"][code]
            left = product["quantity"]
            if product["status"] != "SALE" or (left is not None and left < quantity * times):
                yield ILLEGAL

    # Dates.

    def first_period(self, subscription: Subscription, now: datetime, *, trial_days: int) -> Data:
        """The dates of a subscription that begins now."""
        price = subscription.items[0].price
        end = now + timedelta(days=trial_days) if trial_days else end_of(price, now, 1)
        period = {"startDateTime": now.isoformat(), "endDateTime": end.isoformat()}
        return {
            "trialPeriod": period if trial_days else None,
            "lastPaymentDate": None if trial_days else now.isoformat(),
            "currentPeriod": period,
            **self.renewal(end, now, expires=expiry_of(price, now, trial_days=trial_days)),
        }

    def next_period(self, subscription: Subscription, now: datetime, *, moved: bool = False) -> Data:
        """The dates of a subscription whose renewal is paid now."""
        start, count = subscription.period.end, subscription.count
        end = later(subscription.anchor, subscription.unit, count * (subscription.cycle + 1))
        if moved or (subscription.failed_at or subscription.next_at) != start or end <= now or start > now:
            start, end = now, end_of(subscription.items[0].price, now, 1, unit=subscription.unit, count=count)
        trial = subscription.trial
        whole = trial and {"startDateTime": trial.start.isoformat(), "endDateTime": min(trial.end, start).isoformat()}
        return {
            "lastPaymentDate": now.isoformat(),
            "trialPeriod": whole,
            "currentPeriod": {"startDateTime": start.isoformat(), "endDateTime": end.isoformat()},
            **self.renewal(end, now, expires=subscription.expires_at),
        }

    def renewal(self, end: datetime, now: datetime, *, expires: datetime | None) -> Data:
        """The renewal at the end of a period and its notice; none if the subscription expires before."""
        if expires is not None and expires <= end:
            return dict(NO_RENEWAL)
        days = self.assumed.notice_days
        notice = None if days is None else end - timedelta(days=days)
        return {
            "nextPaymentDate": end.isoformat(),
            "originNextPaymentDate": end.isoformat(),
            "notiBeforePaymentDate": notice.isoformat() if notice is not None and notice > now else None,
        }


def end_of(
    price: Price, start: datetime, number: int, *, unit: str | None = None, count: int | None = None
) -> datetime:
    """The end of the period of that number, counted from the start, or from the first day of billing after it."""
    unit, count = unit or price.unit or "", count or price.count or 0
    if price.billing_day is None or unit != "MONTH":
        return later(start, unit, count * number)
    day = start.replace(day=price.billing_day)
    return later(day, "MONTH", count * number - (1 if day > start else 0))


def expiry_of(price: Price, now: datetime, *, trial_days: int) -> datetime | None:
    """After some months, or instead of a renewal after the last one."""
    ends = [later(now, "MONTH", price.membership)] if price.membership else []
    if price.renewals:
        begins, paid = now + timedelta(days=trial_days), 0 if trial_days else 1
        ends.append(end_of(price, begins, paid + price.renewals))
    return min(ends, default=None)


NO_RENEWAL = dict.fromkeys(("nextPaymentDate", "originNextPaymentDate", "notiBeforePaymentDate"))


def later(moment: datetime, unit: str, count: int) -> datetime:
    """Intervals later by the calendar: a month that lacks the day has its last one."""
    if unit == "DAY":
        return moment + timedelta(days=count)
    if unit == "WEEK":
        return moment + timedelta(weeks=count)
    years, month = divmod(moment.month - 1 + count * {"MONTH": 1, "YEAR": 12}[unit], 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _or_none(ask: Any) -> Any:
    try:
        return ask()
    except SteppayMockError:
        return None
