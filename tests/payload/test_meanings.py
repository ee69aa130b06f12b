"""The values by meaning: their forms, both ends of their numbers, and what is one person or one thing in an event."""

import re
from collections import Counter
from typing import Any

import pytest
from payload.settled import LEAST, MOST, NOW, draw_of

from steppay_mock.payload.instants import epoch_millis, epoch_seconds
from steppay_mock.payload.meanings import MEANINGS, NUMBERS, one_of
from steppay_mock.payload.pools import people_from_faker, pool

ENDS = {
    "id": (10_000, 999_999),
    **dict.fromkeys(("customer-id", "order-id", "subscription-id", "payment-id"), (10_000, 999_999)),
    "invoice-id": (1_000, 99_999),
    "amount": (1_000, 50_000),
    "quantity": (1, 5),
    "small-count": (1, 10),
    "interval-count": (1, 6),
    "membership-length": (0, 12),
    "stock": (0, 500),
    "day-of-month": (1, 28),
    "range-end": (100, 10_000),
    "message-step": (1, 4),
    "usage-delta": (1, 500),
    "usage-sum": (500, 5_000),
    "event-seconds": (epoch_seconds(NOW), epoch_seconds(NOW)),
}


def made(name: str, *, runs: int = 400) -> list[Any]:
    return [MEANINGS[name](draw_of(seed=seed)) for seed in range(runs)]


def ends(name: str) -> tuple[Any, Any]:
    return MEANINGS[name](draw_of(chance=LEAST)), MEANINGS[name](draw_of(chance=MOST))


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_reaches_both_of_its_ends(name: str) -> None:
    assert ends(name) == ENDS[name]
    assert MEANINGS[name] is NUMBERS[name]
    assert all(ENDS[name][0] <= number <= ENDS[name][1] for number in made(name))


def test_small_numbers_are_the_usual_ones() -> None:
    """Won have no decimals in practice (fact 13)."""
    quantities = Counter(made("quantity", runs=1000))
    assert set(quantities) == {1, 2, 3, 4, 5}
    assert 650 < quantities[1] < 750
    intervals = Counter(made("interval-count", runs=1000))
    assert set(intervals) == {1, 2, 3, 6}
    assert 750 < intervals[1] < 850
    assert set(made("membership-length")) == {0, 1, 3, 6, 12}
    assert {number % 100 for number in [*made("amount"), *made("range-end")]} == {0}


SHARED = ("customer-id", "order-id", "subscription-id", "payment-id", "invoice-id")
SHARED_CODES = ("order-code", "product-code", "customer-code", "product-name")
OWN = ("id", "order-item-code", "price-code", "stock", "account-number", "payment-info")


def test_what_names_one_thing_is_the_same_in_the_whole_event_and_the_rest_is_not() -> None:
    for name in (*SHARED, *SHARED_CODES, "bank-number", "bank-name", "moment-past", "moment-future"):
        for seed in range(20):
            draw = draw_of(seed=seed)
            assert len({MEANINGS[name](draw) for _ in range(5)}) == 1
    draw = draw_of(seed=2)
    assert len({MEANINGS[name](draw) for name in SHARED[:4]}) == 4
    for name in OWN:
        assert len({MEANINGS[name](draw) for _ in range(9)}) > 5
    edge = draw_of(seed=5, edge=True)
    assert len({MEANINGS["moment-past"](edge) for _ in range(30)}) == 4
    assert len({MEANINGS["moment-future"](edge) for _ in range(30)}) == 4


PREFIXES = {
    "order-code": "order",
    "order-item-code": "order_item",
    "product-code": "product",
    "price-code": "price",
    "customer-code": "customer",
}


@pytest.mark.parametrize(("name", "prefix"), PREFIXES.items())
def test_a_code_is_a_prefix_and_nine_letters_and_digits(name: str, prefix: str) -> None:
    """Fact 12."""
    codes = made(name)
    assert all(re.fullmatch(f"{prefix}_[A-Za-z0-9]{{9}}", code) for code in codes)
    assert len(set(codes)) == len(codes)


FORMS = {
    "currency": ("KRW", "KRW"),
    "version": ("v1", "v1"),
    "account-number": ("1" + "0" * 11, "9" * 12),
    "company-registration-number": ("100-10-10000", "999-99-99999"),
    "holder-number": ("600101", "991228"),
}


@pytest.mark.parametrize(("name", "both"), FORMS.items())
def test_a_number_that_is_text_reaches_both_of_its_ends(name: str, both: tuple[str, str]) -> None:
    assert ends(name) == both


def test_other_texts_have_the_forms_that_are_seen() -> None:
    cards = pool("ko_KR").goods["card-name"]
    first, last = ends("payment-info")
    assert (first, last) == (f"{cards[0]} 100000{'*' * 10}", f"{cards[-1]} 999999{'*' * 10}")
    assert all(re.fullmatch(r"https://images\.example\.com/[A-Za-z0-9]{12}\.png", url) for url in made("image-url"))
    assert all(re.fullmatch(f"{epoch_millis(NOW)}[A-Za-z0-9]{{16}}", key) for key in made("id-key"))


@pytest.mark.parametrize("locale", ["ko_KR", "en_US"])
def test_everything_about_a_person_is_of_one_person(locale: str) -> None:
    words = pool(locale)
    of_person = {
        "person-name": words.names,
        "login": words.logins,
        "phone": words.phones,
        "company-name": words.companies,
        "address-detail": words.address_details,
        "email": tuple(f"{login}@example.com" for login in words.logins),
        **{name: tuple(one[at] for one in words.addresses) for at, name in enumerate(("postcode", "state", "city"))},
        "address": tuple(one[3] for one in words.addresses),
        "account-holder": (*words.companies[1:], words.companies[0]),
    }
    for person in (0, 1, 77, 199):
        draw = draw_of()
        draw.pool, draw.person = words, person
        assert {name: MEANINGS[name](draw) for name in of_person} == {
            name: values[person] for name, values in of_person.items()
        }
        assert MEANINGS["country-code"](draw) == words.country_code


def test_a_bank_has_its_number() -> None:
    pairs = set()
    for seed in range(200):
        draw = draw_of(seed=seed)
        pairs.add((MEANINGS["bank-number"](draw), MEANINGS["bank-name"](draw)))
    names = pool("ko_KR").goods["bank-name"]
    assert len(pairs) == len({number for number, _ in pairs}) == len(names)
    assert {name for _, name in pairs} == set(names)
    assert (ends("bank-number"), ends("bank-name")) == (("004", "092"), (names[0], names[-1]))


def test_a_customer_has_up_to_two_attributes_whose_values_fit() -> None:
    goods = pool("ko_KR").goods
    pairs = dict(zip(goods["attribute-name"], goods["attribute-value"], strict=True))
    found = made("attributes")
    assert {len(one) for one in found} == {0, 1, 2}
    assert all(pairs[name] == value for one in found for name, value in one.items())
    assert {name for one in found for name in one} == set(pairs)


def test_words_are_all_words_of_their_meaning() -> None:
    for name in ("plan-name", "memo", "error-message", "bank-error", "option-label"):
        assert set(made(name)) == set(pool("ko_KR").goods[name])
        assert ends(name) == (pool("ko_KR").goods[name][0], pool("ko_KR").goods[name][-1])
    values = one_of("abc")
    assert (values(draw_of(chance=LEAST)), values(draw_of(chance=MOST))) == ("a", "c")


@pytest.mark.extra("faker")
def test_korean_people_live_in_seoul_and_have_mobile_phones() -> None:
    people = people_from_faker("ko_KR")
    assert all(re.fullmatch(r"010[2-9]\d{7}", phone) for phone in people["phones"])
    assert {phone[3] for phone in people["phones"]} == set("23456789")
    towns = set()
    for postcode, state, city, street in people["addresses"]:
        assert 1000 <= int(postcode) <= 8899
        assert len(postcode) == 5
        found = re.fullmatch(rf"서울특별시 {city} \S+로 (\d+)", street)
        assert found is not None
        assert 1 <= int(found[1]) <= 480
        assert state == "서울특별시"
        towns.add(city)
    assert len(towns) > 20
    flats = [re.fullmatch(r"(\d+)동 (\d+?)0(\d)호", detail) for detail in people["address_details"]]
    numbers = [tuple(map(int, flat.groups())) for flat in flats if flat is not None]
    assert len(numbers) == 200
    assert {building for building, _, _ in numbers} == set(range(101, 121))
    assert {floor for _, floor, _ in numbers} == set(range(1, 26))
    assert {door for _, _, door in numbers} == set(range(1, 9))
    assert people["country_code"] == "KR"
    assert len(set(people["logins"])) == 200


@pytest.mark.extra("faker")
def test_people_of_faker_are_the_same_each_time_and_have_all_parts() -> None:
    for locale in ("en_US", "de_DE"):
        people = people_from_faker(locale)
        assert people == people_from_faker(locale)
        assert {len(address) for address in people["addresses"]} == {4}
        assert all(all(isinstance(part, str) and part for part in address) for address in people["addresses"])
        assert all(isinstance(detail, str) and detail for detail in people["address_details"])
        assert people["country_code"] == locale[-2:]
        if locale == "de_DE":  # Faker knows no flats there
            assert {int(detail) for detail in people["address_details"]} <= set(range(1, 100))
