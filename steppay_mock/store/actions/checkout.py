"""Buys prices: reads the options of a checkout, and makes and pays its order (facts 29 and 31)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack, get_args

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.actions.new_orders import amount_of
from steppay_mock.store.actions.orders import CARDS, Orders, Pays, check_can_fail, refuse_free
from steppay_mock.store.catalogue_fields import MOST_TRIAL
from steppay_mock.store.options import Money
from steppay_mock.store.payment_methods import Method, PaymentMethod, choose_payment_method
from steppay_mock.store.records import Basket, Customer, Order, Price
from steppay_mock.store.whole_numbers import check_quantity


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
    """``now`` and ``fails``: ``seconds_to_pay`` after the order. ``later``: when :meth:`Store.pay` is called."""
    trial_days: int | None
    """A free trial of the recurring prices, in days, instead of that of their product. None: that of the product."""
    purchase_deadline: datetime | float | None
    """Until when the link to the page is valid: a datetime with a zone, or epoch seconds. None: 7 days, once chosen."""
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
    trial_days: int | None
    link_until: datetime | None
    periodic_fee: Amount
    """The fees that each renewal has too (fact 50)."""
    beside: tuple[tuple[str, Amount], ...]
    """The further lines: FEE, DISCOUNT, TAX and SHIPPING."""

    @property
    def recurs(self) -> bool:
        return any(price.recurs for price in self.prices)

    @property
    def basket(self) -> Basket:
        return Basket(
            prices=self.prices,
            quantity=self.quantity,
            trial_days=self.trial_days,
            periodic_fee=self.periodic_fee,
            beside=self.beside,
            gateway=self.payment_method.gateway,
            method=self.payment_method.method,
        )


class Checkout(Orders):
    """The checkout of a store."""

    def checkout(
        self, price: Price | str | Sequence[Price | str] | None = None, **options: Unpack[CheckoutOptions]
    ) -> Order:
        """Buy one price or several in one order; None is ``store.price``. See :class:`CheckoutOptions`.

        order.created, with quantities and amounts of 0 (fact 42). Then the clock moves on by ``seconds_to_pay``, while
        the buyer is on the page (fact 41). Card and transfer: order.updated, payment.completed, subscription.created
        if a price recurs, order.payment_completed. Virtual account and direct debit: order.updated, payment.standby,
        until :meth:`confirm_payment`. If it fails: payment.failed, order.updated. With ``pays="later"`` the order
        waits for :meth:`pay`.
        """
        wanted = self._read_checkout(price, options)
        now = self._tick()
        order = self._new_order(
            "RECURRING_INITIAL" if wanted.recurs else "ONE_TIME",
            wanted.customer,
            [
                self._product_line(one, quantity=0, amount=0, now=now, trial_days=wanted.basket.trial_of(one))
                for one in wanted.prices
            ],
            basket=wanted.basket,
            waits=True,
            link_until=wanted.link_until,
        )
        if wanted.pays == "later":
            return order
        self._pass_until(now + timedelta(seconds=self.assumptions.seconds_to_pay))
        self._try_to_pay(order, wanted.payment_method, wanted.pays)
        return self._tables.orders[order.id]

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
        quantity, trial, pays = options.get("quantity", 1), options.get("trial_days"), options.get("pays", "now")
        check_quantity(quantity)
        if trial is not None and (
            isinstance(trial, bool) or not isinstance(trial, int) or not 0 <= trial <= MOST_TRIAL
        ):
            raise SteppayMockError(f"trial_days={trial!r}: give a whole number from 0 to {MOST_TRIAL}, or None.")
        if trial and not recurs:
            raise SteppayMockError(f"trial_days={trial}: only recurring prices have a trial. Buy one, or leave it out.")
        if pays not in get_args(Pays):
            raise SteppayMockError(f"pays={pays!r} is not among {choices(map(repr, get_args(Pays)))}.")
        deadline = options.get("purchase_deadline")
        fee = options.get("setup_fee")
        fees = _fees(prices, "INITIALLY") if fee is None else self._amount(fee, "setup_fee")
        beside = [("FEE", fees)]
        for kind, name in (("DISCOUNT", "discount"), ("TAX", "tax"), ("SHIPPING", "shipping_fee")):
            beside.append((kind, self._amount(options.get(name, 0), name)))
        wanted = _CheckoutTerms(
            customer=self._customer_or_default(options.get("customer")),
            prices=prices,
            quantity=quantity,
            payment_method=choose_payment_method(options.get("method", "card"), options.get("gateway"), recurs=recurs),
            pays=pays,
            trial_days=trial,
            link_until=None if deadline is None else self._later_moment(deadline, "purchase_deadline"),
            periodic_fee=_fees(prices, "PERIODIC") if fee is None else 0,
            beside=tuple((kind, amount) for kind, amount in beside if amount),
        )
        self._require_on_sale(wanted.prices, wanted.quantity)
        check_can_fail(wanted.payment_method, wanted.pays)
        _check_cost(wanted)
        self._later(timedelta(seconds=self.assumptions.seconds_to_pay))
        return wanted


def _check_cost(wanted: _CheckoutTerms) -> None:
    cost, discount = amount_of(wanted.basket), dict(wanted.beside).get("DISCOUNT", 0)
    if cost < 0:
        room = cost + discount
        raise SteppayMockError(f"discount={discount} is more than the {room} to pay. Give at most {room}.")
    if not cost and (wanted.pays == "fails" or wanted.payment_method.method not in CARDS):
        refuse_free("This order")


def _fees(prices: Sequence[Price], setup_type: str) -> Amount:
    return sum(price.setup_fee for price in prices if price.setup_type == setup_type)
