"""From which words is a payload made? People of a locale, and the goods of a shop in Korean or English."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from steppay_mock.payload.people import people_from_faker

SHIPPED = ("ko_KR", "en_US")


@dataclass(frozen=True, slots=True)
class Pool:
    """The words of one locale, drawn from in payloads."""

    names: tuple[str, ...]
    logins: tuple[str, ...]
    phones: tuple[str, ...]
    addresses: tuple[tuple[str, str, str, str], ...]
    """Postcode, state, city and street of one address; the postcode need not be the city's."""
    address_details: tuple[str, ...]
    companies: tuple[str, ...]
    country_code: str
    goods: dict[str, tuple[str, ...]]
    """Words of the shop by meaning: ``product-name``, ``plan-name``, ``error-message``, ..."""


@cache
def pool(locale: str) -> Pool:
    """The pool of a locale such as ``ko_KR``; shipped for ko_KR and en_US, made by Faker for every other."""
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
