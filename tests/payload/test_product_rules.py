"""Each rule of a product and of its prices by itself: status, dates, and what belongs to the type of a price."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from payload.settled import LEAST, MOST, NOW, Settled, many, settle

PRODUCTS = ("product.created", "product.updated", "product.deleted")
PRICES = ("product.price.created", "product.price.updated", "product.price.deleted")
KINDS = ("ONE_TIME", "FLAT", "UNIT_BASED", "USAGE_BASED", "BUNDLE")


@pytest.mark.parametrize("edge", [False, True])
@pytest.mark.parametrize("event_type", [*PRODUCTS, *PRICES])
def test_a_thing_is_created_before_it_changes(event_type: str, *, edge: bool) -> None:
    differ = 0
    for thing in many(event_type, runs=60, edge=edge):
        created, changed = thing.moment("createdAt"), thing.moment("modifiedAt")
        assert created <= changed == NOW
        differ += created < changed
        for price in thing.data.get("prices", ()):
            assert (price["createdAt"], price["modifiedAt"]) == (thing["createdAt"], thing["modifiedAt"])
    assert (differ == 0) == event_type.endswith(".created")
    fixed = {"createdAt": "2024-01-01T00:00:00"}
    assert (settle(event_type, fixed=fixed)["modifiedAt"] == fixed["createdAt"]) == event_type.endswith(".created")


def test_a_product_is_sold_until_it_is_deleted() -> None:
    for event_type in PRODUCTS:
        found = list(many(event_type, runs=300))
        assert {product["status"] for product in found} == {"UNSOLD" if "deleted" in event_type else "SALE"}
        kinds = Counter(product["type"] for product in found)
        assert set(kinds) == {"SOFTWARE", "BOX", "BUNDLE"}
        assert kinds["BOX"] > 1.4 * kinds["BUNDLE"]
        demos = [product["enabledDemo"] for product in found]
        assert 60 < demos.count(True) < 120
        assert demos.count(False) == 300 - demos.count(True)
        drawn = {"status": "REJECTED", "type": "DRAFT", "quantity": 9000}
        edge = settle(event_type, edge=True, drawn=drawn)
        assert {name: edge[name] for name in drawn} == drawn
    assert settle("product.updated", chance=LEAST)["quantity"] == 1
    assert settle("product.updated", chance=MOST)["quantity"] == 500


@pytest.mark.parametrize("enabled", [True, False, None, "true"])
def test_a_demo_has_a_length_if_there_is_one(enabled: Any) -> None:
    for edge in (False, True):
        product = settle("product.updated", fixed={"enabledDemo": enabled}, edge=edge)
        for name in ("demoPeriod", "demoPeriodUnit"):
            assert (product[name] is not None) == (enabled is True)
            assert product.needs(name)


def price_of(kind: str, *, event_type: str = "product.price.updated", **options: Any) -> Settled:
    fixed = {"type": kind, **options.pop("fixed", {})}
    return settle(event_type, fixed=fixed, **options)


@pytest.mark.parametrize("edge", [False, True])
@pytest.mark.parametrize("kind", [*KINDS, "x"])
def test_a_price_has_what_its_type_calls_for(kind: str, *, edge: bool) -> None:
    drawn = {"onetimeBundlePrice": 700, "bundlePrices": [{}, {}]}
    price = price_of(kind, edge=edge, drawn=drawn)
    once = kind == "ONE_TIME"
    assert (price["recurring"] is None) == (price["claim"] is None) == once
    assert price["onetimeBundlePrice"] == (700 if once else 0)
    assert (price["additionalBilling"] is not None) == (kind == "USAGE_BASED")
    assert len(price["bundlePrices"]) == (2 if kind == "BUNDLE" else 0)
    assert price.needs("recurring") == (not once)
    assert price.needs("additionalBilling") == (kind == "USAGE_BASED")


def test_the_prices_of_a_product_are_settled_as_prices_are() -> None:
    prices = [{"type": kind} for kind in KINDS]
    product = settle("product.updated", fixed={"prices": prices})
    assert [price["recurring"] is None for price in product["prices"]] == [True, False, False, False, False]
    for price in product["prices"]:
        assert {option["priceCode"] for option in price["options"]} == {price["priceCode"]}
        assert {option["productCode"] for option in price["options"]} == {product["code"]}


def test_a_first_sale_costs_half_in_whole_hundreds() -> None:
    for amount, first in ((1000, 500), (999, 400), (199, 0), (200, 100), (12345.6, 6100)):
        assert price_of("FLAT", fixed={"firstSaleEnabled": True, "price": amount})["firstSalePrice"] == first
    for enabled in (False, None, 1):
        assert price_of("FLAT", fixed={"firstSaleEnabled": enabled, "price": 1000})["firstSalePrice"] is None
    edge = price_of("FLAT", fixed={"firstSaleEnabled": True}, drawn={"firstSalePrice": 31}, edge=True)
    assert edge["firstSalePrice"] == 31


@pytest.mark.parametrize(("length", "has_unit"), [(0, False), (1, True), (12, True)])
def test_a_membership_without_an_end_has_no_unit(length: int, *, has_unit: bool) -> None:
    price = price_of("FLAT", fixed={"membershipExpirationDate": length})
    assert (price["membershipExpirationDateType"] is not None) == has_unit


def test_seven_of_ten_prices_have_no_setup() -> None:
    setups = [price["setupOption"] for price in many("product.price.updated", runs=500)]
    assert 300 < setups.count(None) < 400
    assert price_of("FLAT", edge=True, chance=LEAST)["setupOption"] is not None


@pytest.mark.parametrize("edge", [False, True])
def test_an_option_has_the_interval_of_its_price(*, edge: bool) -> None:
    drawn = {"options": [{"interval": "WEEK", "intervalCount": 5, "type": "PERIODIC", "priceCode": "x"}] * 2}
    recurring = {"recurring": {"unit": "YEAR", "count": 3}}
    price = price_of("FLAT", drawn=drawn, fixed=recurring, edge=edge)
    for option in price["options"]:
        assert option["priceCode"] == price["priceCode"]
        assert (option["interval"], option["intervalCount"]) == (("WEEK", 5) if edge else ("YEAR", 3))
        assert option["type"] == "PERIODIC"
    once = price_of("ONE_TIME", drawn=drawn, edge=edge)
    assert {option["type"] for option in once["options"]} == {"INITIALLY"}
    assert {option["interval"] for option in once["options"]} == {"WEEK"}
    for broken in ({"recurring": None}, {"recurring": {"unit": "YEAR", "count": None}}):
        kept = price_of("FLAT", drawn=drawn, fixed=broken, edge=edge)
        assert {option["intervalCount"] for option in kept["options"]} == {5}


def ends(*until: int | None, edge: Any = True) -> list[int | None]:
    drawn = {"additionalBilling": {"ranges": [{"until": end} for end in until]}}
    billing = price_of("USAGE_BASED", drawn=drawn, edge=edge)["additionalBilling"]
    return [step["until"] for step in billing["ranges"]]


@pytest.mark.parametrize(
    ("drawn", "settled"),
    [
        ((300, 100, 200), [100, 200, 300]),
        ((100, 100, 100), [100, 101, 102]),
        ((0, 0), [1, 2]),
        ((6, 5, None), [5, 6, None]),
        ((None, 5), [None, 5]),
        ((), []),
    ],
)
def test_each_step_of_a_graduated_price_ends_behind_the_one_before(
    drawn: tuple[int | None, ...], settled: list[int | None]
) -> None:
    assert ends(*drawn) == ends(*drawn, edge=False) == settled


def test_the_last_step_ends_at_the_largest_integer_at_most() -> None:
    assert ends(*(2**53 - 1,) * 3) == [2**53 - 3, 2**53 - 2, 2**53 - 1]
    assert ends(2**53 - 1, 5) == [5, 2**53 - 1]
    assert ends(2**63 - 1, 2**63 - 1, edge="64-bit") == [2**63 - 2, 2**63 - 1]


def test_a_step_ends_behind_one_that_is_fixed() -> None:
    fixed = {"additionalBilling": {"ranges": [{"until": 500}, {}, {"until": None}]}}
    drawn = {"additionalBilling": {"ranges": [{}, {"until": 100}, {}]}}
    billing = price_of("USAGE_BASED", fixed=fixed, drawn=drawn)["additionalBilling"]
    assert [step["until"] for step in billing["ranges"]] == [500, 501, None]


def test_dates_of_a_product_are_of_the_last_ninety_days() -> None:
    oldest = settle("product.updated", chance=MOST)
    assert timedelta() <= oldest.moment("createdAt") - (NOW - timedelta(days=90)) <= timedelta(seconds=1)
