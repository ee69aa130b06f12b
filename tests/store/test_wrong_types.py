"""Whatever a parameter is given, the answer is a refusal in words, and never an error of another kind."""

from __future__ import annotations

import copy
import inspect
import re
from typing import Any, get_type_hints

import pytest

from steppay_mock import SteppayMockError, Store, iter_errors
from steppay_mock.store.actions.checkout import CheckoutOptions
from steppay_mock.store.assumptions import Assumptions
from steppay_mock.store.options import CustomerFields, PriceFields, ProductFields, StoreOptions

ODD: list[Any] = [
    *(object(), [], {}, [[]], {"a": 1}, {5: "x"}, (), "", "nonsense", b"x"),
    *(-1, 0, 2**63, 1.5, float("nan"), float("inf"), True, None),
]


def stage() -> Store:
    """A store in which something can be said of every action."""
    store = Store(seed=1, product={"billing": "usage", "quota": 10}, assumptions={"step_cover": "pause"})
    store.checkout()
    store.decline_payments()
    store.advance(days=32)
    store.checkout()
    store.draft_invoice(store.create_price(store.products[0], billing="one_time"))
    return store


GOOD: dict[str, dict[str, Any]] = {
    "add_usage": {"amount": 1},
    "change_plan": {"price": "price_nowhere"},
    "change_quantity": {"quantity": 2},
    "create_price": {"product": "product_nowhere"},
    "delete_price": {"price": "price_nowhere"},
    "delete_product": {"product": "product_nowhere"},
    "found_price": {"product": "product_nowhere"},
    "latest": {"record": None},
    "move_payment_date": {"to": 4_000_000_000},
    "reserve_invoice": {"at": 4_000_000_000},
    "subscription_of": {"order": 5},
    "top_up": {"quota": 1},
    "update_price": {"price": "price_nowhere", "amount": 5},
    "update_product": {"product": "product_nowhere"},
    "advance_to": {"moment": 4_000_000_000},
    "let_pass": {"time": None},
    "acting_for": {"customer": 5},
}
FIELDS: dict[str, Any] = {
    "checkout": CheckoutOptions,
    "create_customer": CustomerFields,
    "update_customer": CustomerFields,
    "found_customer": CustomerFields,
    "create_product": ProductFields,
    "found_product": ProductFields,
    "create_price": PriceFields,
    "found_price": PriceFields,
}


def parameters_of_actions() -> list[tuple[str, str]]:
    found = []
    for name, method in inspect.getmembers(Store, inspect.isfunction):
        if name.startswith("_") or name == "interleave":
            continue
        names = [one.name for one in inspect.signature(method).parameters.values() if one.kind is not one.VAR_KEYWORD]
        found += [(name, parameter) for parameter in (*names[1:], *get_type_hints(FIELDS.get(name, object)))]
    return found


@pytest.mark.parametrize(("action", "parameter"), parameters_of_actions())
def test_what_no_parameter_can_be_is_a_refusal_and_no_other_error(action: str, parameter: str) -> None:
    store = stage()
    for odd in ODD:
        options = {**GOOD.get(action, {}), parameter: odd}
        if action in {"create_price", "found_price"} and parameter != "product":
            options["product"] = store.products[0]
        state, count = copy.deepcopy(store.state()), len(store.events)
        try:
            done = getattr(store, action)(**options)
            if action == "acting_for":
                done.__enter__()
        except SteppayMockError as error:
            refusal = str(error)
        else:
            for event in store.events[count:]:
                assert list(iter_errors(event, strict=True)) == []
                assert event.body
            store = stage()  # it was possible after all
            continue
        assert re.search(r"\S[.?)]$", refusal), f"no next step: {refusal}"
        assert (store.state(), len(store.events)) == (state, count), refusal


@pytest.mark.parametrize("option", list(get_type_hints(StoreOptions)))
def test_what_no_option_can_be_is_a_refusal_and_no_other_error(option: str) -> None:
    for odd in ODD:
        try:
            Store(**{option: odd})
        except SteppayMockError:
            continue


@pytest.mark.parametrize("assumption", list(get_type_hints(Assumptions)))
def test_what_no_assumption_can_be_is_a_refusal_and_no_other_error(assumption: str) -> None:
    for odd in [*ODD, ("1",), (0,), (3, 2), (1, 1), (2.0,), (10**9,), 3651]:
        try:
            Store(assumptions={assumption: odd})
        except SteppayMockError:
            continue
