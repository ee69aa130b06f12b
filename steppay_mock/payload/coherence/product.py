"""A product and its prices: what a price type calls for, and options that belong to their product."""

from __future__ import annotations

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Fields

_JUST_MADE = {EventType.PRODUCT_CREATED, EventType.PRODUCT_PRICE_CREATED}


def settle_product(event_type: EventType, product: Fields) -> None:
    """Make the product one that the event can be about."""
    draw = product.draw
    _settle_dates(event_type, product)
    if not draw.edge:
        product.put(status="UNSOLD" if event_type is EventType.PRODUCT_DELETED else "SALE")
        product.put(type=draw.pick(("SOFTWARE", "BOX", "BOX", "BUNDLE")), enabledDemo=draw.chance(0.3))
    if product["enabledDemo"] is not True:
        product.clear("demoPeriod", "demoPeriodUnit")
    for price in product.each("prices"):
        settle_price(event_type, price)


def settle_price(event_type: EventType, price: Fields) -> None:
    """Make the price one that the event can be about."""
    draw = price.draw
    _settle_dates(event_type, price)
    if price.text("type") == "ONE_TIME":
        price.clear("recurring", "claim")
    else:
        price.put(onetimeBundlePrice=0)
    if price.text("type") != "USAGE_BASED":
        price.clear("additionalBilling")
    if price.text("type") != "BUNDLE":
        price.put(bundlePrices=[])
    if price["firstSaleEnabled"] is not True:
        price.clear("firstSalePrice")
    if not price["membershipExpirationDate"]:
        price.clear("membershipExpirationDateType")
    if not draw.edge and draw.chance(0.7):
        price.clear("setupOption")
    for option in price.each("options"):
        option.put(priceCode=price["priceCode"])
    billing = price.within("additionalBilling")
    if billing is not None:
        _raise_steps(billing)


def _settle_dates(event_type: EventType, thing: Fields) -> None:
    if event_type in _JUST_MADE:
        thing.put(createdAt=thing.draw.stamp(thing.draw.now))
        thing.put(modifiedAt=thing["createdAt"])
    else:
        thing.happen("createdAt", "modifiedAt")


def _raise_steps(billing: Fields) -> None:
    """Each step of a graduated price reaches further than the one before."""
    steps = billing.each("ranges")
    ends = sorted(step["until"] for step in steps if isinstance(step["until"], int))
    for step, end in zip(steps, ends, strict=False):
        step.put(until=end)
