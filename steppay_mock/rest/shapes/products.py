"""Products: as they are read (ProductV1DTO and ProductProductdto have the same fields), and in a list."""

from __future__ import annotations

from typing import Any

from steppay_mock.rest.shapes.prices import price_object
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.records import Product

Data = dict[str, Any]

_WIDGET = ("useDemo", "useEventBadge", "useOnetimePurchasable", "useNotice")


def product_object(reading: ApiReading, product: Product) -> Data:
    """A product that is read, or within another object."""
    words = product.words
    return {
        "id": product.id,
        "code": product.code,
        "type": product.type,
        "status": words["status"],
        "name": product.name,
        "subTitle": words.get("subTitle"),
        "featuredImageUrl": words.get("featuredImageUrl") or "",
        "imageUrls": list(words.get("imageUrls") or ()),
        "description": words.get("description") or "",
        "summary": None,
        "reasonOfReject": None,
        "sku": None,
        "quantity": words.get("quantity"),
        "combinedProducts": [],
        "optionGroups": option_groups(product),
        "useCombination": True,
        "optionCombinations": [],
        "prices": [price_object(reading, price) for price in product.prices],
        "createdAt": reading.at(words["createdAt"]),
        "modifiedAt": reading.at_or_null(words.get("modifiedAt")),
        **_demo(product),
        "categories": _categories(product),
        "vendorUuid": merchant_uuid(reading),
        "productOrder": 0,
        "isOnetimePurchasable": False,
        "eventBadge": [],
        "notice": None,
        "useWidget": dict.fromkeys(_WIDGET, False),
        "groupId": None,
        "countrySetting": None,
    }


def product_row(reading: ApiReading, product: Product) -> Data:
    """A product in a list."""
    words = product.words
    return {
        "id": product.id,
        "code": product.code,
        "type": product.type,
        "status": words["status"],
        "name": product.name,
        "quantity": words.get("quantity"),
        "featuredImageUrl": words.get("featuredImageUrl") or "",
        "prices": [price_object(reading, price) for price in product.prices],
        "createdAt": reading.at(words["createdAt"]),
        "modifiedAt": reading.at(words.get("modifiedAt") or words["createdAt"]),
        "description": words.get("description") or "",
        "categories": _categories(product),
        "vendorUuid": merchant_uuid(reading),
        "enabledDemo": bool(words.get("enabledDemo")),
        "isOnetimePurchasable": None,
        "productOrder": 0,
        "countrySetting": None,
    }


def price_list(reading: ApiReading, product: Product) -> list[Data]:
    """The prices of a product."""
    return [price_object(reading, price) for price in product.prices]


def option_groups(product: Product) -> list[Data]:
    """The option groups of a product."""
    return [
        {
            "id": group["id"],
            "name": group["name"],
            "options": [
                {name: option.get(name) for name in ("id", "name", "quantity", "price")} | {"parent": None}
                for option in group["options"]
            ],
            "depth": None,
        }
        for group in product.words.get("optionGroups") or ()
    ]


def category_ids(product: Product) -> tuple[int, ...]:
    """The numbers of its categories."""
    return tuple(one["categoryId"] for one in _categories(product))


def merchant_uuid(reading: ApiReading) -> str:
    """The UUID of the merchant, who is the same in all objects of a store."""
    return reading.uuid("merchant")


def _categories(product: Product) -> list[Data]:
    return [{"categoryId": one["categoryId"], "name": one["name"]} for one in product.words.get("categories") or ()]


def _demo(product: Product) -> Data:
    """The free trial. Without one, StepPay was observed to answer 7 days."""
    words = product.words
    return {
        "enabledDemo": bool(words.get("enabledDemo")),
        "demoPeriod": words.get("demoPeriod") or 7,
        "demoPeriodUnit": words.get("demoPeriodUnit") or "DAY",
    }
