"""What the payment page shows of an order: its lines, what it costs, how it can be paid, and whether it still can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.payload.pools import pool
from steppay_mock.store.actions.new_orders import amount_of, first_amount
from steppay_mock.store.payment_methods import Method, choose_payment_method, offers
from steppay_mock.store.records import Basket, Order, Payment

if TYPE_CHECKING:
    from steppay_mock.store.store import Store

State = Literal["open", "waiting", "paid", "cancelled", "refunded", "partly_refunded"]

_STATES: dict[str, State] = {
    "CREATED": "open",
    "PAYMENT_FAILURE": "open",
    "DEPOSIT_WAITING": "open",
    "PAID": "paid",
    "CANCELLED": "cancelled",
    "CANCELLATION_REFUNDED": "refunded",
    "CANCELLATION_REFUNDED_PARTIALLY": "partly_refunded",
}
_STANDBY = {"VIRTUAL_BANK_STANDBY", "CMS_STANDBY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """One line of the order, as it is or as it will be."""

    kind: str
    """SKU is a product; others are FEE, DISCOUNT, TAX, SHIPPING and ADDS."""
    name: str
    plan: str
    quantity: int
    amount: Amount
    trial_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrder:
    """An order on the payment page."""

    order: Order
    state: State
    lines: tuple[ShownLine, ...]
    total: Amount
    currency: str
    quantity: int | None
    """What the buyer chose; None if there is nothing to choose."""
    offers: Mapping[Method, tuple[str, ...]]
    usual: str
    """The method and gateway that the order was made with, as :attr:`means` has them."""
    stands_by: bool
    """Whether some of the methods wait for money."""
    payment: Payment | None
    """The newest attempt to pay it."""
    reasons: tuple[str, ...]
    """Why payments fail, for a list to choose from."""

    @property
    def is_free(self) -> bool:
        """Whether nothing is to pay. Such a payment cannot fail."""
        return not self.total

    @property
    def changes_method(self) -> bool:
        """Whether paying it only gives a subscription another payment method (fact 25)."""
        return self.order.type == "PAYMENT_METHOD"

    @property
    def means(self) -> list[tuple[Method, str]]:
        """Each method with each gateway that offers it."""
        return [(method, gateway) for method, gateways in self.offers.items() for gateway in gateways]


def find_order(store: Store, code: str) -> Order | None:
    """The order with this code."""
    return next((one for one in store.orders if one.code == code), None)


def show(store: Store, code: str, *, quantity: int | None = None) -> ShownOrder | None:
    """The order with this code, as the page shows it with this quantity; None if there is none."""
    order = find_order(store, code)
    if order is None:
        return None
    basket = order.basket if order.waits else None
    chooses = basket is not None and order.type != "PAYMENT_METHOD"
    if basket is not None and chooses:
        basket = replace(basket, quantity=quantity or basket.quantity)
    payment = next((one for one in reversed(store.payments) if one.order_id == order.id), None)
    total = order.amount if basket is None else amount_of(basket)
    offered = _offers(order, is_free=not total)
    return ShownOrder(
        order=order,
        state=_state(order, payment),
        lines=_lines(order, basket),
        total=total,
        currency=order.lines[0].currency,
        quantity=basket.quantity if basket is not None and chooses else None,
        offers=offered,
        usual=_usual(order, offered),
        stands_by=bool({"virtual_account", "cms"} & set(offered)) and order.type not in _RENEWING,
        payment=payment,
        reasons=tuple(pool(store.locale).goods["error-message"] + pool(store.locale).goods["bank-error"]),
    )


_RENEWING = {"RECURRING", "PAYMENT_METHOD"}


def _state(order: Order, payment: Payment | None) -> State:
    if order.status == "DEPOSIT_WAITING" and payment is not None and payment.status in _STANDBY:
        return "waiting"
    return _STATES[order.status]


def _offers(order: Order, *, is_free: bool) -> Mapping[Method, tuple[str, ...]]:
    """The methods that the order can be paid by. What costs nothing waits for no money."""
    found = offers(recurs=order.type != "ONE_TIME", renews=order.type in _RENEWING)
    if is_free and order.type != "PAYMENT_METHOD":
        return {"card": found["card"]}
    return found


def _usual(order: Order, offered: Mapping[Method, tuple[str, ...]]) -> str:
    """The method and gateway of the basket, if they are offered."""
    basket = order.basket
    for method, gateways in offered.items() if basket is not None else ():
        for gateway in gateways:
            chosen = choose_payment_method(method, gateway, recurs=order.type != "ONE_TIME")
            if basket is not None and (chosen.gateway, chosen.method) == (basket.gateway, basket.method):
                return f"{method}:{gateway}"
    return ""


def _lines(order: Order, basket: Basket | None) -> tuple[ShownLine, ...]:
    """The lines of the order; of one that waits those that it will have (fact 42)."""
    shown = [
        ShownLine(
            kind=line.type,
            name=line.product_name,
            plan=line.plan_name,
            quantity=line.quantity,
            amount=line.amount,
            trial_days=line.trial_days,
        )
        for line in order.lines
    ]
    if basket is None or order.type == "PAYMENT_METHOD":
        return tuple(shown)
    bought = [
        replace(line, quantity=basket.quantity, amount=first_amount(price, basket))
        for line, price in zip(shown, basket.prices, strict=True)
    ]
    beside = [("FEE", basket.periodic_fee), *basket.beside]
    more = [
        replace(shown[0], kind=kind, quantity=1, amount=-amount if kind == "DISCOUNT" else amount, trial_days=0)
        for kind, amount in beside
        if amount
    ]
    return (*bought, *more)
