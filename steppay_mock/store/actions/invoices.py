"""Drafts, updates, reserves, sends, pays and deletes invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError, choices
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.actions.new_orders import first_amount
from steppay_mock.store.actions.orders import Orders
from steppay_mock.store.actions.payments import with_status
from steppay_mock.store.base import read_moment
from steppay_mock.store.lifecycle import INVOICE, refuse, require_transition
from steppay_mock.store.options import Money
from steppay_mock.store.payment_methods import Method
from steppay_mock.store.records import Basket, Customer, Invoice, Key, Price
from steppay_mock.store.texts import check_letters
from steppay_mock.store.whole_numbers import check_quantity, check_whole
from steppay_mock.values import check_flag

_CHANNELS = ("KAKAO", "SMS", "EMAIL")


@dataclass(frozen=True, slots=True, kw_only=True)
class _InvoiceTerms:
    """What an invoice says, checked."""

    basket: Basket
    discount: Amount
    memo: str | None
    time_to_pay: timedelta
    channels: tuple[str, ...]


class Invoices(Orders):
    """The actions on an invoice. Without one named, it is the customer's newest."""

    def draft_invoice(
        self,
        price: Price | str | None = None,
        *,
        customer: Customer | int | None = None,
        quantity: int = 1,
        discount: Money = 0,
        memo: str | None = None,
        days_to_pay: int = 7,
        channels: Sequence[str] = ("EMAIL",),
    ) -> Invoice:
        """Draft an invoice of a price: invoice.created (TEMPORARY). Its order is made when it is sent (fact 51)."""
        wanted = self._read_invoice(
            self.price if price is None else self._find(Price, price),
            quantity=quantity,
            discount=discount,
            memo=memo,
            days_to_pay=days_to_pay,
            channels=channels,
        )
        buyer = self._customer_or_default(customer)
        now = self._tick()
        return self._emit(
            EventType.INVOICE_CREATED,
            Invoice(
                id=self._ids.number("invoice"),
                status="TEMPORARY",
                created_at=now,
                customer_id=buyer.id,
                basket=wanted.basket,
                channels=wanted.channels,
                deadline=now + wanted.time_to_pay,
                discount=wanted.discount,
                memo=wanted.memo,
            ),
        )

    def update_invoice(
        self,
        invoice: Invoice | int | None = None,
        *,
        price: Price | str | None = None,
        customer: Customer | int | None = None,
        quantity: int | None = None,
        discount: Money | None = None,
        memo: str | None = None,
        days_to_pay: int | None = None,
        channels: Sequence[str] | None = None,
    ) -> Invoice:
        """Change an invoice that is not sent: invoice.updated. None leaves as it is what it stands for.

        The days to pay count from the draft. One that is reserved stays reserved.
        """
        found = self._allowed_invoice(invoice, "update")
        days = (found.deadline - found.created_at).days if days_to_pay is None else days_to_pay
        wanted = self._read_invoice(
            found.basket.prices[0] if price is None else self._find(Price, price),
            quantity=found.basket.quantity if quantity is None else quantity,
            discount=found.discount if discount is None else discount,
            memo=found.memo if memo is None else memo,
            days_to_pay=days,
            channels=found.channels if channels is None else channels,
        )
        deadline = found.created_at + wanted.time_to_pay
        earliest = max(self._now, found.reserved_at or self._now)
        if deadline <= earliest:
            raise SteppayMockError(
                f"days_to_pay={days}: the invoice would be due at {deadline.isoformat()}+00:00, before it is sent. "
                "Give more days."
            )
        changed = replace(
            found,
            customer_id=found.customer_id if customer is None else self._find(Customer, customer).id,
            basket=wanted.basket,
            channels=wanted.channels,
            deadline=deadline,
            discount=wanted.discount,
            memo=wanted.memo,
        )
        if changed == found:
            raise SteppayMockError(f"Invoice {found.id} says so already. Give something else to change.")
        self._tick()
        return self._emit(EventType.INVOICE_UPDATED, changed)

    def reserve_invoice(self, invoice: Invoice | int | None = None, *, at: datetime | float) -> Invoice:
        """Plan to send the draft at that moment: invoice.updated (RESERVATION), and then (SENT)."""
        found = self._allowed_invoice(invoice, "reserve")
        moment = read_moment(at, "at")
        if not self._now < moment < found.deadline:
            raise SteppayMockError(
                f"at={at}: an invoice is sent between now, {self.now.isoformat()}, and its deadline, "
                f"{found.deadline.isoformat()}+00:00. Give a moment between."
            )
        self._agenda.plan(moment, "invoice is sent", found.id)
        self._tick()
        return self._emit(EventType.INVOICE_UPDATED, replace(found, status="RESERVATION", reserved_at=moment))

    def send_invoice(self, invoice: Invoice | int | None = None, *, fails: bool = False) -> Invoice:
        """Send it now: order.created, invoice.updated (SENT, which names the order). If it fails: SEND_FAIL alone."""
        check_flag("fails", fails)
        found = self._allowed_invoice(invoice, "sending fails" if fails else "send")
        if found.deadline <= self._now:
            refuse(
                "send the invoice",
                subject=f"invoice {found.id}",
                state="past its deadline",
                hint="Delete it, and draft another.",
            )
        self._tick()
        if fails:
            return self._emit(EventType.INVOICE_UPDATED, replace(found, status="SEND_FAIL"))
        return self._sent(found)

    def pay_invoice(
        self,
        invoice: Invoice | int | None = None,
        *,
        method: Method = "card",
        gateway: str | None = None,
        pays: Literal["now", "fails"] = "now",
    ) -> Invoice:
        """Pay it: order.updated, payment.completed, invoice.updated (PAID), order.payment_completed (fact 36)."""
        found = self._allowed_invoice(invoice, "pay")
        assert found.order_id is not None  # noqa: S101 - it was sent
        self.pay(found.order_id, method=method, gateway=gateway, pays=pays)
        return self._tables.invoices[found.id]

    def delete_invoice(self, invoice: Invoice | int | None = None) -> Invoice:
        """Delete it, and cancel its order if it was sent: invoice.deleted, order.updated (CANCELLED).

        Subscriptions of the order that are INCOMPLETE are cancelled too: subscription.updated.
        """
        found = self._allowed_invoice(invoice, "delete")
        now = self._tick()
        deleted = self._emit(EventType.INVOICE_DELETED, replace(found, deleted_at=now))
        if found.order_id is not None:
            order = self._tables.orders[found.order_id]
            now = self._tick()
            lines = with_status(order.lines, "CANCELLED", now, canceled=now)
            self._emit(EventType.ORDER_UPDATED, replace(order, lines=lines, invoice_id=None, modified_at=now))
            self._cancel_subscriptions_of(order)
        return deleted

    def _read_invoice(
        self,
        sold: Price,
        *,
        quantity: int,
        discount: Money,
        memo: str | None,
        days_to_pay: int,
        channels: Sequence[str],
    ) -> _InvoiceTerms:
        """The terms of an invoice, checked before anything changes."""
        check_quantity(quantity)
        cost = sold.amount_in_advance * quantity
        if not cost:
            reason = "is paid after each period" if sold.is_postpaid else "costs nothing for its quota"
            raise SteppayMockError(
                f"The price {sold.code} {reason}, and an invoice needs an amount. Give another price."
            )
        off = self._amount(discount, "discount")
        if off >= cost:
            raise SteppayMockError(f"discount={off} leaves nothing to pay. Give less than {cost}.")
        check_whole("days_to_pay", days_to_pay, most=365)
        if memo is not None and not isinstance(memo, str):
            raise SteppayMockError(f"memo={memo!r} is no text. Write one, or leave it out.")
        check_letters("memo", memo)
        if not isinstance(channels, list | tuple) or not all(channel in _CHANNELS for channel in channels):
            raise SteppayMockError(f"channels={channels!r} are not some of {choices(_CHANNELS)}.")
        self._require_on_sale([sold], quantity)
        beside = (("DISCOUNT", off),) if off else ()
        return _InvoiceTerms(
            basket=Basket(
                prices=(sold,), quantity=quantity, trial_days=0, beside=beside, gateway="TOSS", method="CARD"
            ),
            discount=off,
            memo=memo,
            time_to_pay=timedelta(days=days_to_pay),
            channels=tuple(channels),
        )

    def _allowed_invoice(self, invoice: Invoice | int | None, action: str) -> Invoice:
        found = self.invoice if invoice is None else self._find(Invoice, invoice)
        require_transition(INVOICE, action, subject=f"invoice {found.id}", status=found.status)
        return found

    def _sent(self, invoice: Invoice) -> Invoice:
        basket = invoice.basket
        [price] = basket.prices
        cost = first_amount(price, basket)
        first = self._product_line(price, quantity=basket.quantity, amount=cost, now=self._now)
        order = self._new_order(
            "RECURRING_INITIAL" if price.recurs else "ONE_TIME",
            self._tables.customers[invoice.customer_id],
            [first, *self._lines_beside(first, basket)],
            basket=basket,
            due_at=invoice.deadline,
            invoice_id=invoice.id,
        )
        self._tick()
        sent = replace(invoice, status="SENT", order_id=order.id, order_code=order.code)
        self._agenda.plan(sent.deadline, "invoice is overdue", sent.id)
        return self._emit(EventType.INVOICE_UPDATED, sent)

    def _reserved_time_due(self, key: Key, _due: datetime) -> None:
        invoice = self._tables.invoices.get(int(key))  # None: it was deleted
        if invoice is not None and invoice.status == "RESERVATION":
            self._tick()
            self._sent(invoice)

    def _deadline_due(self, key: Key, _due: datetime) -> None:
        invoice = self._tables.invoices.get(int(key))
        if invoice is not None and invoice.status == "SENT":
            self._tick()
            self._emit(EventType.INVOICE_UPDATED, replace(invoice, status="OVER_DUE"))
