"""The parameters of scenarios: those common to all (customer, product, ids), and the options of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.store.options import CustomerFields, ProductFields
from steppay_mock.store.scenarios.definition import Parameter, Scenario
from steppay_mock.values import shown

_INTERVALS = ("DAY", "WEEK", "MONTH", "YEAR")

_CUSTOMER = {
    "customer_id": ("id", int, "the customer's id"),
    "customer_code": ("code", str, "the customer's code"),
    "name": ("name", str, "the customer's name, and the payer's in payments"),
    "email": ("email", str, "the customer's email address, and the payer's in payments"),
    "phone": ("phone", str, "the customer's phone number, and the payer's in payments"),
}
_PRODUCT = {
    "product_code": ("code", str, "the product's code"),
    "product_name": ("name", str, "the product's name"),
    "price_code": ("price_code", str, "the price's code"),
    "price": ("price", float, "the amount of each payment"),
}
_RECURRING = {
    "interval": ("interval", str, "the unit of the interval between payments"),
    "interval_count": ("interval_count", int, "the number of these units between two payments"),
}
RESERVED = frozenset({*_CUSTOMER, *_PRODUCT, *_RECURRING, "order_id", "payment_id", "subscription_id", "invoice_id"})
"""The names of the common parameters."""

OF_STORES = ("seed", "start", "locale", "currency", "is_test", "nulls", "body", "v1", "v1_form")
"""The options of the store that ``scenario()`` takes."""

_IDS = ("order", "payment", "subscription", "invoice")


@dataclass(frozen=True, slots=True)
class CheckedParameters:
    """The parameters of a call, checked, by what they belong to."""

    customer: CustomerFields = field(default_factory=lambda: cast(CustomerFields, {}))
    product: ProductFields = field(default_factory=lambda: cast(ProductFields, {}))
    first_ids: dict[str, int] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


def parameters_of(scenario: Scenario) -> dict[str, Parameter]:
    """All parameters of the scenario by name, its own options first."""
    named = dict(_CUSTOMER) | dict(_PRODUCT)
    if scenario.sells != "one_time":
        named |= _RECURRING
    common = [
        Parameter(name=name, description=words, type=kind, values=_INTERVALS if name == "interval" else ())
        for name, (_, kind, words) in named.items()
    ]
    common += [
        Parameter(name=f"{kind}_id", description=f"the id of the first {kind}", type=int)
        for kind in _IDS
        if kind != ("subscription" if scenario.sells == "one_time" else "invoice")
    ]
    return {one.name: one for one in (*scenario.options, *common)}


def read_parameters(scenario: Scenario, given: Mapping[str, Any]) -> CheckedParameters:
    """The parameters, checked; SteppayMockError for a wrong one, with the right ones."""
    known = parameters_of(scenario)
    checked = CheckedParameters()
    for name, value in given.items():
        if name not in known:
            raise SteppayMockError(
                f"Unknown parameter {name!r} of the scenario {scenario.name!r}.{did_you_mean(name, known)} "
                f"Its parameters are {choices(known)}; the options of its store are {choices(OF_STORES)}."
            )
        _place(name, _checked(known[name], value), checked)
    return checked


def parse_parameters(scenario: Scenario, texts: Mapping[str, str]) -> dict[str, Any]:
    """The values of texts such as ``customer_id=42``, in the types of the parameters."""
    known = parameters_of(scenario)
    return {name: _parsed(known[name], text) if name in known else text for name, text in texts.items()}


def _place(name: str, value: Any, checked: CheckedParameters) -> None:
    if name in _CUSTOMER:
        checked.customer[_CUSTOMER[name][0]] = value  # type: ignore[literal-required]
    elif name in _PRODUCT:
        checked.product[_PRODUCT[name][0]] = value  # type: ignore[literal-required]
    elif name in _RECURRING:
        checked.product[_RECURRING[name][0]] = value  # type: ignore[literal-required]
    elif name.removesuffix("_id") in _IDS and name.endswith("_id"):
        checked.first_ids[name.removesuffix("_id")] = value
    else:
        checked.options[name] = value


def _checked(parameter: Parameter, value: Any) -> Any:
    if parameter.values:
        fits = value in parameter.values and isinstance(value, bool) == (parameter.type is bool)
    elif parameter.type is float:
        fits = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    else:
        fits = isinstance(value, parameter.type) and (parameter.type is bool or not isinstance(value, bool))
    if not fits:
        raise _wrong(parameter, repr(value))
    if parameter.bounds is not None:
        try:
            parameter.bounds.read(value)
        except ValueError:
            raise _wrong(parameter, shown(value)) from None
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
    explained = f" It is {meaning}." if meaning else ""
    return SteppayMockError(f"{parameter.name}={written} is wrong. Give {parameter.wanted}.{explained}")
