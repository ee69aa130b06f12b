"""The words that payloads are made from: people and places of a locale, and the goods of a shop.

Korean and American people ship as data: drawing from a list is ten times as fast as asking Faker, and needs no Faker.
People of any other locale are made by Faker at first use, by the function that made the shipped files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError, did_you_mean

if TYPE_CHECKING:
    from faker import Faker

SHIPPED = ("ko_KR", "en_US")
PEOPLE = 200
"""People of each locale."""

_SEED = 20240101  # of Faker: another one makes other people in the files that ship
_SEOUL_BOROUGHS = (
    *(
        "종로구",
        "중구",
        "용산구",
        "성동구",
        "광진구",
        "동대문구",
        "중랑구",
        "성북구",
        "강북구",
        "도봉구",
        "노원구",
        "은평구",
    ),
    *(
        "서대문구",
        "마포구",
        "양천구",
        "강서구",
        "구로구",
        "금천구",
        "영등포구",
        "동작구",
        "관악구",
        "서초구",
        "강남구",
        "송파구",
    ),
    "강동구",
)


@dataclass(frozen=True, slots=True)
class Pool:
    """The words of one locale."""

    names: tuple[str, ...]
    logins: tuple[str, ...]
    phones: tuple[str, ...]
    addresses: tuple[tuple[str, str, str, str], ...]
    """Postcode, state, city and street of one address; the postcode need not be the city's."""
    address_details: tuple[str, ...]
    companies: tuple[str, ...]
    country_code: str
    goods: dict[str, tuple[str, ...]]
    """Words of the shop by meaning, such as ``product-name`` and ``error-message``."""


@cache
def pool(locale: str) -> Pool:
    """The pool of a locale such as ``ko_KR``; SteppayMockError if Faker is missing or has no such locale."""
    people = _shipped(f"people.{locale}.json") if locale in SHIPPED else people_from_faker(locale)
    goods = _shipped(f"goods.{'ko' if locale == 'ko_KR' else 'en'}.json")
    country = people.pop("country_code")
    lists: dict[str, Any] = {
        key: tuple(tuple(item) if isinstance(item, list) else item for item in value) for key, value in people.items()
    }
    return Pool(country_code=country, goods={key: tuple(value) for key, value in goods.items()}, **lists)


def _shipped(name: str) -> dict[str, Any]:
    text = (files("steppay_mock") / "payload" / "pool_data" / name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def people_from_faker(locale: str) -> dict[str, Any]:
    """People and places of a locale, in the form of a shipped pool file; the same for one version of Faker."""
    fake = _faker(locale)
    fake.seed_instance(_SEED)
    korean = locale == "ko_KR"
    return {
        "names": [fake.name() for _ in range(PEOPLE)],
        "logins": [fake.unique.user_name() for _ in range(PEOPLE)],
        "phones": [
            f"010{fake.random_int(2, 9)}{fake.numerify('#######')}" if korean else fake.phone_number()
            for _ in range(PEOPLE)
        ],
        "addresses": [_korean_address(fake) if korean else _address(fake) for _ in range(PEOPLE)],
        "address_details": [_korean_detail(fake) if korean else _detail(fake) for _ in range(PEOPLE)],
        "companies": [fake.company() for _ in range(PEOPLE)],
        "country_code": fake.current_country_code(),
    }


def _faker(locale: str) -> Faker:
    try:
        from faker import Faker
        from faker.config import AVAILABLE_LOCALES
    except ImportError:
        raise SteppayMockError(
            f"People for the locale {locale!r} come from Faker, which is not installed; ko_KR and en_US need "
            f"nothing.{did_you_mean(locale, SHIPPED)} Install it: pip install faker"
        ) from None
    if locale not in AVAILABLE_LOCALES:
        raise SteppayMockError(
            f"Faker has no locale {locale!r}.{did_you_mean(locale, AVAILABLE_LOCALES)} "
            "Use one such as ko_KR, en_US or ja_JP."
        )
    return Faker(locale)


def _korean_address(fake: Faker) -> list[str]:
    """Postcode, state, city, street. Faker draws Korean cities and boroughs independently, so all are in Seoul."""
    borough, street = fake.random_element(_SEOUL_BOROUGHS), f"{fake.road_name()}로 {fake.random_int(1, 480)}"
    return [f"{fake.random_int(1000, 8899):05d}", "서울특별시", borough, f"서울특별시 {borough} {street}"]


def _address(fake: Faker) -> list[str]:
    state = fake.administrative_unit() if hasattr(fake, "administrative_unit") else fake.city()
    return [fake.postcode(), state, fake.city(), fake.street_address()]


def _korean_detail(fake: Faker) -> str:
    return f"{fake.random_int(101, 120)}동 {fake.random_int(1, 25)}{fake.random_int(1, 8):02d}호"


def _detail(fake: Faker) -> str:
    if hasattr(fake, "secondary_address"):
        return str(fake.secondary_address())
    return str(fake.random_int(1, 99))
