"""Buys prices: reads the options of a checkout, and makes and pays its order (facts 29 and 31)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack, get_args

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.actions.orders import Orders, Pays, check_can_fail
from steppay_mock.store.actions.subscriptions import check_quantity
from steppay_mock.store.options import Money
from steppay_mock.store.payment_methods import Method, PaymentMethod, choose_payment_method
from steppay_mock.store.records import Basket, Customer, Order, OrderLine, Price

_MOST_TRIAL = 730


class CheckoutOptions(TypedDict, total=False):
    """The options of a checkout; all may be left out."""

    customer: Customer | int | None
    """The buyer. None: ``store.customer``."""
    quantity: int
    method: Method
    """``card``, ``virtual_account``, ``cms`` (direct debit) or ``bank`` (a transfer)."""
    gateway: str | None
    """A gateway that offers the method (fact 30). None: a usual one."""
    pays: Pays
    trial_days: int
    """The free trial of recurring prices, in days."""
    setup_fee: Money | None
    """None: the setup fee of the price."""
    discount: Money
    tax: Money
    shipping_fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class _CheckoutTerms:
    """The options, checked."""

    customer: Customer
    prices: tuple[Price, ...]
    quantity: int
    payment_method: PaymentMethod
    pays: Pays
    trial_days: int
    setup_fee: Amount
    periodic_fee: Amount
    """The fees that each renewal has too (fact 50)."""
    discount: Amount
    tax: Amount
    shipping_fee: Amount

    @property
    def recurs(self) -> bool:
        return any(price.recurs for price in self.prices)


class Checkout(Orders):
    """The checkout of a store."""

    def checkout(
        self, price: Price | str | Sequence[Price | str] | None = None, **options: Unpack[CheckoutOptions]
    ) -> Order:
        """Buy one price or several in one order; None is ``store.price``. See :class:`CheckoutOptions`.

        Card and transfer: order.created, payment.completed, order.payment_completed, subscription.created if a
        price recurs, order.updated. Virtual account and direct debit: order.created, payment.standby, until
        :meth:`confirm_payment`. If it fails: order.created, payment.failed, order.updated.
        """
        wanted = self._read_checkout(price, options)
        self._tick()
        waits = wanted.payment_method.method in {"VBANK", "CMS", "CMS_BILL"}
        order = self._new_order(
            "RECURRING_INITIAL" if wanted.recurs else "ONE_TIME",
            wanted.customer,
            self._lines(wanted),
            basket=Basket(
                prices=wanted.prices,
                quantity=wanted.quantity,
                trial_days=wanted.trial_days,
                gateway=wanted.payment_method.gateway,
                method=wanted.payment_method.method,
            ),
            status="DEPOSIT_WAITING" if waits and wanted.pays == "now" else "CREATED",
        )
        return self._try_to_pay(order, wanted.payment_method, wanted.pays)

    def _read_checkout(
        self, price: Price | str | Sequence[Price | str] | None, options: CheckoutOptions
    ) -> _CheckoutTerms:
        known = CheckoutOptions.__annotations__
        for name in options:
            if name not in known:
                raise SteppayMockError(
                    f"Unknown option {name!r} of a checkout.{did_you_mean(name, known)} The options are "
                    f"{choices(known)}."
                )
        is_list = isinstance(price, Sequence) and not isinstance(price, str)
        listed: Sequence[Any] = [self.price] if price is None else price if is_list else [price]  # type: ignore[assignment]
        if not listed:
            raise SteppayMockError(
                "The list of prices is empty. Give a price, several prices, or nothing for store.price."
            )
        prices = tuple(self._find(Price, one) for one in listed)
        recurs = any(one.recurs for one in prices)
        quantity, trial, pays = options.get("quantity", 1), options.get("trial_days", 0), options.get("pays", "now")
        check_quantity(quantity)
        if isinstance(trial, bool) or not isinstance(trial, int) or not 0 <= trial <= _MOST_TRIAL:
            raise SteppayMockError(f"trial_days={trial!r}: give a whole number from 0 to {_MOST_TRIAL}.")
        if trial and not recurs:
            raise SteppayMockError(f"trial_days={trial}: only recurring prices have a trial. Buy one, or leave it out.")
        if pays not in get_args(Pays):
            raise SteppayMockError(f"pays={pays!r} is not among {choices(map(repr, get_args(Pays)))}.")
        fee = options.get("setup_fee")
        return self._checked(
            _CheckoutTerms(
                customer=self._customer_or_default(options.get("customer")),
                prices=prices,
                quantity=quantity,
                payment_method=choose_payment_method(
                    options.get("method", "card"), options.get("gateway"), recurs=recurs
                ),
                pays=pays,
                trial_days=trial,
                setup_fee=_fees(prices, "INITIALLY") if fee is None else self._amount(fee, "setup_fee"),
                periodic_fee=_fees(prices, "PERIODIC") if fee is None else 0,
                discount=self._amount(options.get("discount", 0), "discount"),
                tax=self._amount(options.get("tax", 0), "tax"),
                shipping_fee=self._amount(options.get("shipping_fee", 0), "shipping_fee"),
            )
        )

    def _checked(self, wanted: _CheckoutTerms) -> _CheckoutTerms:
        check_can_fail(wanted.payment_method, wanted.pays)
        sold = sum(_first_amount(price, wanted) for price in wanted.prices)
        room = sold + wanted.setup_fee + wanted.periodic_fee + wanted.tax + wanted.shipping_fee
        if wanted.discount > room:
            raise SteppayMockError(f"discount={wanted.discount} is more than the {room} to pay. Give at most {room}.")
        if not room - wanted.discount and (
            wanted.pays != "now" or wanted.payment_method.method not in {"CARD", "CARD_BILL"}
        ):
            raise SteppayMockError(
                "This order costs nothing, so that no payment can wait or fail. Pay it by card, with pays='now'."
            )
        return wanted

    def _lines(self, wanted: _CheckoutTerms) -> list[OrderLine]:
        now = self._now
        lines = [
            self._product_line(
                price,
                quantity=wanted.quantity,
                amount=_first_amount(price, wanted),
                now=now,
                trial_days=wanted.trial_days if price.recurs else 0,
            )
            for price in wanted.prices
        ]
        beside = (
            ("FEE", wanted.setup_fee),
            ("DISCOUNT", wanted.discount),
            ("TAX", wanted.tax),
            ("SHIPPING", wanted.shipping_fee),
        )
        if wanted.periodic_fee:
            lines.append(self._extra_line(lines[0], "FEE", wanted.periodic_fee, now, setup_type="PERIODIC"))
        return lines + [self._extra_line(lines[0], kind, amount, now) for kind, amount in beside if amount]


def _first_amount(price: Price, wanted: _CheckoutTerms) -> Amount:
    """The amount of the first period: 0 in a trial, or if usage is paid at the end of the period."""
    return 0 if price.recurs and wanted.trial_days else price.amount_in_advance * wanted.quantity


def _fees(prices: Sequence[Price], setup_type: str) -> Amount:
    return sum(price.setup_fee for price in prices if price.setup_type == setup_type)
