"""What can be said of a story? Whom it is about and what is bought, for all of them; and the options of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.store.options import CustomerFields, ProductFields
from steppay_mock.store.scenarios.definition import Parameter, Scenario

_INTERVALS = ("DAY", "WEEK", "MONTH", "YEAR")

_CUSTOMER = {
    "customer_id": ("id", int, "the customer's number"),
    "customer_code": ("code", str, "the customer's code"),
    "name": ("name", str, "the customer's name; payments have it as their payer's"),
    "email": ("email", str, "the customer's address, also the payer's"),
    "phone": ("phone", str, "the customer's number to call, also the payer's"),
}
_PRODUCT = {
    "product_code": ("code", str, "the code of the product that is bought"),
    "product_name": ("name", str, "its name"),
    "price_code": ("price_code", str, "the code of its price"),
    "price": ("price", float, "what it costs, each time"),
}
_RECURRING = {
    "interval": ("interval", str, "how often it recurs"),
    "interval_count": ("interval_count", int, "every how many of these"),
}
RESERVED = frozenset({*_CUSTOMER, *_PRODUCT, *_RECURRING, "order_id", "payment_id", "subscription_id", "invoice_id"})
"""The names that every scenario has, or could have."""

OF_STORES = ("seed", "start", "locale", "currency", "is_test", "nulls", "body")
"""The options of a store that a scenario takes beside its parameters."""

_IDS = ("order", "payment", "subscription", "invoice")


@dataclass(frozen=True, slots=True)
class Cast:
    """Everything that was said of a story, by what it is about."""

    customer: CustomerFields = field(default_factory=lambda: cast(CustomerFields, {}))
    product: ProductFields = field(default_factory=lambda: cast(ProductFields, {}))
    first_ids: dict[str, int] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


def parameters_of(scenario: Scenario) -> dict[str, Parameter]:
    """Every parameter of the scenario by its name, its own options first."""
    named = dict(_CUSTOMER) | dict(_PRODUCT)
    if scenario.sells != "one_time":
        named |= _RECURRING
    common = [
        Parameter(name=name, description=words, type=kind, values=_INTERVALS if name == "interval" else ())
        for name, (_, kind, words) in named.items()
    ]
    common += [
        Parameter(name=f"{kind}_id", description=f"the number of the first {kind}", type=int)
        for kind in _IDS
        if kind != ("subscription" if scenario.sells == "one_time" else "invoice")
    ]
    return {one.name: one for one in (*scenario.options, *common)}


def read_parameters(scenario: Scenario, given: Mapping[str, Any]) -> Cast:
    """What was said of the story, checked; a wrong parameter is a SteppayMockError that lists the right ones."""
    known = parameters_of(scenario)
    cast_ = Cast()
    for name, value in given.items():
        if name not in known:
            raise SteppayMockError(
                f"The scenario {scenario.name!r} has no parameter {name!r}.{did_you_mean(name, known)} "
                f"It has {choices(known)}; its store has {choices(OF_STORES)}."
            )
        _place(name, _checked(known[name], value), cast_)
    return cast_


def parse_parameters(scenario: Scenario, texts: Mapping[str, str]) -> dict[str, Any]:
    """The values that the texts mean, as the parameters want them."""
    known = parameters_of(scenario)
    return {name: _parsed(known[name], text) if name in known else text for name, text in texts.items()}


def _place(name: str, value: Any, cast_: Cast) -> None:
    if value is None:
        return
    if name in _CUSTOMER:
        cast_.customer[_CUSTOMER[name][0]] = value  # type: ignore[literal-required]
    elif name in _PRODUCT:
        cast_.product[_PRODUCT[name][0]] = value  # type: ignore[literal-required]
    elif name in _RECURRING:
        cast_.product[_RECURRING[name][0]] = value  # type: ignore[literal-required]
    elif name.removesuffix("_id") in _IDS and name.endswith("_id"):
        cast_.first_ids[name.removesuffix("_id")] = value
    else:
        cast_.options[name] = value


def _checked(parameter: Parameter, value: Any) -> Any:
    if parameter.values:
        fits = value in parameter.values and isinstance(value, bool) == (parameter.type is bool)
    elif parameter.type is float:
        fits = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    else:
        fits = isinstance(value, parameter.type) and (parameter.type is bool or not isinstance(value, bool))
    if not fits:
        raise _wrong(parameter, repr(value))
    return value


def _parsed(parameter: Parameter, text: str) -> Any:
    wrong = _wrong(parameter, text)
    if parameter.type is bool:
        if text.lower() not in {"true", "false"}:
            raise wrong
        return text.lower() == "true"
    if parameter.type is str:
        return text
    try:
        return int(text) if parameter.type is int else Decimal(text)
    except (ValueError, InvalidOperation):
        raise wrong from None


def _wrong(parameter: Parameter, written: str) -> SteppayMockError:
    meaning = parameter.description.rstrip(".")
    told = f" It is {meaning}." if meaning else ""
    return SteppayMockError(f"{parameter.name}={written} does not do: give {parameter.wanted}.{told}")
