"""Writes records as the ``data`` of webhooks: one function for each object, its fields in the order of its schema."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from steppay_mock.payload.coherence.fields import money
from steppay_mock.store.records import (
    Customer,
    Debit,
    Invoice,
    Item,
    Message,
    Order,
    OrderLine,
    Payment,
    Period,
    Price,
    Product,
    Record,
    Subscription,
    Usage,
    VirtualAccount,
    Words,
)

Data = dict[str, Any]


def data_of(record: Record) -> Data:
    """The ``data`` of a webhook with the record, with its null fields."""
    return _WRITERS[record.__class__](record)


def _customer(customer: Customer) -> Data:
    return _copied(customer.words)


def _product(product: Product) -> Data:
    return {**_copied(product.words), "prices": [_price(price) for price in product.prices]}


def _price(price: Price) -> Data:
    return _copied(price.words)


def _order(order: Order) -> Data:
    return {
        "id": order.id,
        "code": order.code,
        "type": order.type,
        "paidAmount": money(order.amount),
        "returnedAmount": money(order.returned),
        "leftAmount": money(order.left),
        "discountedAmount": money(-sum(line.amount for line in order.lines if line.type == "DISCOUNT")),
        "productName": order.lines[0].product_name,
        "paymentDate": _at(order.paid_at),
        "paymentDueDate": _at(order.due_at),
        "createdAt": order.created_at.isoformat(),
        "modifiedAt": order.modified_at.isoformat(),
        "purchaseDeadline": _at(order.deadline),
        "idKey": order.id_key,
        "customerId": order.customer_id,
        "shipping": None if order.shipping is None else _copied(order.shipping),
        "items": [_line(line) for line in order.lines],
        "subscriptions": list(order.subscriptions) or None,
        "invoiceId": order.invoice_id,
    }


def _line(line: OrderLine) -> Data:
    first_id, first_code = line.first or (None, None)
    return {
        "id": line.id,
        "code": line.code,
        "type": line.type,
        "status": line.status,
        "createdAt": line.created_at.isoformat(),
        "modifiedAt": line.modified_at.isoformat(),
        "canceledDateTime": _at(line.canceled_at),
        "paidAmount": money(line.amount),
        "currency": line.currency,
        "quantity": line.quantity,
        "priceCode": line.price_code,
        "productCode": line.product_code,
        "productType": line.product_type,
        "productName": line.product_name,
        "featuredImageUrl": line.image,
        "selectedProductOptionLabel": None,
        "selectedProductOptionIds": [],
        "planName": line.plan_name,
        "discountName": line.discount_name,
        "relatedOrderItemId": first_id,
        "priceSetupType": line.setup_type,
        "demoCycle": {"num": line.trial_days, "type": "DAY"} if line.trial_days else None,
        "minimumQuantity": None if line.first else 1,
        "parentOrderItemCode": first_code,
    }


def _payment(payment: Payment) -> Data:
    return {
        "paymentId": payment.id,
        "idKey": payment.id_key,
        "orderId": str(payment.order_id),  # strings in payments, numbers in all other objects (fact 14)
        "customerId": str(payment.customer_id),
        "payer": _copied(payment.payer),
        "productName": payment.product_name,
        "paidAmount": money(payment.amount),
        "paidAt": _at(payment.paid_at),
        "status": payment.status,
        "paymentGateway": payment.gateway,
        "paymentMethod": payment.method,
        "paymentOnly": False,
        "errorMessage": payment.error,
        "cancel": _cancel(payment),
        "vBank": None if payment.account is None else _account(payment.account),
        "niceCms": None if payment.debit is None else _debit(payment.debit),
    }


def _cancel(payment: Payment) -> Data:
    """What was given back so far: every payment has it, 0 at first (fact 33)."""
    return {"canceledAmount": money(payment.canceled), "lastCanceledDate": _at(payment.canceled_at)}


def _account(account: VirtualAccount) -> Data:
    return {
        "bankCode": account.bank_code,
        "bankName": account.bank_name,
        "accountNumber": account.number,
        "accountName": account.holder,
        "bankDate": account.until.isoformat(),
    }


def _debit(debit: Debit) -> Data:
    return {
        "corporateManager": debit.manager,
        "companyName": debit.company,
        "companyRegistrationNumber": debit.registration,
        "accountHolderSocialSecurityNumber": debit.holder,
        "bankCode": debit.bank_code,
        "bankAccount": debit.account,
        "date": debit.at.isoformat(),
        "status": debit.status,
        "errorReturn": debit.error,
    }


def _subscription(subscription: Subscription) -> Data:
    return {
        "subscriptionId": subscription.id,
        "status": subscription.status,
        "createdAt": subscription.created_at.isoformat(),
        "trialPeriod": None if subscription.trial is None else _period(subscription.trial),
        "lastPaymentDate": _at(subscription.paid_at),
        "nextPaymentDate": _at(subscription.next_at),
        "originNextPaymentDate": _at(subscription.origin_next_at),
        "endDate": _at(subscription.end_at),
        "pausedDateTime": _at(subscription.paused_at),
        "orderId": subscription.order_id,
        "orderCode": subscription.order_code,
        "items": [_item(item) for item in subscription.items],
        "customerId": subscription.customer_id,
        "intervalUnit": subscription.unit,
        "intervalCount": subscription.count,
        "paymentMethod": {"paymentGateway": subscription.gateway, "paymentInfo": subscription.card},
        "currentPeriod": _period(subscription.period),
        "notiBeforePaymentDate": _at(subscription.notice_at),
    }


def _item(item: Item) -> Data:
    return {
        "subscriptionItemId": item.id,
        "productName": item.product_name,
        "featuredImageUrl": item.image,
        "selectedProductOptionIds": [],
        "price": money(item.price.amount),
        "quantity": item.quantity,
        "isAdditional": item.is_additional,
        "keepWhenRenew": True,
        "maximumPurchaseQuantity": None,
        "productCode": item.price.product_code,
        "priceCode": item.price.code,
        "type": "SKU",
        "claimMethodType": "POST" if item.price.is_postpaid else "PRE",
        "priceType": item.price.billing,
        "selectedOptions": [],
    }


def _period(period: Period) -> Data:
    return {"startDateTime": period.start.isoformat(), "endDateTime": period.end.isoformat()}


def _invoice(invoice: Invoice) -> Data:
    return {
        "id": invoice.id,
        "status": invoice.status,
        "publishType": "NOW" if invoice.reserved_at is None else "RESERVATION",
        "purchaseDeadline": invoice.deadline.isoformat(),
        "reservationAt": _at(invoice.reserved_at),
        "deletedAt": _at(invoice.deleted_at),
        "publishMethod": list(invoice.channels),
        "discount": money(invoice.discount),
        "memoToCustomer": invoice.memo,
        "orderId": invoice.order_id,
        "orderCode": invoice.order_code,
        "customerId": invoice.customer_id,
    }


def _usage(usage: Usage) -> Data:
    return {
        "id": usage.id,
        "subscriptionItemId": usage.item_id,
        "accumulatedQuota": usage.quota,
        "accumulatedRecord": usage.used,
        "recordQuotas": [
            {
                "id": entry.id,
                "deltaQuota": entry.quota,
                "deltaRecord": entry.record,
                "accumulateQuota": entry.quota_sum,
                "accumulateRecord": entry.record_sum,
                "influxDate": entry.at.isoformat(),
                "via": entry.via,
            }
            for entry in usage.entries
        ],
    }


def _message(message: Message) -> Data:
    return {
        "id": message.id,
        "customerId": str(message.customer_id),  # all three are strings (fact 14)
        "orderId": str(message.order_id),
        "subscriptionId": str(message.subscription_id),
        "nextRetryDatetime": _at(message.retry_at),
        "messageType": message.type,
        "messageSentStep": message.step,
    }


def _copied(words: Words) -> Data:
    """A copy for one event: nulls are removed in place later, and a user may change the event."""
    return {name: _copy(inner) for name, inner in words.items()}


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return _copied(value)
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


_WRITERS: dict[type, Callable[[Any], Data]] = {
    Customer: _customer,
    Invoice: _invoice,
    Message: _message,
    Order: _order,
    Payment: _payment,
    Price: _price,
    Product: _product,
    Subscription: _subscription,
    Usage: _usage,
}
