"""Lines of orders: OrderItemV1DTO and ProductOrderitemdto have the same fields; RelatedOrderItem has fewer."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.coherence.fields import money
from steppay_mock.rest.shapes.prices import plan_of, price_object
from steppay_mock.rest.shapes.products import product_object
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.records import Order, OrderLine, Price

Data = dict[str, Any]


def line_object(reading: ApiReading, line: OrderLine) -> Data:
    """A line of an order. Only the line of a product has a price and a product in it."""
    first_id, first_code = line.first or (None, None)
    price, product = reading.price(line.price_code), reading.product(line.product_code)
    return {
        "id": line.id,
        "code": line.code,
        "paidAmount": money(line.amount),
        "currency": line.currency,
        "quantity": line.quantity,
        "price": None if price is None else price_object(reading, price),
        "product": None if product is None else product_object(reading, product),
        "type": line.type,
        "status": line.status,
        "featuredImageUrl": line.image or "",
        "selectedProductOptionLabel": "",
        "selectedProductOptionIds": [],
        "createdAt": reading.at(line.created_at),
        "canceledDateTime": reading.at_or_null(line.canceled_at),
        "orderItemCode": line.code,
        "modifiedAt": reading.at(line.modified_at),
        "orderedProductType": line.product_type,
        "orderedProductName": line.product_name,
        "orderedPlanName": line.plan_name,
        "discountName": line.discount_name,
        "relatedOrderItemId": first_id,
        "priceSetupType": line.setup_type,
        "demoCycle": {"num": line.trial_days, "type": "DAY"} if line.trial_days else None,
        "usedCount": None,
        "usageFormula": None,
        "deliveryCode": None,
        "histories": None,
        "unitChangeHistory": None,
        "unitCount": None,
        "minimumQuantity": 0 if line.first else 1,
        "maximumQuantity": None,
        "parentOrderItemCode": first_code,
    }


def line_of_related(reading: ApiReading, order: Order, line: OrderLine) -> Data:
    """A line of an order that is named within another order."""
    price = price_sold(reading, order)
    return {
        "orderItemId": line.id,
        "code": line.code,
        "productName": line.product_name,
        "plan": _plan_by_name(line.plan_name) if price is None else plan_of(price),
        "status": line.status,
        "amount": money(line.amount),
        "priceType": "FLAT" if price is None else price.billing,
        "parentOrderItemCode": (line.first or (None, None))[1],
    }


def price_sold(reading: ApiReading, order: Order) -> Price | None:
    """The price of the first line of an order."""
    return reading.price(order.lines[0].price_code)


def _plan_by_name(name: str) -> Data:
    return {
        "name": name,
        "description": "",
        "detailDescription": None,
        "isHiddenFromShop": False,
        "adminName": None,
    }
