"""Payments: attempts, virtual accounts, direct debits and refunds (fact 29)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.payload.pools import PEOPLE
from steppay_mock.store.actions.customers import Customers
from steppay_mock.store.actions.stock import Stock
from steppay_mock.store.amounts import check_amount
from steppay_mock.store.lifecycle import refuse
from steppay_mock.store.options import Money
from steppay_mock.store.payment_methods import PaymentMethod
from steppay_mock.store.records import (
    Customer,
    Debit,
    Invoice,
    Key,
    Order,
    OrderLine,
    Payment,
    Subscription,
    VirtualAccount,
)

Effect = Callable[[Order], Order]
"""Called once an order is paid, such as to start its subscriptions; it returns the order as it is then."""

# The public three-digit codes of Korean banks, in the order of the goods' bank names.
_BANK_NUMBERS = ("004", "088", "020", "081", "011", "003", "090", "092")
_DEBIT_BANKS = ("KB", "SHINHAN_UNIFIED", "WOORI", "HANA", "NH", "IBK", "KAKAO_BANK", "TOSS_BANK")
_STANDBY = {"VBANK": "VIRTUAL_BANK_STANDBY", "CMS": "CMS_STANDBY", "CMS_BILL": "CMS_STANDBY"}
_PAID = {"COMPLETE", "PARTIAL_CANCELED"}


class Payments(Customers, Stock):
    """The payments and refunds of a store. It has no public action: orders are paid and refunded."""

    def _order_or_newest(self, order: Order | int | None) -> Order:
        return self.order if order is None else self._find(Order, order)

    def _refundable(self, order: Order, amount: Money | None) -> tuple[Payment, Amount]:
        """The payment to refund, and how much of it."""
        subject, payment = f"order {order.id}", self._paid_payment(order)
        if payment is None:
            state = "refunded already" if order.returned else f"{order.status}, with nothing paid"
            refuse("refund the order", subject=subject, state=state, hint="Refund a paid order.")
        part = order.left if amount is None else self._amount(amount, "amount", least=1)
        if part > order.left:
            state = f"paid with {order.amount}, and {order.left} of it is not refunded"
            refuse(f"refund {part}", subject=subject, state=state, hint=f"Refund at most {order.left}.")
        return payment, part

    def _refund_payment(self, payment: Payment, part: Amount) -> None:
        canceled, now = payment.canceled + part, self._tick()
        status = "CANCELED" if canceled == payment.amount else "PARTIAL_CANCELED"
        self._emit(EventType.PAYMENT_CANCELED, replace(payment, status=status, canceled=canceled, canceled_at=now))

    def _refund_order(self, order: Order, part: Amount, *, status: str) -> Order:
        now = self._tick()
        return self._emit(
            EventType.ORDER_UPDATED,
            replace(
                order,
                lines=with_status(order.lines, status, now, canceled=now),
                returned=order.returned + part,
                modified_at=now,
            ),
        )

    def _payments_of(self, order: Order) -> Iterator[Payment]:
        """The payments of the order, the newest first."""
        return (one for one in reversed(self._tables.payments.values()) if one.order_id == order.id)

    def _paid_payment(self, order: Order) -> Payment | None:
        """The payment that paid the order, if not all of it was refunded."""
        return next((one for one in self._payments_of(order) if one.status in _PAID), None)

    def _open_order(self, subscription: Subscription) -> Order | None:
        """The order that the subscription waits for."""
        return None if subscription.open_order is None else self._tables.orders[subscription.open_order]

    def _invoice_of(self, order: Order) -> Invoice | None:
        return None if order.invoice_id is None else self._tables.invoices[order.invoice_id]

    def _new_payment(self, order: Order, payment_method: PaymentMethod, *, status: str) -> Payment:
        customer = self._tables.customers[order.customer_id]
        now = self._tick()
        payment = Payment(
            id=self._ids.number("payment"),
            id_key=self._ids.id_key(now),
            order_id=order.id,
            customer_id=customer.id,
            payer=_payer(customer),
            product_name=order.lines[0].product_name,
            amount=order.amount,
            status=status,
            gateway=payment_method.gateway,
            method=payment_method.method,
            card=payment_method.card,
        )
        return replace(payment, debit=self._debit(now)) if payment_method.method.startswith("CMS") else payment

    def _fail(self, order: Order, payment_method: PaymentMethod, *, reason: str | None = None) -> Order:
        """Log a failed attempt: payment.failed, and order.updated unless the order failed before (assumed)."""
        payment = self._new_payment(order, payment_method, status="FAILED")
        by_card = payment_method.method.startswith("CARD")
        error = reason or self._chance.pick(self._pool.goods["error-message" if by_card else "bank-error"])
        debit = payment.debit and replace(payment.debit, status="WITHDRAW_FAIL", error=error)
        self._emit(EventType.PAYMENT_FAILED, replace(payment, error=error, debit=debit))
        return self._order_failed(order)

    def _order_failed(self, order: Order) -> Order:
        if order.status == "PAYMENT_FAILURE" or not self.assumptions.order_updated_when_failed:
            return order
        now = self._tick()
        lines = with_status(order.lines, "PAYMENT_FAILURE", now)
        return self._emit(EventType.ORDER_UPDATED, replace(order, lines=lines, modified_at=now))

    def _stand_by(self, order: Order, payment_method: PaymentMethod) -> None:
        """Log a payment that waits for its money: payment.standby."""
        payment = self._new_payment(order, payment_method, status=_STANDBY[payment_method.method])
        if payment_method.method == "VBANK":
            payment = replace(payment, account=self._account())
            assert payment.account is not None  # noqa: S101 - for the type checker
            self._agenda.plan(payment.account.until, "account closes", order.id)
        self._emit(EventType.PAYMENT_STANDBY, payment)

    def _pay(self, order: Order, payment_method: PaymentMethod, effect: Effect) -> Order:
        """Pay the order. An order that costs nothing has no payment (assumed)."""

        def take() -> None:
            if order.amount:
                payment = self._new_payment(order, payment_method, status="COMPLETE")
                debit = payment.debit and replace(payment.debit, status="WITHDRAW_SUCCESS")
                self._emit(EventType.PAYMENT_COMPLETED, replace(payment, paid_at=self._now, debit=debit))

        return self._settle(order, effect, take)

    def _complete(self, order: Order, payment: Payment, effect: Effect) -> Order:
        """The money of a payment on standby arrives: payment.completed, with the id of that payment."""

        def take() -> None:
            now = self._tick()
            debit = payment.debit and replace(payment.debit, status="WITHDRAW_SUCCESS", at=now)
            self._emit(EventType.PAYMENT_COMPLETED, replace(payment, status="COMPLETE", paid_at=now, debit=debit))

        return self._settle(order, effect, take)

    def _settle(self, order: Order, effect: Effect, take: Callable[[], None]) -> Order:
        """Log that the order is paid: order.updated, the payment, the effect (fact 36), then order.payment_completed.

        order.payment_completed comes last (assumed), because it has what the effect added to the order.
        """
        paid = order
        if self.assumptions.order_updated_when_paid:
            paid = self._emit(EventType.ORDER_UPDATED, _paid(order, self._tick()))
        take()
        if paid is order:
            paid = _paid(order, self._tick())
        settled = replace(effect(paid), modified_at=self._tick())
        self._plan_to_tell_again(paid)
        self._emit(EventType.ORDER_PAYMENT_COMPLETED, settled)
        self._take_stock(settled)
        return settled

    def _plan_to_tell_again(self, paid: Order) -> None:
        assert paid.paid_at is not None  # noqa: S101 - for the type checker
        for seconds in self.assumptions.order_updated_again:
            self._agenda.plan(paid.paid_at + timedelta(seconds=seconds), "order is told again", paid.id)

    def _telling_due(self, key: Key, _due: datetime) -> None:
        """Send order.updated again, as was seen (fact 36), unless the order was refunded or its customer deleted."""
        order = self._tables.orders[int(key)]
        if order.status == "PAID" and order.customer_id in self._tables.customers:
            self._emit(EventType.ORDER_UPDATED, replace(order, modified_at=self._tick()))

    def _account_due(self, key: Key, _due: datetime) -> None:
        """Close a virtual account that got no money: its order is CANCELLED; one with an invoice can be paid again."""
        order = self._tables.orders[int(key)]
        if order.status == "DEPOSIT_WAITING":
            now = self._tick()
            if order.invoice_id is None:
                lines = with_status(order.lines, "CANCELLED", now, canceled=now)
            else:
                lines = with_status(order.lines, "CREATED", now)
            self._emit(EventType.ORDER_UPDATED, replace(order, lines=lines, modified_at=now))

    def _account(self) -> VirtualAccount:
        bank = self._chance.between(0, len(_BANK_NUMBERS) - 1)
        return VirtualAccount(
            bank_code=_BANK_NUMBERS[bank],
            bank_name=self._pool.goods["bank-name"][bank],
            number=f"{self._chance.between(10**11, 10**12 - 1)}",
            holder=self._merchant,
            until=self._now + timedelta(days=self.assumptions.virtual_account_days),
        )

    def _debit(self, now: datetime) -> Debit:
        chance = self._chance
        return Debit(
            company=self._merchant,
            manager=self._pool.names[chance.between(0, PEOPLE - 1)],
            registration=f"{chance.between(100, 999)}-{chance.between(10, 99)}-{chance.between(10_000, 99_999)}",
            holder=f"{chance.between(60, 99)}{chance.between(1, 12):02d}{chance.between(1, 28):02d}",
            bank_code=chance.pick(_DEBIT_BANKS),
            account=f"{chance.between(10**11, 10**12 - 1)}",
            at=now,
            status="WITHDRAW_PENDING",
        )

    def _amount(self, amount: Any, what: str, *, least: int = 0) -> Amount:
        return check_amount(amount, self.currency, what, least=least)


def _paid(order: Order, now: datetime) -> Order:
    return replace(order, lines=with_status(order.lines, "PAID", now), paid_at=now, modified_at=now)


def method_of(subscription: Subscription) -> PaymentMethod:
    """What the subscription is charged to."""
    return PaymentMethod(subscription.gateway, subscription.method, subscription.card)


def _payer(customer: Customer) -> dict[str, Any]:
    words = customer.words
    return {"userName": words.get("name"), "email": words.get("email"), "phone": words.get("phone")}


def with_status(
    lines: tuple[OrderLine, ...], status: str, now: datetime, *, canceled: datetime | None = None
) -> tuple[OrderLine, ...]:
    """The lines, all in that status."""
    return tuple(
        replace(line, status=status, modified_at=now, canceled_at=canceled or line.canceled_at) for line in lines
    )
