"""What becomes of an order: paid, waited for, cancelled (facts 24, 25 and 29)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.store.actions.payments import Effect, with_status
from steppay_mock.store.actions.usage import Metering
from steppay_mock.store.lifecycle import INVOICE, refuse, require_move
from steppay_mock.store.means import Means, Method, choose_means, means_of_renewals
from steppay_mock.store.records import Order, Payment, Subscription

Pays = Literal["now", "fails", "later"]
"""What becomes of a payment: it is made, it fails, or it is not tried yet."""

_FINAL = {"CANCELED", "EXPIRED"}
_CLOSED = {"CANCELLED", "CANCELLATION_REFUNDED"}
_WAIT = {"VBANK", "CMS", "CMS_BILL"}
_STANDBY = {"VIRTUAL_BANK_STANDBY", "CMS_STANDBY"}
_PAID_AT_ONCE = "It was paid when it was made, or not at all."


class Orders(Metering):
    """What can be done with orders. Without one named, it is the customer's newest."""

    def pay(
        self,
        order: Order | int | None = None,
        *,
        method: Method = "card",
        gateway: str | None = None,
        pays: Literal["now", "fails"] = "now",
    ) -> Order:
        """Try to pay an order that is not paid yet; also the renewal for which a subscription is UNPAID.

        An attempt that fails is none of the retries, which go on as they were planned (assumed).
        """
        found = self.order if order is None else self._find(Order, order)
        self._owner(found.customer_id, "pay the order")
        self._require_payable(found)
        if pays not in ("now", "fails"):
            raise SteppayMockError(f"pays={pays!r} is neither 'now' nor 'fails'. Say pays='fails', or nothing.")
        means = choose_means(method, gateway, recurs=found.type != "ONE_TIME")
        check_can_fail(means, pays)
        if found.type == "RECURRING" and not means.method.endswith("_BILL"):
            raise SteppayMockError("A renewal is paid by 'card' or 'cms' (fact 30). Pay by one of them.")
        return self._try_to_pay(_renewed_by(found, means), means, pays)

    def confirm_payment(self, order: Order | int | None = None) -> Order:
        """The money comes for which an account or a debit stands by: payment.completed, and what follows."""
        found, payment = self._standing_by(order, "confirm the payment")
        return self._money_comes(found, payment, self._effect_of(found))

    def reject_payment(self, order: Order | int | None = None) -> Order:
        """A direct debit fails: payment.failed, of the same payment, then order.updated."""
        found, payment = self._standing_by(order, "reject the payment")
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
        self._happen(EventType.PAYMENT_FAILED, replace(payment, status="FAILED", error=error, debit=debit))
        failed = self._order_failed(found)
        for waiting in self._waiting_for(found):
            self._tell(self._end(waiting, "EXPIRED", self._tick()))
        return failed

    def cancel_order(self, order: Order | int | None = None) -> Order:
        """Cancel the order, and give back what is left of it: payment.canceled if it was paid, then order.updated.

        Of an order of type RECURRING_INITIAL every subscription is cancelled too, of no other (fact 25).
        """
        found = self.order if order is None else self._find(Order, order)
        self._owner(found.customer_id, "cancel the order")
        self._require_cancellable(found)
        left = found.left if self._payment_of(found, "COMPLETE", "PARTIAL_CANCELED") else 0
        if left:
            self._give_back(found, left)
        status = "CANCELLATION_REFUNDED" if left else "CANCELLED"
        canceled = self._order_given_back(found, left, status=status)
        if found.type == "RECURRING_INITIAL":
            self._cancel_subscriptions_of(found)
        return self._tables.orders[canceled.id]

    def subscription_of(self, order: Order | int) -> Subscription:
        """The first subscription that the order made or renews; SteppayMockError where there is none."""
        found = self._find(Order, order)
        if not found.subscriptions:
            raise SteppayMockError(
                f"Order {found.id} has no subscription: it is a {found.type} order, {found.status}. "
                "Buy a price that recurs, and pay for it."
            )
        return self._tables.subscriptions[found.subscriptions[0]]

    def _try_to_pay(self, order: Order, means: Means, pays: Pays) -> Order:
        if pays == "later":
            return order
        if pays == "fails":
            return self._fail(order, means)
        if means.method not in _WAIT or order.type == "RECURRING":
            return self._pay(order, means, self._effect_of(order))
        order = self._wait_for_deposit(order)
        self._stand_by(order, means)
        if order.type == "RECURRING_INITIAL" and self.assumptions.incomplete_before_payment and means.method != "VBANK":
            self._begin_incomplete(order)
        return order

    def _effect_of(self, order: Order) -> Effect:
        if order.type == "RECURRING_INITIAL":
            return self._begin
        return self._renew if order.type == "RECURRING" else self._close_invoice

    def _close_invoice(self, order: Order) -> Order:
        """The effect of paying what was billed: the invoice is PAID, in the same second (fact 6)."""
        invoice = self._tables.invoices.get(order.invoice_id or 0)
        if invoice is not None:
            self._tick()
            self._happen(EventType.INVOICE_UPDATED, replace(invoice, status="PAID"))
        return order

    def _wait_for_deposit(self, order: Order) -> Order:
        if order.status == "DEPOSIT_WAITING":
            return order
        now = self._tick()
        lines = with_status(order.lines, "DEPOSIT_WAITING", now)
        return self._happen(EventType.ORDER_UPDATED, replace(order, lines=lines, modified_at=now))

    def _standing_by(self, order: Order | int | None, action: str) -> tuple[Order, Payment]:
        found = self.order if order is None else self._find(Order, order)
        self._owner(found.customer_id, action)
        payment = self._waiting_payment(found)
        if payment is None or found.status != "DEPOSIT_WAITING":
            refuse(
                action,
                subject=f"order {found.id}",
                state=f"{found.status}, and no payment stands by for it",
                hint="Check out with method='virtual_account' or 'cms' first.",
            )
        return found, payment

    def _waiting_payment(self, order: Order) -> Payment | None:
        """The newest payment of the order, if it stands by; one before it waits for nothing any more."""
        payment = self._payment_of(order)
        return payment if payment is not None and payment.status in _STANDBY else None

    def _require_payable(self, order: Order) -> None:
        subject = f"order {order.id}"
        if order.type not in {"ONE_TIME", "RECURRING_INITIAL", "RECURRING"}:
            refuse("pay the order", subject=subject, state=f"of type {order.type}", hint=_PAID_AT_ONCE)
        if order.status == "DEPOSIT_WAITING" and self._waiting_payment(order):
            hint = "Let its money come: store.confirm_payment(order)."
            refuse("pay the order", subject=subject, state="DEPOSIT_WAITING", hint=hint)
        if order.status not in {"CREATED", "PAYMENT_FAILURE", "DEPOSIT_WAITING"}:
            refuse("pay the order", subject=subject, state=order.status, hint="Pay one that is CREATED.")
        if order.type == "RECURRING":
            subscription = self._tables.subscriptions[order.subscriptions[0]]
            if subscription.open_order != order.id:
                state = f"a renewal of subscription {subscription.id}, which is {subscription.status}"
                refuse("pay the order", subject=subject, state=state, hint="Only an UNPAID subscription waits for it.")
        invoice = self._tables.invoices.get(order.invoice_id or 0)
        if invoice is not None:
            require_move(INVOICE, "pay", subject=f"invoice {invoice.id}", status=invoice.status)

    def _require_cancellable(self, order: Order) -> None:
        subject = f"order {order.id}"
        if order.status in _CLOSED:
            refuse("cancel the order", subject=subject, state=order.status, hint="It is over. Cancel another.")
        if order.type == "RECURRING":
            subscription = self._tables.subscriptions[order.subscriptions[0]]
            if subscription.open_order == order.id:
                state = f"still to be paid by subscription {subscription.id}, which is {subscription.status}"
                refuse("cancel the order", subject=subject, state=state, hint="Cancel the subscription.")
        invoice = self._tables.invoices.get(order.invoice_id or 0)
        if invoice is not None and invoice.status != "PAID":
            state = f"billed by invoice {invoice.id}, which is {invoice.status}"
            hint = "Delete the invoice: store.delete_invoice()."
            refuse("cancel the order", subject=subject, state=state, hint=hint)

    def _cancel_subscriptions_of(self, order: Order) -> None:
        waiting = [one.id for one in self._waiting_for(order)]
        for number in (*order.subscriptions, *waiting):
            subscription = self._tables.subscriptions[number]
            if subscription.status not in _FINAL:
                self._cancel_open_order(subscription)
                self._tell(self._end(subscription, "CANCELED", self._tick()))


def check_can_fail(means: Means, pays: object) -> None:
    """Refuse a virtual account that fails: money comes into it, or does not."""
    if pays == "fails" and means.method == "VBANK":
        raise SteppayMockError(
            "A virtual account waits for its money and does not fail. Pay by 'card' or 'cms', or let its time pass."
        )


def _renewed_by(order: Order, means: Means) -> Order:
    """The order, whose subscriptions will renew by what it is paid with at last."""
    if order.type != "RECURRING_INITIAL" or order.basket is None:
        return order
    renewing = means_of_renewals(means)
    return replace(order, basket=replace(order.basket, gateway=renewing.gateway, method=renewing.method))
