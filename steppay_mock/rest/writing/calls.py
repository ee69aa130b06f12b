"""The table of the calls that write: method, path, body, status of success, and the function that does it (fact 38)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from steppay_mock.rest import targets
from steppay_mock.rest.writing import (
    customers,
    invoices,
    items,
    orders,
    payment_methods,
    prices,
    products,
    subscriptions,
    usages,
)
from steppay_mock.rest.writing.bodies import BodyType
from steppay_mock.rest.writing.call import WritingCall
from steppay_mock.rest.writing.write import ApiWrite

Act = Callable[[ApiWrite], Any]

_CUSTOMER = "its id (data.id)"
_ORDER = "its id or its code (data.id, data.code)"
_SUBSCRIPTION = "its id (data.subscriptionId)"
_PRODUCT = "its id, which GET /api/v1/products/{code} answers"


def _made(template: str, noun: str, act: Act, body: str, *, status: int = 201, missing: int = 404) -> WritingCall:
    """A call whose path names nothing."""
    return WritingCall(
        method="POST", template=template, noun=noun, act=act, body=BodyType(body), status=status, missing=missing
    )


def _customer(method: str, act: Act, body: str | None = None) -> WritingCall:
    return WritingCall(
        method=method,
        template="/api/v1/customers/{id}",
        noun="customer",
        key=_CUSTOMER,
        numbers=("id",),
        find=targets.customer_at,
        act=act,
        body=None if body is None else BodyType(body),
    )


def _subscription(method: str, part: str, act: Act, body: BodyType | None = None, *, status: int = 200) -> WritingCall:
    return WritingCall(
        method=method,
        template=f"/api/v1/subscriptions/{{id}}/{part}",
        noun="subscription",
        key=_SUBSCRIPTION,
        numbers=("id",),
        find=targets.subscription_at,
        act=act,
        body=body,
        status=status,
    )


def _item(method: str, act: Act, body: str | None = None) -> WritingCall:
    return WritingCall(
        method=method,
        template="/api/v1/subscriptions/{id}/items/{itemId}",
        noun="subscription item",
        key="the ids of a subscription and of its item (data.subscriptionId, data.items[0].subscriptionItemId)",
        numbers=("id", "itemId"),
        find=targets.item_of_subscription_at,
        act=act,
        body=None if body is None else BodyType(body),
    )


def _product(method: str, part: str, act: Act, body: str | None = None, *, status: int = 200) -> WritingCall:
    return WritingCall(
        method=method,
        template=f"/api/v1/products/{{id}}{part}",
        noun="product",
        key=_PRODUCT,
        numbers=("id",),
        find=targets.product_at,
        act=act,
        body=None if body is None else BodyType(body),
        status=status,
    )


def _price(method: str, act: Act, body: str | None = None) -> WritingCall:
    return WritingCall(
        method=method,
        template="/api/v1/products/{id}/prices/{priceId}",
        noun="price",
        key="the ids of the product and of the price, which GET /api/v1/products/{code} answers",
        numbers=("id", "priceId"),
        find=targets.price_at,
        act=act,
        body=None if body is None else BodyType(body),
    )


def _invoice(method: str, act: Act, body: str | None = None) -> WritingCall:
    return WritingCall(
        method=method,
        template="/api/v1/invoices/{id}",
        noun="invoice",
        key="its id (data.id)",
        numbers=("id",),
        find=targets.invoice_at,
        act=act,
        body=None if body is None else BodyType(body),
    )


def _method(method: str, act: Act, *, status: int) -> WritingCall:
    return WritingCall(
        method=method,
        template="/api/v1/customers/{id}/payment-method",
        noun="customer",
        key=_CUSTOMER,
        numbers=("id",),
        find=targets.customer_at,
        act=act,
        status=status,
    )


WRITES = (
    _made("/api/v1/customers", "customer", customers.create_customer, "AccountCustomercreatedto", missing=400),
    _customer("PUT", customers.update_customer, "CustomerUpdateDTO"),
    _customer("DELETE", customers.delete_customer),
    _made("/api/v1/orders", "order", orders.create_order, "OrderCreateV1DTO"),
    WritingCall(
        method="PATCH",
        template="/api/v1/orders/{idOrCode}/cancel",
        noun="order",
        key=_ORDER,
        find=targets.order_at,
        act=orders.cancel_order,
        body=BodyType("ReqV1"),
    ),
    _subscription("POST", "cancel", subscriptions.cancel, BodyType("SubscriptionCancelDTO")),
    _subscription("POST", "pause", subscriptions.pause, BodyType("SubscriptionPauseDTO")),
    _subscription("POST", "active", subscriptions.activate, status=201),
    _subscription("POST", "items", items.add_item, BodyType("SubscriptionItemCreateDTO")),
    _subscription("PUT", "items", items.replace_items, BodyType("SubscriptionItemReplaceDTO", is_list=True)),
    _item("PUT", items.change_item, "SubscriptionItemChangeDTO"),
    _item("DELETE", items.remove_item),
    _subscription(
        "PUT",
        "payment-method",
        subscriptions.change_payment_method,
        BodyType("SubscriptionChangePaymentMethodDTO"),
        status=201,
    ),
    _subscription("PUT", "interval", subscriptions.change_interval, BodyType("SubscriptionChangeRecurringDTO")),
    _subscription(
        "POST", "change-pay-datetime", subscriptions.move_payment, BodyType("SubscriptionChangePayDatetimeDTO")
    ),
    _subscription("POST", "renew", subscriptions.renew),
    _made("/api/v1/products", "product", products.create_product, "ProductProductcreatedto", missing=400),
    _product("PUT", "", products.update_product, "ProductUpdateDTO"),
    _product("PATCH", "/status", products.change_status),
    _product("DELETE", "", products.delete_product),
    _product("POST", "/prices", prices.create_price, "ProductPricecreatedto", status=201),
    _price("PUT", prices.update_price, "PriceUpdateDTO"),
    _price("DELETE", prices.delete_price),
    _made("/api/v1/usages", "usage", usages.add_usage, "Usage_recordReq", missing=400),
    _made("/api/v1/invoices", "invoice", invoices.create_invoice, "InvoiceCreateDTO", missing=400),
    _invoice("PUT", invoices.update_invoice, "InvoiceUpdateDTO"),
    _invoice("DELETE", invoices.delete_invoice),
    _method("POST", payment_methods.add_method, status=201),
    _method("PUT", payment_methods.replace_method, status=201),
    WritingCall(
        method="DELETE",
        template="/api/v1/customers/{id}/payment-method/{methodId}",
        noun="payment method",
        key="the id of a customer and of a payment method, which GET /api/v1/customers/{id} answers",
        numbers=("id", "methodId"),
        find=targets.customer_at,
        act=payment_methods.remove_method,
    ),
)
