"""Items of subscriptions, and subscriptions within an order: the parts that name no order."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.coherence.fields import money
from steppay_mock.rest.shapes.prices import claim_method_of, plan_of, price_object
from steppay_mock.rest.shapes.products import option_groups
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.records import Item, Subscription

Data = dict[str, Any]


def item_object(reading: ApiReading, item: Item) -> Data:
    """An item of a subscription: SubscriptionItemV1DTO and SubscriptionItemDTO."""
    product = reading.product(item.price.product_code)
    return {
        "id": item.id,
        "code": reading.code("subscription_item", item.id),
        "productName": item.product_name,
        "productType": item.product_type,
        "isOnetimePurchasable": False,
        "featuredImageUrl": item.image or "",
        "selectedProductOptionLabel": "",
        "selectedProductOptionIds": [],
        "selectedProductOptionPrice": 0,
        "plan": plan_of(item.price),
        "price": money(item.price.amount),
        "quantity": item.quantity,
        "isAdditional": item.is_additional,
        "keepWhenRenew": True,
        "hasOptions": product is not None and bool(option_groups(product)),
        "maximumPurchaseQuantity": None,
        "productCode": item.price.product_code,
        "priceCode": item.price.code,
        "type": "SKU",
        "claimMethodType": claim_method_of(item.price),
        "priceType": item.price.billing,
        "selectedOptions": [],
        "parentSubscriptionItemCode": None,
    }


def subscription_part(reading: ApiReading, subscription: Subscription) -> Data:
    """A subscription within an order: OrderSubscriptionV1DTO and OrderSubscriptionDTO."""
    return {
        "id": subscription.id,
        "status": subscription.status,
        "items": [item_object(reading, item) for item in subscription.items],
        "price": price_object(reading, subscription.items[0].price),
        "startDate": reading.at(subscription.created_at),
        "lastPaymentDate": reading.at_or_null(subscription.paid_at),
        "nextPaymentDate": reading.at_or_null(subscription.next_at),
        "endDate": reading.at_or_null(subscription.end_at),
        "interval": subscription.unit,
        "intervalCount": subscription.count,
        "trialEndDate": None if subscription.trial is None else reading.at(subscription.trial.end),
    }


def payment_method(subscription: Subscription) -> Data:
    """The card or account that renewals charge: CustomerPaymentMethodV1DTO."""
    return {"paymentGateway": subscription.gateway, "paymentInfo": subscription.card}
