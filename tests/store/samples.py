"""A value for every parameter of every scenario, other than its default."""

from __future__ import annotations

from typing import Any

from steppay_mock.store.scenarios.definition import Parameter, Scenario
from steppay_mock.store.scenarios.parameters import parameters_of

COMMON: dict[str, Any] = {
    "customer_id": 42,
    "customer_code": "customer_of_tests",
    "name": "김하늘",
    "email": "kim@example.com",
    "phone": "01012345678",
    "product_code": "product_gold",
    "product_name": "골드 멤버십",
    "price_code": "price_gold",
    "price": 12_300,
    "interval": "WEEK",
    "interval_count": 2,
    "order_id": 7_001,
    "payment_id": 7_002,
    "subscription_id": 7_003,
    "invoice_id": 7_004,
}
OWN: dict[str, Any] = {
    "new_email": "new@example.com",
    "new_price_code": "price_new",
    "memo": "감사합니다.",
    "part": 100,
}


def sample_of(parameter: Parameter) -> Any:
    known = {**COMMON, **OWN}
    if parameter.name in known:
        return known[parameter.name]
    if parameter.values:
        return next(value for value in reversed(parameter.values) if value != parameter.default)
    return parameter.default + 1 if parameter.default is not None else 5_000


def samples_of(scenario: Scenario) -> dict[str, Any]:
    return {name: sample_of(parameter) for name, parameter in parameters_of(scenario).items()}
