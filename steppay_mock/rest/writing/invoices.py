"""Creates, updates and deletes invoices (fact 51)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from steppay_mock.rest.query import flag_in
from steppay_mock.rest.writing.bodies import refuse_field
from steppay_mock.rest.writing.write import DONE, ApiWrite, Data, moment_of
from steppay_mock.store.actions.all_actions import AllActions
from steppay_mock.store.records import Customer, Invoice

_DAY = timedelta(days=1)
_DAYS_TO_PAY = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class _InvoiceBody:
    """What a body says of an invoice."""

    store: AllActions
    terms: dict[str, Any]
    """The options of the store's actions that draft and update."""
    is_draft: bool
    reserved_at: datetime | None

    def publish(self, invoice: Invoice) -> None:
        """Send or reserve the invoice, unless it is a draft."""
        if self.is_draft:
            return
        if self.reserved_at is None:
            self.store.send_invoice(invoice)
        elif self.reserved_at.replace(tzinfo=None) != invoice.reserved_at:
            self.store.reserve_invoice(invoice, at=self.reserved_at)


def create_invoice(write: ApiWrite) -> Data:
    """POST /api/v1/invoices: a draft; with ``temporary=false`` it is sent, or reserved, at once."""
    store, customer = _customer(write)
    wanted = _read(write, store, customer, items="items", since=store.now)
    drafted = store.draft_invoice(**wanted.terms)
    wanted.publish(drafted)
    return {"id": drafted.id}


def update_invoice(write: ApiWrite) -> None:
    """PUT /api/v1/invoices/{id}: what stays as it is sends no event (assumed)."""
    store, invoice = write.store, write.found
    created = invoice.created_at.replace(tzinfo=store.now.tzinfo)
    wanted = _read(write, store, _customer(write)[1], items="products", since=created)
    if wanted.reserved_at is not None and invoice.status == "RESERVATION":
        refuse_field(
            "$.publishType",
            expected="NOW, because the invoice is reserved already",
            sent=write.body["publishType"],
            next_step="Delete the invoice, and make another.",
        )
    if wanted.terms != _terms_of(store, invoice):
        invoice = store.update_invoice(invoice, **wanted.terms)
    wanted.publish(invoice)


def delete_invoice(write: ApiWrite) -> Data:
    """DELETE /api/v1/invoices/{id}."""
    write.store.delete_invoice(write.found)
    return DONE


def _read(write: ApiWrite, store: AllActions, customer: Customer, *, items: str, since: datetime) -> _InvoiceBody:
    body, listed = write.body, write.body[items]
    if len(listed) != 1:
        refuse_field(
            f"$.{items}",
            expected="one item",
            sent=listed,
            next_step="Send one; an invoice of several is not simulated.",
        )
    days = _DAYS_TO_PAY
    if "purchaseDeadline" in body:
        days = ceil((moment_of(body["purchaseDeadline"], place="$.purchaseDeadline") - since) / _DAY)
    is_draft = flag_in(write.query, "temporary", default=True)
    reserved = None
    if not is_draft and body["publishType"] == "RESERVATION":
        reserved = _reservation(body, store, left=days * _DAY - (store.now - since))
    terms = {
        "price": write.price(store, listed[0], place=f"$.{items}[0]"),
        "customer": customer,
        "quantity": max(1, listed[0]["minimumQuantity"]),
        "discount": body["discount"],
        "memo": body.get("memoToCustomer"),
        "days_to_pay": days,
        "channels": tuple(body["publishMethods"]),
    }
    return _InvoiceBody(store=store, terms=terms, is_draft=is_draft, reserved_at=reserved)


def _terms_of(store: AllActions, invoice: Invoice) -> dict[str, Any]:
    """What the invoice says now, in the form of a body."""
    return {
        "price": invoice.basket.prices[0],
        "customer": next((one for one in store.customers if one.id == invoice.customer_id), None),
        "quantity": invoice.basket.quantity,
        "discount": invoice.discount,
        "memo": invoice.memo,
        "days_to_pay": (invoice.deadline - invoice.created_at).days,
        "channels": invoice.channels,
    }


def _customer(write: ApiWrite) -> tuple[AllActions, Customer]:
    stores = (write.store,) if write.found else write.stores
    for store in stores:
        for one in store.customers:
            if one.id == write.body["customerId"]:
                return store, one
    hint = "Read the customers with GET /api/v1/customers."
    return write.refuse_missing("customer", write.body["customerId"], place="$.customerId", hint=hint)


def _reservation(body: Data, store: AllActions, *, left: timedelta) -> datetime:
    """The moment at which the invoice is to be sent, between now and its deadline."""
    if "reservationAt" not in body:
        refuse_field(
            "$.reservationAt",
            expected="a moment, with RESERVATION",
            sent=None,
            next_step="Add it, or send publishType NOW.",
        )
    reserved = moment_of(body["reservationAt"], place="$.reservationAt")
    if not timedelta(0) < reserved - store.now < left:
        refuse_field(
            "$.reservationAt",
            expected="a moment after now and before the deadline",
            sent=body["reservationAt"],
            next_step=f"It is {store.now.replace(tzinfo=None).isoformat()} in the store.",
        )
    return reserved
