"""Plausible values by meaning: a function for each word that the schemas use as ``x-means``.

Some meanings have one value in the whole event: ``customer-id`` is the same customer in each object (``_shared``).
The order in which functions draw decides what a seed gives, so that a change here changes the bytes of every seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from steppay_mock.payload.draw import Draw
from steppay_mock.payload.instants import epoch_millis, epoch_seconds

Meaning = Callable[[Draw], Any]

MEANINGS: dict[str, Meaning] = {}

# The public three-digit codes of Korean banks, in the order of `bank-name` in pool_data/goods.*.json.
_BANK_NUMBERS = ("004", "088", "020", "081", "011", "003", "090", "092")


def _means(*names: str) -> Callable[[Meaning], Meaning]:
    def register(maker: Meaning) -> Meaning:
        for name in names:
            MEANINGS[name] = maker
        return maker

    return register


def one_of(values: Sequence[Any]) -> Meaning:
    """One of the values. ``Chance.pick`` is written out here, because this runs some thirty times an event."""
    count = len(values)
    return lambda draw: values[int(draw.random() * count)]


def _goods(name: str) -> Meaning:
    def meaning(draw: Draw) -> str:
        words = draw.pool.goods[name]
        return words[int(draw.random() * len(words))]

    return meaning


def _code(prefix: str) -> Meaning:
    return lambda draw: f"{prefix}_{draw.alphanumerics(9)}"


def _shared(key: str, meaning: Meaning) -> Meaning:
    """One value in the whole event. ``Draw.same`` is written out, as in ``one_of``."""

    def shared(draw: Draw) -> Any:
        found = draw.memory.get(key)
        if found is None:
            found = draw.memory[key] = meaning(draw)
        return found

    return shared


def _shared_moment(key: str, meaning: Meaning) -> Meaning:
    """One moment in the whole event, which is in order with itself; in edge cases each field has its own.

    Rules set most of these fields. This is for those without a rule.
    """
    shared = _shared(key, meaning)
    return lambda draw: meaning(draw) if draw.edge else draw.memory.get(key) or shared(draw)


def number(low: int, high: int) -> Meaning:
    """A whole number, both ends included. ``Chance.between`` is written out, as in ``one_of``."""
    count = high - low + 1
    return lambda draw: low + int(draw.random() * count)


def _hundreds(low: int, high: int) -> Meaning:
    count = high - low + 1
    return lambda draw: (low + int(draw.random() * count)) * 100


for _name in (
    *(
        "product-subtitle",
        "product-description",
        "plan-name",
        "plan-description",
        "plan-detail",
        "discount-name",
        "memo",
    ),
    *("option-label", "option-name", "option-group-name", "category-name", "unit-label", "setup-name", "error-message"),
    "bank-error",
):
    MEANINGS[_name] = _goods(_name)

MEANINGS |= {
    # Codes are a prefix and nine alphanumerics (fact 12).
    "order-code": _shared("order-code", _code("order")),
    "order-item-code": _code("order_item"),
    "product-code": _shared("product-code", _code("product")),
    "price-code": _code("price"),
    "customer-code": _shared("customer-code", _code("customer")),
    "currency": lambda _draw: "KRW",
    "product-name": _shared("product-name", _goods("product-name")),
    "version": lambda _draw: "v1",
}

NUMBERS: dict[str, Meaning] = {
    # Numbers of the size of those seen, such as 183682.
    "id": number(10_000, 999_999),
    "customer-id": _shared("customer-id", number(10_000, 999_999)),
    "order-id": _shared("order-id", number(10_000, 999_999)),
    "subscription-id": _shared("subscription-id", number(10_000, 999_999)),
    "payment-id": _shared("payment-id", number(10_000, 999_999)),
    "invoice-id": _shared("invoice-id", number(1_000, 99_999)),
    "amount": _hundreds(10, 500),  # won have no decimals in practice (fact 13)
    "quantity": lambda draw: 1 if draw.random() < 0.7 else draw.between(2, 5),
    "small-count": number(1, 10),
    "interval-count": lambda draw: 1 if draw.random() < 0.8 else draw.pick((2, 3, 6)),
    "membership-length": one_of((0, 1, 3, 6, 12)),
    "stock": number(0, 500),
    "day-of-month": number(1, 28),
    "range-end": _hundreds(1, 100),
    "message-step": number(1, 4),
    "usage-delta": number(1, 500),
    "usage-sum": number(500, 5_000),
    "event-seconds": lambda draw: epoch_seconds(draw.now),
}
"""The meanings whose values are numbers; a field that wants text gets them as text (fact 14)."""

MEANINGS |= NUMBERS


@_means("person-name")
def _person_name(draw: Draw) -> str:
    return draw.pool.names[draw.person]


@_means("login")
def _login(draw: Draw) -> str:
    return draw.pool.logins[draw.person]


@_means("email")
def _email(draw: Draw) -> str:
    return f"{draw.pool.logins[draw.person]}@example.com"  # a domain that nobody can own


@_means("phone")
def _phone(draw: Draw) -> str:
    return draw.pool.phones[draw.person]


@_means("postcode")
def _postcode(draw: Draw) -> str:
    return draw.pool.addresses[draw.person][0]


@_means("state")
def _state(draw: Draw) -> str:
    return draw.pool.addresses[draw.person][1]


@_means("city")
def _city(draw: Draw) -> str:
    return draw.pool.addresses[draw.person][2]


@_means("address")
def _address(draw: Draw) -> str:
    return draw.pool.addresses[draw.person][3]


@_means("address-detail")
def _address_detail(draw: Draw) -> str:
    return draw.pool.address_details[draw.person]


@_means("country-code")
def _country_code(draw: Draw) -> str:
    return draw.pool.country_code


@_means("company-name")
def _company_name(draw: Draw) -> str:
    return draw.pool.companies[draw.person]


@_means("account-holder")
def _account_holder(draw: Draw) -> str:
    return draw.pool.companies[(draw.person + 1) % len(draw.pool.companies)]  # the merchant's, not the payer's


@_means("attributes")
def _attributes(draw: Draw) -> dict[str, str]:
    pairs = list(zip(draw.pool.goods["attribute-name"], draw.pool.goods["attribute-value"], strict=True))
    return dict(draw.pick(pairs) for _ in range(draw.between(0, 2)))


@_means("payment-info")
def _payment_info(draw: Draw) -> str:
    card = draw.pick(draw.pool.goods["card-name"])
    return f"{card} {draw.between(100_000, 999_999)}{'*' * 10}"


@_means("account-number")
def _account_number(draw: Draw) -> str:
    return f"{draw.between(10**11, 10**12 - 1)}"


@_means("bank-number")
def _bank_number(draw: Draw) -> str:
    return _BANK_NUMBERS[draw.same("bank", _bank)]


@_means("bank-name")
def _bank_name(draw: Draw) -> str:
    return draw.pool.goods["bank-name"][draw.same("bank", _bank)]


def _bank(draw: Draw) -> int:
    return draw.between(0, len(_BANK_NUMBERS) - 1)


@_means("company-registration-number")
def _company_registration_number(draw: Draw) -> str:
    return f"{draw.between(100, 999)}-{draw.between(10, 99)}-{draw.between(10_000, 99_999)}"


@_means("holder-number")
def _holder_number(draw: Draw) -> str:
    return f"{draw.between(60, 99)}{draw.between(1, 12):02d}{draw.between(1, 28):02d}"  # a date of birth and no more


@_means("image-url")
def _image_url(draw: Draw) -> str:
    return f"https://images.example.com/{draw.alphanumerics(12)}.png"


@_means("id-key")
def _id_key(draw: Draw) -> str:
    return f"{epoch_millis(draw.now):013d}{draw.alphanumerics(16)}"  # fact 11


def _some_past(draw: Draw) -> str:
    return draw.stamp(draw.past())


def _some_future(draw: Draw) -> str:
    return draw.stamp(draw.future())


MEANINGS |= {
    "moment-past": _shared_moment("past moment", _some_past),
    "moment-future": _shared_moment("future moment", _some_future),
}
