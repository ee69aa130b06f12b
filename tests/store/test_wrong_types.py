"""Whatever a parameter is given, the answer is a refusal in words, and never an error of another kind."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_type_hints

import pytest
from extras import needing

from steppay_mock import SteppayMockError, Store, iter_errors
from steppay_mock.store.actions.checkout import CheckoutOptions
from steppay_mock.store.assumptions import Assumptions
from steppay_mock.store.options import CustomerFields, PriceFields, ProductFields, StoreOptions

NEVER: list[Any] = [object(), [[]], {"a": 1}, b"x", -1, float("nan"), float("inf")]
"""No parameter, no option and no assumption is one of these, but for a seed, which may be below 0."""
ODD: list[Any] = [*NEVER, [], {}, {5: "x"}, (), "", "nonsense", 0, 2**63, 1.5, True, None]


def stage() -> Store:
    """A store in which something can be said of every action."""
    store = Store(seed=1, product={"billing": "usage", "quota": 10}, assumptions={"step_cover": "pause"})
    store.checkout()
    store.decline_payments()
    store.advance(days=32)
    store.checkout()
    store.draft_invoice(store.create_price(store.products[0], billing="one_time"))
    return store


def card_added(store: Store) -> str | None:
    """A card that no subscription charges."""
    basket = store.add_payment_method().basket
    return None if basket is None else basket.card


def _after(prepare: Callable[[Store], object], **options: Any) -> Callable[[Store], dict[str, Any]]:
    def ready(store: Store) -> dict[str, Any]:
        prepare(store)
        return options

    return ready


READY: dict[str, Callable[[Store], dict[str, Any]]] = {
    "acting_for": lambda store: {"customer": store.customer},
    "add_item": lambda store: {"price": store.create_price(store.products[0])},
    "add_usage": lambda _store: {"amount": 1},
    "allowed_for": lambda store: {"record": store.orders[0]},
    "allowed_transitions": lambda store: {"record": store.subscriptions[0]},
    "advance_to": lambda _store: {"moment": 4_000_000_000},
    "cancel_order": _after(lambda store: store.checkout(pays="later")),
    "change_interval": lambda _store: {"interval": "YEAR"},
    "change_plan": lambda store: {"price": store.create_price(store.products[0], billing="usage", quota=20)},
    "change_quantity": lambda _store: {"quantity": 2},
    "confirm_payment": _after(lambda store: store.checkout(store.prices[1], method="virtual_account")),
    "create_price": lambda store: {"product": store.products[0]},
    "delete_customer": lambda store: {"customer": store.create_customer()},
    "delete_price": lambda store: {"price": store.create_price(store.products[0])},
    "delete_product": lambda store: {"product": store.create_product()},
    "draft_invoice": lambda store: {"price": store.prices[1]},
    "found_price": lambda store: {"product": store.products[0]},
    "latest": lambda store: {"record": store.customer},
    "let_pass": lambda _store: {"time": timedelta(days=1)},
    "move_next_payment": lambda store: {"to": store.now + timedelta(days=3)},
    "move_payment_date": lambda store: {"subscription": store.subscriptions[0], "to": store.now + timedelta(days=1)},
    "pay": _after(lambda store: store.checkout(pays="later")),
    "pay_invoice": _after(lambda store: store.send_invoice()),
    "postpone_message": lambda store: {"subscription": store.subscriptions[0]},
    "refund": lambda store: {"order": store.orders[0]},
    "reject_payment": _after(lambda store: store.checkout(store.prices[1], method="cms")),
    "reserve_invoice": lambda store: {"at": store.now + timedelta(days=1)},
    "remove_payment_method": lambda store: {"card": card_added(store)},
    "remove_item": lambda store: {
        "item": store.add_item(price=store.create_price(store.products[0])).items[-1].id,
    },
    "replace_items": lambda store: {"quantities": {store.subscription.items[0].id: 2}},
    "resume": _after(lambda store: store.pause()),
    "subscription_of": lambda store: {"order": store.orders[0]},
    "tables_at": lambda _store: {"at": 1},
    "top_up": lambda _store: {"quota": 1},
    "undo": _after(lambda store: store.cancel(at_period_end=True)),
    "update_customer": lambda _store: {"name": "김하늘"},
    "update_invoice": lambda _store: {"memo": "고맙습니다", "quantity": 2},
    "update_price": lambda store: {"price": store.create_price(store.products[0]), "amount": 5},
    "update_product": lambda store: {"product": store.products[0], "name": "정기구독"},
}
"""What each action needs to be possible: something that comes before it, and right values of what it must be given."""
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


def require_next_step(refusal: SteppayMockError) -> None:
    assert re.search(r"\S[.?)]$", str(refusal)), f"no next step: {refusal}"


def act(store: Store, action: str, options: dict[str, Any]) -> None:
    done = getattr(store, action)(**options)
    if action == "acting_for":
        done.__enter__()


@pytest.mark.parametrize("action", dict(parameters_of_actions()))
def test_every_action_is_possible_so_that_a_refusal_is_about_what_is_odd(action: str) -> None:
    store = stage()
    act(store, action, READY[action](store) if action in READY else {})


@pytest.mark.parametrize(("action", "parameter"), parameters_of_actions())
def test_what_no_parameter_can_be_is_a_refusal_and_no_other_error(action: str, parameter: str) -> None:
    def ready() -> tuple[Store, dict[str, Any]]:
        store = stage()
        return store, READY[action](store) if action in READY else {}

    refused: list[Any] = []
    store, options = ready()
    for odd in ODD:
        state, count = copy.deepcopy(store.state()), len(store.events)
        try:
            act(store, action, {**options, parameter: odd})
        except SteppayMockError as error:
            refused.append(odd)
            require_next_step(error)
        else:
            for event in store.events[count:]:
                assert list(iter_errors(event, strict=True)) == []
                assert event.body
            store, options = ready()  # it was possible after all
            continue
        assert (store.state(), len(store.events)) == (state, count), odd
    assert [odd for odd in NEVER if not any(odd is one for one in refused)] == []


@pytest.mark.parametrize("action", FIELDS)
def test_a_field_that_nothing_has_is_refused_and_changes_nothing(action: str) -> None:
    store = stage()
    options = READY[action](store) if action in READY else {}
    state, count = copy.deepcopy(store.state()), len(store.events)
    with pytest.raises(SteppayMockError, match="'nonsense'") as refusal:
        act(store, action, {**options, "nonsense": 1})
    require_next_step(refusal.value)
    assert (store.state(), len(store.events)) == (state, count)


def accepted(make: Callable[[Any], object], values: list[Any]) -> list[Any]:
    """The values that are taken; the others are refused with the next step."""
    taken = []
    for value in values:
        try:
            make(value)
        except SteppayMockError as error:
            require_next_step(error)
        else:
            taken.append(value)
    return taken


TAKEN: dict[str, list[Any]] = {
    "seed": [-1, "", "nonsense", 0, 2**63, None],
    "start": [0, 1.5, None],
    "is_test": [True, None],
    "v1": [None],
    **{name: [{}, None] for name in ("customer", "product", "first_ids", "assumptions")},
}


@pytest.mark.parametrize("option", needing("faker", "locale", get_type_hints(StoreOptions)))
def test_what_no_option_can_be_is_a_refusal_and_no_other_error(option: str) -> None:
    def make(odd: Any) -> Store:
        return Store(**{option: odd})

    assert accepted(make, ODD) == TAKEN.get(option, [])


@pytest.mark.parametrize("assumption", list(get_type_hints(Assumptions)))
def test_what_no_assumption_can_be_is_a_refusal_and_no_other_error(assumption: str) -> None:
    more = [("1",), (0,), (3, 2), (1, 1), (2.0,), (10**9,), 3651]
    taken: list[Any] = [True] if type(getattr(Assumptions(), assumption)) is bool else []
    if assumption == "notice_days":
        taken = [None]
    if assumption == "order_updated_again":
        taken = [[], ()]
    if assumption == "seconds_to_pay":
        taken = [0]
    assert accepted(lambda odd: Store(assumptions={assumption: odd}), [*ODD, *more]) == taken
