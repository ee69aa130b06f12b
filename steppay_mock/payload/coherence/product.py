"""Rules for a product and its prices: fields that fit the type of a price, and options that fit their price."""

from __future__ import annotations

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Fields

# The objects without which a price of that type cannot be charged; a recurring one for all other types.
_NEEDED = {"ONE_TIME": (), "USAGE_BASED": ("recurring", "additionalBilling")}
_JUST_MADE = {EventType.PRODUCT_CREATED, EventType.PRODUCT_PRICE_CREATED}


def settle_product(product: Fields) -> None:
    """Choose status and dates that fit the event, and settle each price."""
    draw = product.draw
    _settle_dates(product)
    if not draw.edge:
        product.put(status="UNSOLD" if product.event_type is EventType.PRODUCT_DELETED else "SALE")
        product.put(type=draw.pick(("SOFTWARE", "BOX", "BOX", "BUNDLE")), enabledDemo=draw.chance(0.3))
        product.put(quantity=draw.between(1, 500))
    product.need("demoPeriod", "demoPeriodUnit")
    if product["enabledDemo"] is not True:
        product.clear("demoPeriod", "demoPeriodUnit")
    for price in product.each("prices"):
        settle_price(price)
        price.put(createdAt=product["createdAt"], modifiedAt=product["modifiedAt"])


def settle_price(price: Fields) -> None:
    """Keep the fields that fit the type of the price, and clear the others."""
    draw = price.draw
    _settle_dates(price)
    if price.text("type") == "ONE_TIME":
        price.clear("recurring", "claim")
    else:
        price.put(onetimeBundlePrice=0)
    price.need(*_NEEDED.get(price.text("type"), ("recurring",)))
    if price.text("type") != "USAGE_BASED":
        price.clear("additionalBilling")
    if price.text("type") != "BUNDLE":
        price.put(bundlePrices=[])
    if price["firstSaleEnabled"] is not True:
        price.clear("firstSalePrice")
    elif not draw.edge:
        price.put(firstSalePrice=int(price.amount("price")) // 200 * 100)  # half of the price, in whole hundreds of won
    if not price["membershipExpirationDate"]:
        price.clear("membershipExpirationDateType")
    if not draw.edge and draw.chance(0.7):
        price.clear("setupOption")
    _settle_options(price)
    billing = price.within("additionalBilling")
    if billing is not None:
        _raise_steps(billing)


def _settle_options(price: Fields) -> None:
    """Make each option one of this price, with the price's interval."""
    once, recurring = price.text("type") == "ONE_TIME", price.within("recurring")
    for option in price.each("options"):
        option.put(priceCode=price["priceCode"])
        if once:
            option.put(type="INITIALLY")
        elif recurring is not None and not price.draw.edge and isinstance(recurring["count"], int):
            option.put(interval=recurring["unit"], intervalCount=recurring["count"])


def _settle_dates(thing: Fields) -> None:
    if thing.event_type in _JUST_MADE:
        thing.put(createdAt=thing.draw.stamp(thing.draw.now))
        thing.put(modifiedAt=thing["createdAt"])
    else:
        thing.happen("createdAt", "modifiedAt")


def _raise_steps(billing: Fields) -> None:
    """Make each step of a graduated price end behind the step before it; one that is null has no end.

    The bound ``largest - later`` leaves room for the steps that follow, which end one higher each.
    """
    steps = [step for step in billing.each("ranges") if step["until"] is not None]
    ends = sorted(step.whole("until") for step in steps)
    reached = 0
    for later, (step, end) in zip(range(len(steps) - 1, -1, -1), zip(steps, ends, strict=True), strict=True):
        step.put(until=min(max(end, reached + 1), billing.draw.largest - later))
        reached = step.whole("until")
