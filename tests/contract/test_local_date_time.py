"""LocalDateTime is checked by patterns alone, so that every validator in every language agrees (fact 9)."""

import re
from calendar import monthrange
from typing import Any

import pytest

from steppay_mock.contract.schemas import load_schema

SCHEMA: dict[str, Any] = load_schema("types.schema.json")["$defs"]["LocalDateTime"]


def is_accepted(text: str) -> bool:
    return bool(re.search(SCHEMA["pattern"], text)) and not re.search(SCHEMA["not"]["pattern"], text)


def test_the_patterns_use_nothing_that_some_language_lacks() -> None:
    for pattern in (SCHEMA["pattern"], SCHEMA["not"]["pattern"]):
        assert not re.search(r"\(\?[^:]|\\[dwsbAzZ]", pattern)


def test_exactly_the_days_of_the_calendar_are_accepted() -> None:
    for year in (1600, 1900, 1999, 2000, 2023, 2024, 2100, 2400, 9999):
        for month in range(14):
            last = monthrange(year, month)[1] if 1 <= month <= 12 else 0
            for day in range(33):
                text = f"{year:04d}-{month:02d}-{day:02d}T00:00:00"
                assert is_accepted(text) == (1 <= day <= last), text


@pytest.mark.parametrize(
    "text",
    ["2023-06-19T06:19:55", "2023-06-19T23:59:59.9", "2023-06-19T06:19:55.403711", "2024-02-29T00:00:00.123456789"],
)
def test_zero_to_nine_fraction_digits_are_accepted(text: str) -> None:
    assert is_accepted(text)


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-30T00:00:00",
        "2023-06-19T06:19:55\n",
        "2023-06-19T06:19:55.403711\n",
        "\n2023-06-19T06:19:55",
        "2023-06-19T06:19:55Z",
        "2023-06-19T06:19:55+09:00",
        "2023-06-19 06:19:55",
        "2023-06-19T06:19",
        "2023-06-19T24:00:00",
        "2023-06-19T06:60:00",
        "2023-06-19T06:19:60",
        "2023-06-19T06:19:55.",
        "2023-06-19T06:19:55.1234567890",
        "2023-6-19T06:19:55",
        "23-06-19T06:19:55",
        "２０２３-06-19T06:19:55",
        "٢٠٢٣-06-19T06:19:55",
        "2023-06-19",
        "",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    assert not is_accepted(text)
