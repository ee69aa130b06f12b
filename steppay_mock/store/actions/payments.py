"""Money: attempts, payments, virtual accounts, debits and refunds (fact 29)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.payload.pools import PEOPLE
from steppay_mock.store.actions.catalogue import Catalogue
from steppay_mock.store.actions.customers import Customers
from steppay_mock.store.amounts import check_amount
from steppay_mock.store.lifecycle import refuse
from steppay_mock.store.means import Means
from steppay_mock.store.options import Money
from steppay_mock.store.records import Customer, Debit, Key, Line, Order, Payment, VirtualAccount

Effect = Callable[[Order], Order]
"""What follows once an order is paid; it gives the order as it is then."""

# The public three-digit codes of Korean banks, in the order of the goods' bank names.
_BANK_NUMBERS = ("004", "088", "020", "081", "011", "003", "090", "092")
_DEBIT_BANKS = ("KB", "SHINHAN_UNIFIED", "WOORI", "HANA", "NH", "IBK", "KAKAO_BANK", "TOSS_BANK")
_STANDBY = {"VBANK": "VIRTUAL_BANK_STANDBY", "CMS": "CMS_STANDBY", "CMS_BILL": "CMS_STANDBY"}
_REFUNDED = {True: "CANCELLATION_REFUNDED", False: "CANCELLATION_REFUNDED_PARTIALLY"}


class Payments(Customers, Catalogue):
    """What happens to money."""

    def refund(self, order: Order | int | None = None, *, amount: Money | None = None) -> Order:
        """Give all that is left of the order back, or ``amount``: payment.canceled, then order.updated.

        Nothing else follows: a subscription goes on (assumed).
        """
        found = self.order if order is None else self._find(Order, order)
        self._owner(found.customer_id, "refund the order")
        part = self._refundable(found, amount)
        self._give_back(found, part)
        return self._order_given_back(found, part, status=_REFUNDED[part == found.left])

    def _refundable(self, order: Order, amount: Money | None) -> Amount:
        subject = f"order {order.id}"
        if self._payment_of(order, "COMPLETE", "PARTIAL_CANCELED") is None or not order.left:
            state = "given back already" if order.returned else f"{order.status}, with nothing paid"
            refuse("refund the order", subject=subject, state=state, hint="Refund an order that was paid.")
        part = order.left if amount is None else self._amount(amount, "amount", least=1)
        if part > order.left:
            state = f"paid with {order.amount}, of which {order.left} is left"
            refuse(f"refund {part}", subject=subject, state=state, hint=f"Refund at most {order.left}.")
        return part

    def _give_back(self, order: Order, part: Amount) -> None:
        payment = self._payment_of(order, "COMPLETE", "PARTIAL_CANCELED")
        if payment is None:
            return
        canceled, now = payment.canceled + part, self._tick()
        status = "CANCELED" if canceled == payment.amount else "PARTIAL_CANCELED"
        self._happen(EventType.PAYMENT_CANCELED, replace(payment, status=status, canceled=canceled, canceled_at=now))

    def _order_given_back(self, order: Order, part: Amount, *, status: str) -> Order:
        now = self._tick()
        return self._happen(
            EventType.ORDER_UPDATED,
            replace(
                order,
                lines=with_status(order.lines, status, now, canceled=now),
                returned=order.returned + part,
                modified_at=now,
            ),
        )

    def _payment_of(self, order: Order, *statuses: str) -> Payment | None:
        """The newest payment of the order, with one of the statuses if any are named."""
        for payment in reversed(self._tables.payments.values()):
            if payment.order_id == order.id and (not statuses or payment.status in statuses):
                return payment
        return None

    def _new_payment(self, order: Order, means: Means, *, status: str) -> Payment:
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
            gateway=means.gateway,
            method=means.method,
        )
        return replace(payment, debit=self._debit(now)) if means.method.startswith("CMS") else payment

    def _fail(self, order: Order, means: Means) -> Order:
        """An attempt that fails: payment.failed, and order.updated unless the order failed before (assumed)."""
        payment = self._new_payment(order, means, status="FAILED")
        by_card = means.method.startswith("CARD")
        error = self._chance.pick(self._pool.goods["error-message" if by_card else "bank-error"])
        debit = payment.debit and replace(payment.debit, status="WITHDRAW_FAIL", error=error)
        self._happen(EventType.PAYMENT_FAILED, replace(payment, error=error, debit=debit))
        return self._order_failed(order)

    def _order_failed(self, order: Order) -> Order:
        if order.status == "PAYMENT_FAILURE" or not self.assumptions.order_updated_when_failed:
            return order
        now = self._tick()
        lines = with_status(order.lines, "PAYMENT_FAILURE", now)
        return self._happen(EventType.ORDER_UPDATED, replace(order, lines=lines, modified_at=now))

    def _stand_by(self, order: Order, means: Means) -> None:
        """A payment that waits for its money: payment.standby."""
        payment = self._new_payment(order, means, status=_STANDBY[means.method])
        if means.method == "VBANK":
            payment = replace(payment, account=self._account())
            assert payment.account is not None  # noqa: S101 - for the type checker
            self._agenda.plan(payment.account.until, "account closes", order.id)
        self._happen(EventType.PAYMENT_STANDBY, payment)

    def _pay(self, order: Order, means: Means, effect: Effect) -> Order:
        """An attempt that succeeds. What costs nothing is paid without a payment (assumed)."""
        if not order.amount:
            return self._settle(order, effect)
        payment = self._new_payment(order, means, status="COMPLETE")
        debit = payment.debit and replace(payment.debit, status="WITHDRAW_SUCCESS")
        self._happen(EventType.PAYMENT_COMPLETED, replace(payment, paid_at=self._now, debit=debit))
        return self._settle(order, effect)

    def _money_comes(self, order: Order, payment: Payment, effect: Effect) -> Order:
        """The money for which a payment stood by: payment.completed, of the same payment."""
        now = self._tick()
        debit = payment.debit and replace(payment.debit, status="WITHDRAW_SUCCESS", at=now)
        self._happen(EventType.PAYMENT_COMPLETED, replace(payment, status="COMPLETE", paid_at=now, debit=debit))
        return self._settle(order, effect)

    def _settle(self, order: Order, effect: Effect) -> Order:
        """The order is paid: order.payment_completed, what follows from it, and order.updated (facts 6 and 25)."""
        also_updated = self.assumptions.order_updated_when_paid
        now = self._tick()
        paid = replace(order, lines=with_status(order.lines, "PAID", now), paid_at=now, modified_at=now)
        if also_updated:
            self._happen(EventType.ORDER_PAYMENT_COMPLETED, paid)
        settled = replace(effect(paid), modified_at=self._tick())
        return self._happen(EventType.ORDER_UPDATED if also_updated else EventType.ORDER_PAYMENT_COMPLETED, settled)

    def _close_account(self, key: Key, _due: datetime) -> None:
        """A virtual account that no money came into: its order is cancelled, or can be paid again if it was billed."""
        order = self._tables.orders.get(int(key))
        if order is not None and order.status == "DEPOSIT_WAITING":
            now = self._tick()
            if order.invoice_id is None:
                lines = with_status(order.lines, "CANCELLED", now, canceled=now)
            else:
                lines = with_status(order.lines, "CREATED", now)
            self._happen(EventType.ORDER_UPDATED, replace(order, lines=lines, modified_at=now))

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

    def _card(self) -> str:
        """What is shown of a card or an account that is charged again and again."""
        return f"{self._chance.pick(self._pool.goods['card-name'])} {self._chance.between(100_000, 999_999)}{'*' * 10}"

    def _amount(self, amount: Any, what: str, *, least: int = 0) -> Amount:
        return check_amount(amount, self.currency, what, least=least)


def _payer(customer: Customer) -> dict[str, Any]:
    words = customer.words
    return {"userName": words.get("name"), "email": words.get("email"), "phone": words.get("phone")}


def with_status(
    lines: tuple[Line, ...], status: str, now: datetime, *, canceled: datetime | None = None
) -> tuple[Line, ...]:
    """The lines, all with that status."""
    return tuple(
        replace(line, status=status, modified_at=now, canceled_at=canceled or line.canceled_at) for line in lines
    )
