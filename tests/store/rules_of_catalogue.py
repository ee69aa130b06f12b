"""What the actions on customers, products and prices do, and when they are refused."""

from __future__ import annotations

from typing import Any

from store.action_burst import NOW, Data, exact
from store.action_scene import ENDED, ILLEGAL, UNPAID_ORDER, WRONG, Scene, Whys
from store.usage_costs import FOR_A_RANGE, FOR_A_UNIT

from steppay_mock.store.records import Price

_NAMES = {"additional_recipients": "additionalRecipients"}
_BILLINGS = {"flat": "FLAT", "unit": "UNIT_BASED", "usage": "USAGE_BASED", "one_time": "ONE_TIME"}
_ADDRESS = ("name", "phone", "postcode", "address1", "address2", "state", "city", "countryCode")


# Customers.


def _unless_possible_fields(given: Data) -> Whys:
    if not isinstance(given.get("name", ""), str | None):
        yield WRONG


def create_customer_refused(scene: Scene) -> Whys:
    yield from _unless_possible_fields(scene.given)
    if scene.given.get("id") in scene.customers:
        yield WRONG


def create_customer(scene: Scene) -> None:
    data = scene.burst.take("customer.created", at="createdAt")
    _has_fields(scene, data)


def _has_fields(scene: Scene, data: Data) -> None:
    for name, value in scene.given.items():
        if name != "customer":
            told = data[_NAMES.get(name, name)]
            # The store makes up what an address lacks.
            assert told == (value if value is None or name != "shipping" else {**told, **value})


def update_customer_refused(scene: Scene) -> Whys:
    if scene.buyer() is None or not set(scene.given) - {"customer"}:
        yield WRONG
    yield from _unless_possible_fields(scene.given)


def update_customer(scene: Scene) -> None:
    changes: Data = {}
    for name, value in scene.given.items():
        if name != "customer":
            is_address = name == "shipping" and value is not None
            changes[_NAMES.get(name, name)] = {**dict.fromkeys(_ADDRESS), **value} if is_address else value
    scene.burst.change("customer.updated", "customers", scene.buyer().id, **changes)


def delete_customer_refused(scene: Scene) -> Whys:
    buyer = scene.buyer()
    if buyer is None:
        yield WRONG
        return
    held = [one for one in scene.subscriptions.values() if one.status not in ENDED]
    open_orders = [one for one in scene.orders.values() if one.status in {"CREATED", "DEPOSIT_WAITING"}]
    unpaid = [one for one in scene.invoices.values() if one.status != "PAID"]
    owners = [one.customer_id for one in held] + [one.customer_id for one in open_orders]
    if buyer.id in owners + [one.customer_id for one in unpaid]:
        yield ILLEGAL


def delete_customer(scene: Scene) -> None:
    scene.burst.change("customer.deleted", "customers", scene.buyer().id)


# Products and prices.


def _unless_possible_price(given: Data, scene: Scene) -> Whys:
    if given.get("quota") is not None and given.get("billing", "flat") != "usage":
        yield WRONG
    if given.get("setup_fee_type") == "PERIODIC" and given.get("billing") == "one_time":
        yield WRONG
    without_quota = given.get("billing") == "usage" and given.get("quota") is None
    if given.get("billing") != "unit" and given.get("postpaid") not in (None, without_quota):
        yield WRONG
    if given.get("usage_table") is not None and (given.get("billing") != "usage" or given.get("price") is not None):
        yield WRONG
    if given.get("price") is not None:
        yield from scene.unless_payable(given["price"], least=1)


def create_product_refused(scene: Scene) -> Whys:
    yield from _unless_possible_price(scene.given, scene)


def create_product(scene: Scene) -> None:
    made = scene.burst.take("product.created", at="createdAt")
    _check_product(scene, made)
    if scene.assumed.prices_created_with_product:
        for price in made["prices"]:
            scene.burst.expect("product.price.created", price)


def _check_product(scene: Scene, made: Data) -> None:
    wanted = {"type": "SOFTWARE", "status": "SALE", "modifiedAt": made["createdAt"]}
    trial = scene.given.get("trial_days", 0)
    wanted["quantity"] = scene.given.get("stock")
    wanted |= {"enabledDemo": trial > 0, "demoPeriod": trial or None, "demoPeriodUnit": "DAY" if trial else None}
    wanted |= {name: scene.given[name] for name in ("code", "name", "type") if name in scene.given}
    assert {name: made[name] for name in wanted} == wanted
    [price] = made["prices"]
    _check_price(scene, price, made["createdAt"])


def _check_price(scene: Scene, made: Data, moment: str) -> None:
    given = scene.given
    billing, months = _BILLINGS[given.get("billing", "flat")], given.get("membership_months", 0)
    recurs, fee = billing != "ONE_TIME", given.get("setup_fee", 0)
    wanted: Data = {
        "type": billing,
        "recurring": {"unit": given.get("interval", "MONTH"), "count": given.get("interval_count", 1)}
        if recurs
        else None,
        "membershipExpirationDate": months,
        "membershipExpirationDateType": "MONTH" if months else None,
        "firstSaleEnabled": False,
        "firstSalePrice": None,
        "createdAt": moment,
        "modifiedAt": moment,
    }
    wanted |= {"price": given["price"]} if given.get("price") is not None else {}
    wanted |= {"priceCode": given["price_code"]} if "price_code" in given else {}
    assert {name: made[name] for name in wanted} == wanted
    table = given.get("usage_table")
    assert (made["price"] == 0) == (table is not None)
    assert (made["additionalBilling"] is None) == (table is None)
    if table is not None:
        names = {"per_unit": FOR_A_UNIT, "per_range": FOR_A_RANGE}
        assert made["additionalBilling"]["type"] == names[given.get("usage_table_type", "per_unit")]
        listed = [(one["until"], one["price"]) for one in made["additionalBilling"]["ranges"]]
        assert listed == [tuple(one) for one in table]
    after = (billing == "USAGE_BASED" and given.get("quota") is None) or given.get("postpaid") is True
    day = given.get("billing_day")
    claim = {"methodType": "POST" if after else "PRE", "provideStartDay": given.get("provide_start_day")}
    claim |= {"whenToClaimType": "FIRST_PAYMENT" if day is None else "DATE", "billingDate": day or 1}
    assert made["claim"] == (claim if recurs else None)
    setup = made["setupOption"]
    assert (setup and (setup["type"], setup["price"], setup["claimMethodType"])) == (
        (given.get("setup_fee_type", "INITIALLY"), fee, "PRE") if fee else None
    )


def create_price_refused(scene: Scene) -> Whys:
    if scene.product() is None:
        yield WRONG
    yield from _unless_possible_price(scene.given, scene)


def create_price(scene: Scene) -> None:
    made = scene.burst.take("product.price.created", at="createdAt")
    _check_price(scene, made, made["createdAt"])


def update_product_refused(scene: Scene) -> Whys:
    name, status = scene.option("name"), scene.option("status")
    known = {None, "SALE", "OUT_OF_STOCK", "UNSOLD", "WAITING_APPROVAL", "REJECTED"}
    nothing = name is None and status is None and scene.option("stock") is None
    if scene.product() is None or nothing or status not in known:
        yield WRONG


def _with_prices(scene: Scene) -> Data:
    product = scene.product()
    prices = [scene.known.tables["prices"][one.code] for one in product.prices]
    return {**scene.known.tables["products"][product.code], "prices": prices}


def update_product(scene: Scene) -> None:
    changes = {name: scene.given[name] for name in ("name", "status") if scene.option(name) is not None}
    changes |= {} if scene.option("stock") is None else {"quantity": scene.given["stock"]}
    scene.burst.expect("product.updated", {**_with_prices(scene), **changes, "modifiedAt": NOW}, at="modifiedAt")


def _needed(scene: Scene, prices: list[Price]) -> Whys:
    codes = {one.code for one in prices}
    kept = [one for one in scene.subscriptions.values() if one.status not in ENDED]
    if any(item.price.code in codes for one in kept for item in one.items):
        yield ILLEGAL
    drafts = [one for one in scene.invoices.values() if one.order_id is None]
    if any(sold.code in codes for one in drafts for sold in one.basket.prices):
        yield ILLEGAL
    if any(
        line.price_code in codes for one in scene.orders.values() if one.status in UNPAID_ORDER for line in one.lines
    ):
        yield ILLEGAL


def delete_product_refused(scene: Scene) -> Whys:
    product = scene.product()
    if product is None:
        yield WRONG
    else:
        yield from _needed(scene, list(product.prices))


def delete_product(scene: Scene) -> None:
    scene.burst.expect("product.deleted", {**_with_prices(scene), "status": "UNSOLD"})


def update_price_refused(scene: Scene) -> Whys:
    price, amount = scene.sold(), scene.option("amount")
    if price is None or not any(scene.option(name) for name in ("amount", "name", "description")):
        yield WRONG
    if amount is None:
        return
    yield from scene.unless_payable(amount, least=1)
    if price is not None and (price.usage_table is not None or price.amount == exact(amount)):
        yield WRONG
    if price is not None and any(line.price_code == price.code for one in scene.orders.values() for line in one.lines):
        yield ILLEGAL


def update_price(scene: Scene) -> None:
    code = scene.sold().code
    known, amount = scene.known.tables["prices"][code], scene.option("amount")
    plan = {name: scene.given[name] for name in ("name", "description") if scene.option(name) is not None}
    changes = {"plan": {**known["plan"], **plan}, "modifiedAt": NOW}
    changes |= {} if amount is None else {"price": exact(amount)}
    scene.burst.change("product.price.updated", "prices", code, at="modifiedAt", **changes)


def delete_price_refused(scene: Scene) -> Whys:
    price = scene.sold()
    if price is None:
        yield WRONG
    else:
        yield from _needed(scene, [price])


def delete_price(scene: Scene) -> None:
    scene.burst.change("product.price.deleted", "prices", scene.sold().code)


# What there was before the first event.


def found_customer(scene: Scene) -> None:
    data = _new(scene, "customers", scene.result.id)
    _has_fields(scene, data)
    assert data["createdAt"] < scene.now.isoformat()


def found_product(scene: Scene) -> None:
    code = scene.result.code
    made = {**_new(scene, "products", code), "prices": [scene.known.tables["prices"][scene.result.prices[0].code]]}
    _check_product(scene, made)
    assert made["createdAt"] < scene.now.isoformat()


def found_price_refused(scene: Scene) -> Whys:
    yield from create_price_refused(scene)
    product = scene.product()
    if product is not None and product.code not in scene.founded:
        yield WRONG


def found_price(scene: Scene) -> None:
    _check_price(scene, _new(scene, "prices", scene.result.code), scene.now.isoformat())


def _new(scene: Scene, table: str, key: Any) -> Data:
    before = scene.known.tables[table].get(key)
    assert before is None
    scene.known.learn(scene.store)
    return scene.known.tables[table][key]


RULES: dict[str, Any] = {
    "create_customer": (create_customer_refused, create_customer),
    "update_customer": (update_customer_refused, update_customer),
    "delete_customer": (delete_customer_refused, delete_customer),
    "create_product": (create_product_refused, create_product),
    "create_price": (create_price_refused, create_price),
    "update_product": (update_product_refused, update_product),
    "update_price": (update_price_refused, update_price),
    "delete_product": (delete_product_refused, delete_product),
    "delete_price": (delete_price_refused, delete_price),
    "found_customer": (create_customer_refused, found_customer),
    "found_product": (create_product_refused, found_product),
    "found_price": (found_price_refused, found_price),
}
