"""Pays, confirms, rejects, cancels and refunds orders (facts 24, 25, 29 and 43)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, NoReturn

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.store.actions.new_orders import amount_of
from steppay_mock.store.actions.pay_choices import check_reason, read_deposit_days, waits_for_money
from steppay_mock.store.actions.payments import Effect, with_status
from steppay_mock.store.actions.subscriptions import CHANGE_METHOD, Subscriptions
from steppay_mock.store.lifecycle import INVOICE, SUBSCRIPTION, refuse, require_transition
from steppay_mock.store.options import Money
from steppay_mock.store.payment_methods import Method, PaymentMethod, choose_payment_method, renewal_method
from steppay_mock.store.records import Key, Order, Payment, Subscription
from steppay_mock.store.subscription_terms import ended
from steppay_mock.store.whole_numbers import check_quantity

Pays = Literal["now", "fails", "later"]
"""Whether a payment succeeds (``now``), fails, or is not tried yet (``later``): the order waits for the buyer."""

_FINAL = {"CANCELED", "EXPIRED"}
_CLOSED = {"CANCELLED", "CANCELLATION_REFUNDED"}
CARDS = {"CARD", "CARD_BILL"}
_STANDBY = {"VIRTUAL_BANK_STANDBY", "CMS_STANDBY"}
_REFUNDED = {True: "CANCELLATION_REFUNDED", False: "CANCELLATION_REFUNDED_PARTIALLY"}
_PAID_AT_ONCE = "It was paid when it was made, or not at all."


class Orders(Subscriptions):
    """The actions on an order. Without one named, it is the customer's newest."""

    def pay(
        self,
        order: Order | int | None = None,
        *,
        method: Method = "card",
        gateway: str | None = None,
        pays: Literal["now", "fails"] = "now",
        quantity: int | None = None,
        reason: str | None = None,
        deposit_days: float | None = None,
    ) -> Order:
        """Pay an order that is not paid yet: one that waits, or the renewal order of an UNPAID subscription.

        This is what the buyer does on the hosted page, at this moment (fact 41). ``quantity`` is what the buyer chooses
        of an order that waits; None: as it was ordered. If it fails, ``reason`` is its errorMessage, and the planned
        retries still follow (assumed). The money of a virtual account or a direct debit arrives ``deposit_days``
        later, 0: at once; None: when :meth:`confirm_payment` is called.
        """
        found = self._order_or_newest(order)
        self._owner(found.customer_id, "pay the order")
        self._require_payable(found)
        found = self._with_quantity(found, quantity)
        if pays not in ("now", "fails"):
            raise SteppayMockError(f"pays={pays!r} is neither 'now' nor 'fails'. Say pays='fails', or nothing.")
        payment_method = choose_payment_method(method, gateway, recurs=found.type != "ONE_TIME")
        check_can_fail(payment_method, pays)
        free = found.waits and found.basket is not None and not amount_of(found.basket)
        if free and (pays == "fails" or (payment_method.method not in CARDS and found.type != "PAYMENT_METHOD")):
            refuse_free(f"Order {found.id}")
        if found.type in {"RECURRING", "PAYMENT_METHOD"} and not payment_method.method.endswith("_BILL"):
            raise SteppayMockError("A renewal is paid by 'card' or 'cms' (fact 30). Pay by one of them.")
        check_reason(reason, fails=pays == "fails")
        waits = pays == "now" and waits_for_money(found, payment_method)
        deposit = read_deposit_days(deposit_days, waits=waits)
        self._later(deposit or timedelta(0))
        self._try_to_pay(_renewed_by(found, payment_method), payment_method, pays, reason=reason)
        if deposit is not None:
            self._plan_deposit(self._tables.orders[found.id], deposit)
        return self._tables.orders[found.id]

    def confirm_payment(self, order: Order | int | None = None) -> Order:
        """Let the money of a virtual account or a direct debit arrive: payment.completed, and the order is paid."""
        return self._confirm(*self._on_standby(order, "confirm the payment"))

    def reject_payment(self, order: Order | int | None = None) -> Order:
        """Let a direct debit fail: payment.failed with the id of its payment, then order.updated."""
        found, payment = self._on_standby(order, "reject the payment")
        if payment.debit is None:
            refuse(
                "reject the payment",
                subject=f"payment {payment.id}",
                state="waiting for money in a virtual account, and cannot fail",
                hint=f"Let its time pass: store.advance(days={self.assumptions.virtual_account_days}).",
            )
        self._tick()
        error = self._chance.pick(self._pool.goods["bank-error"])
        debit = replace(payment.debit, status="WITHDRAW_FAIL", error=error)
        self._emit(EventType.PAYMENT_FAILED, replace(payment, status="FAILED", error=error, debit=debit))
        failed = self._order_failed(found)
        for waiting in self._incomplete_of(found):
            self._emit_subscription(ended(waiting, "EXPIRED", now=self._tick()))
        return failed

    def cancel_order(self, order: Order | int | None = None, *, amount: Money | None = None) -> Order:
        """Cancel an order that is not paid: order.updated. Refund one that is paid: payment.canceled, order.updated.

        ``amount`` is the part to refund; None: all that is left. Once all is refunded, an order of type
        RECURRING_INITIAL takes its subscriptions with it, no other type does (facts 25 and 43). After a part they go on
        (assumed).
        """
        found = self._order_or_newest(order)
        self._owner(found.customer_id, "cancel the order")
        self._require_cancellable(found)
        if self._paid_payment(found) is not None:
            return self._give_back(found, amount)
        if amount is not None:
            state, hint = f"{found.status}, with nothing paid", "Leave the amount out to cancel the order."
            refuse(f"refund {amount}", subject=f"order {found.id}", state=state, hint=hint)
        canceled = self._refund_order(found, 0, status="CANCELLED")
        if found.type == "RECURRING_INITIAL":
            self._cancel_subscriptions_of(found)
        return canceled

    def refund(self, order: Order | int | None = None, *, amount: Money | None = None) -> Order:
        """Refund the rest of a paid order, or ``amount``. It is :meth:`cancel_order`, refused if nothing is paid."""
        found = self._order_or_newest(order)
        self._owner(found.customer_id, "refund the order")
        return self._give_back(found, amount)

    def _give_back(self, order: Order, amount: Money | None) -> Order:
        payment, part = self._refundable(order, amount)
        whole = part == order.left
        self._refund_payment(payment, part)
        refunded = self._refund_order(order, part, status=_REFUNDED[whole])
        if order.type == "RECURRING_INITIAL" and (whole or self.assumptions.partial_cancel_ends_subscriptions):
            self._cancel_subscriptions_of(order)
        return refunded

    def subscription_of(self, order: Order | int) -> Subscription:
        """The first subscription that the order started or renews; SteppayMockError if it has none."""
        found = self._find(Order, order)
        if not found.subscriptions:
            raise SteppayMockError(
                f"Order {found.id} has no subscription: it is a {found.type} order, {found.status}. "
                "Buy a price that recurs, and pay for it."
            )
        return self._tables.subscriptions[found.subscriptions[0]]

    def _with_quantity(self, order: Order, quantity: int | None) -> Order:
        """The order with the quantity that the buyer chooses on the page (fact 42)."""
        if quantity is None:
            return order
        check_quantity(quantity)
        basket = order.basket
        if not order.waits or basket is None or order.type == "PAYMENT_METHOD":
            state = f"of type {order.type} and {order.status}, and its quantity is fixed"
            refuse("choose the quantity", subject=f"order {order.id}", state=state, hint="Leave the quantity out.")
        self._require_on_sale(basket.prices, quantity)
        chosen = replace(basket, quantity=quantity)
        if amount_of(chosen) < 0:
            raise SteppayMockError(f"quantity={quantity}: the discount is more than this costs. Order more.")
        return replace(order, basket=chosen)

    def _try_to_pay(
        self, order: Order, payment_method: PaymentMethod, pays: Pays, *, reason: str | None = None
    ) -> Order:
        order = self._with_choice(order)
        if pays == "fails":
            return self._fail(order, payment_method, reason=reason)
        if not waits_for_money(order, payment_method):
            return self._pay(order, payment_method, self._effect_of(order))
        order = self._wait_for_deposit(order)
        self._stand_by(order, payment_method)
        if (
            order.type == "RECURRING_INITIAL"
            and self.assumptions.incomplete_before_payment
            and payment_method.method != "VBANK"
        ):
            self._start_incomplete(order)
        return order

    def _confirm(self, order: Order, payment: Payment) -> Order:
        paid = _renewed_by(order, PaymentMethod(payment.gateway, payment.method))
        return self._complete(paid, payment, self._effect_of(paid))

    def _plan_deposit(self, order: Order, time: timedelta) -> None:
        payment = self._standby_payment(order)
        assert payment is not None  # noqa: S101 - for the type checker
        if time:
            self._agenda.plan(self._now + time, "deposit arrives", payment.id)
        else:
            self._confirm(order, payment)

    def _deposit_due(self, key: Key, _due: datetime) -> None:
        """The money of a payment arrives, unless it is no longer waited for."""
        payment = self._tables.payments[int(key)]
        order = self._tables.orders[payment.order_id]
        if order.status == "DEPOSIT_WAITING" and self._standby_payment(order) == payment:
            self._confirm(order, payment)

    def _effect_of(self, order: Order) -> Effect:
        effects: dict[str, Effect] = {
            "RECURRING_INITIAL": self._start,
            "RECURRING": self._renew,
            "PAYMENT_METHOD": self._set_payment_method,
        }
        effect = effects.get(order.type)
        if effect is None:
            return self._close_invoice
        return lambda paid: effect(self._close_invoice(paid))

    def _close_invoice(self, order: Order) -> Order:
        """The effect of paying an order with an invoice: that is PAID, in the same second (fact 6)."""
        invoice = self._invoice_of(order)
        if invoice is not None:
            self._tick()
            self._emit(EventType.INVOICE_UPDATED, replace(invoice, status="PAID"))
        return order

    def _wait_for_deposit(self, order: Order) -> Order:
        if order.status == "DEPOSIT_WAITING":
            return order
        now = self._tick()
        lines = with_status(order.lines, "DEPOSIT_WAITING", now)
        return self._emit(EventType.ORDER_UPDATED, replace(order, lines=lines, modified_at=now))

    def _on_standby(self, order: Order | int | None, action: str) -> tuple[Order, Payment]:
        found = self._order_or_newest(order)
        self._owner(found.customer_id, action)
        payment = self._standby_payment(found)
        if payment is None or found.status != "DEPOSIT_WAITING":
            refuse(
                action,
                subject=f"order {found.id}",
                state=f"{found.status}, without a payment on standby",
                hint="Check out with method='virtual_account' or 'cms' first.",
            )
        return found, payment

    def _standby_payment(self, order: Order) -> Payment | None:
        """The newest payment of the order, if it is on standby. An older one no longer counts."""
        payment = next(self._payments_of(order), None)
        return payment if payment is not None and payment.status in _STANDBY else None

    def _require_payable(self, order: Order) -> None:
        subject = f"order {order.id}"
        if order.type == "ADD_USAGE":
            refuse("pay the order", subject=subject, state=f"of type {order.type}", hint=_PAID_AT_ONCE)
        if order.status == "DEPOSIT_WAITING" and self._standby_payment(order):
            hint = "Let its money arrive: store.confirm_payment(order)."
            refuse("pay the order", subject=subject, state="DEPOSIT_WAITING", hint=hint)
        if order.status not in {"CREATED", "PAYMENT_FAILURE", "DEPOSIT_WAITING"}:
            refuse("pay the order", subject=subject, state=order.status, hint="Pay an order that is CREATED.")
        if order.type == "RECURRING":
            subscription = self._tables.subscriptions[order.subscriptions[0]]
            if subscription.open_order != order.id:
                state = f"a renewal of subscription {subscription.id}, which is {subscription.status}"
                refuse("pay the order", subject=subject, state=state, hint="Only an UNPAID subscription waits for it.")
        if order.basket is not None and not order.basket.is_of_customer:
            for number in order.basket.pays_for or ():
                status = self._tables.subscriptions[number].status
                require_transition(SUBSCRIPTION, CHANGE_METHOD, subject=f"subscription {number}", status=status)
        invoice = self._invoice_of(order)
        if invoice is not None:
            require_transition(INVOICE, "pay", subject=f"invoice {invoice.id}", status=invoice.status)

    def _require_cancellable(self, order: Order) -> None:
        subject = f"order {order.id}"
        if order.status in _CLOSED:
            refuse("cancel the order", subject=subject, state=order.status, hint="Cancel another order.")
        if order.type == "RECURRING":
            subscription = self._tables.subscriptions[order.subscriptions[0]]
            if subscription.open_order == order.id:
                state = f"still to be paid by subscription {subscription.id}, which is {subscription.status}"
                refuse("cancel the order", subject=subject, state=state, hint="Cancel the subscription.")
        invoice = self._invoice_of(order)
        if invoice is not None and invoice.status != "PAID":
            state = f"billed by invoice {invoice.id}, which is {invoice.status}"
            hint = "Delete the invoice: store.delete_invoice()."
            refuse("cancel the order", subject=subject, state=state, hint=hint)

    def _cancel_subscriptions_of(self, order: Order) -> None:
        waiting = [one.id for one in self._incomplete_of(order)]
        for number in (*order.subscriptions, *waiting):
            subscription = self._tables.subscriptions[number]
            if subscription.status not in _FINAL:
                self._cancel_open_order(subscription)
                self._end(subscription, "CANCELED")


def check_can_fail(payment_method: PaymentMethod, pays: object) -> None:
    """Raise SteppayMockError if a virtual account is to fail: no payment.failed exists for it."""
    if pays == "fails" and payment_method.method == "VBANK":
        raise SteppayMockError(
            "pays='fails': a virtual account waits for its money and does not fail. Pay by 'card' or 'cms', or let its "
            "time pass."
        )


def refuse_free(subject: str) -> NoReturn:
    """Raise SteppayMockError: an order that costs nothing is to fail, or to wait for money."""
    raise SteppayMockError(
        f"{subject} costs nothing, so that no payment can wait or fail. Pay it by card, with pays='now'."
    )


def _renewed_by(order: Order, payment_method: PaymentMethod) -> Order:
    """The order, whose subscriptions will renew by the method that pays it."""
    if order.type not in {"RECURRING_INITIAL", "PAYMENT_METHOD"} or order.basket is None:
        return order
    renewing = renewal_method(payment_method)
    return replace(order, basket=replace(order.basket, gateway=renewing.gateway, method=renewing.method))
