"""Who are the people in a payload? Names, phones and addresses, made by Faker.

Korean and American people ship as data, because drawing from a list is ten times as fast as asking Faker and needs no
Faker at all. The people of any other locale are made when first asked for, by the code that made the shipped ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError, did_you_mean

if TYPE_CHECKING:
    from faker import Faker

PEOPLE = 200
_SEED = 20240101
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


def people_from_faker(locale: str) -> dict[str, Any]:
    """People and places of a locale, as a shipped pool file holds them; always the same for one version of Faker."""
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
            f"People for the locale {locale!r} come from Faker, which is not installed; ko_KR and en_US need nothing. "
            "Install it: pip install faker"
        ) from None
    if locale not in AVAILABLE_LOCALES:
        raise SteppayMockError(
            f"Faker has no locale {locale!r}.{did_you_mean(locale, AVAILABLE_LOCALES)} "
            "Use one such as ko_KR, en_US or ja_JP."
        )
    return Faker(locale)


def _korean_address(fake: Faker) -> list[str]:
    """Postcode, state, city, street. Faker draws Korean cities and boroughs apart, so all of these are in Seoul."""
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
