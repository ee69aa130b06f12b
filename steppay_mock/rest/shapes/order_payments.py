"""Payments within an order: OrderPaymentV1DTO and OrderPaymentDTO."""

from __future__ import annotations

from typing import Any

from steppay_mock.rest.shapes.amounts import whole
from steppay_mock.rest.shapes.buyers import payer
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.records import Debit, Order, Payment, VirtualAccount

Data = dict[str, Any]


def payment_part(reading: ApiReading, order: Order, *, is_v1: bool) -> Data | None:
    """The payment of the order; None if there is none.

    ``is_v1`` chooses OrderPaymentV1DTO. OrderPaymentDTO has the holder of a direct debit too, and its customer is a
    whole one, which is left out (assumed): it would have the order in it again.
    """
    payment = reading.payment_of(order)
    if payment is None:
        return None
    return {
        "paymentMethod": payment.method,
        "paymentDate": reading.at_or_null(payment.paid_at),
        "amount": whole(payment.amount),
        "discount": whole(discount_of(order)),
        "paymentReturn": None,
        "paymentReceiptUrl": None,
        "paymentGateway": payment.gateway,
        "cardNumber": card_number(reading, payment),
        "vbankDTO": None if payment.account is None else _account(reading, payment.account),
        "niceCmsDTO": None if payment.debit is None else _debit(reading, payment.debit, is_v1=is_v1),
        "customerDTO": payer(payment.payer) if is_v1 else None,
        "errorCode": None,
        "errorMessage": payment.error,
    }


def discount_of(order: Order) -> Any:
    """The sum of the discounts of an order."""
    return -sum(line.amount for line in order.lines if line.type == "DISCOUNT")


def card_number(reading: ApiReading, payment: Payment) -> str | None:
    """The masked number of the card that was charged, which may not be the present one; None if no card was charged.

    A first order is paid by the card that its subscription begins with. Each other payment on the page has its own.
    """
    if not payment.method.startswith("CARD"):
        return None
    card = payment.card or (_first_card(reading, payment) if payment.paid_at else None)
    if card is None:
        return f"{reading.digits(6, 'card', payment.id)}{'*' * 10}"
    return card.rpartition(" ")[2]  # without the name of the card


def _first_card(reading: ApiReading, payment: Payment) -> str | None:
    """The card that the subscription of the order began with."""
    order = reading.tables.orders.get(payment.order_id)
    for number in order.subscriptions if order else ():
        subscription = reading.tables.subscriptions.get(number)
        if subscription is not None and subscription.order_id == payment.order_id:
            return subscription.first_card or subscription.card
    return None


def _account(reading: ApiReading, account: VirtualAccount) -> Data:
    return {
        "bankCode": account.bank_code,
        "bankName": account.bank_name,
        "accountNumber": account.number,
        "accountName": account.holder,
        "bankDate": reading.at(account.until),
    }


def _debit(reading: ApiReading, debit: Debit, *, is_v1: bool) -> Data:
    written = {
        "corporateManager": debit.manager,
        "companyName": debit.company,
        "companyRegistrationNumber": debit.registration,
        "bankCode": debit.bank_code,
        "bankAccount": debit.account,
        "date": reading.at(debit.at),
        "status": debit.status,
        "errorReturn": debit.error,
    }
    return written if is_v1 else {**written, "accountHolderSocialSecurityNumber": debit.holder}
