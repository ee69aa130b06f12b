"""The page of the store: each row of its tables is done, and says what is sent; its tables are complete."""

from __future__ import annotations

import inspect
from ast import literal_eval
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, get_args

import pytest
from docs.pages import blocks_of, code_in, rows, section
from store.bursts import told

from steppay_mock import Store
from steppay_mock.store.actions.checkout import CheckoutOptions
from steppay_mock.store.agenda import Kind
from steppay_mock.store.lifecycle import INVOICE, NEW, SUBSCRIPTION, Transition, draw_states
from steppay_mock.store.options import CustomerFields, ProductFields, StoreOptions, read_store_options

SENT = [row for row in rows(section("store", "What actions send")) if len(row) == 3 and "(" in row[0]]
DUE = [row for row in rows(section("store", "Time")) if len(row) == 4]

# What does not change anything, or lets time pass, or is about several stories.
NO_ACTIONS = {
    *("acting_for", "advance", "advance_to", "interleave", "latest", "let_pass", "state", "subscription_of"),
    *("allowed_for", "allowed_transitions", "tables_at"),
}


class Names(dict[str, Any]):
    """The names that the cells of a table use: those of the store, which ``Store(...)`` replaces."""

    def __init__(self) -> None:
        super().__init__(timedelta=timedelta, Store=self.open)
        self.store = Store(seed=7)

    def __missing__(self, name: str) -> Any:
        return getattr(self.store, name)

    def open(self, **options: Any) -> None:
        self.store = Store(seed=7, **options)


def sent(before: str, action: str, *, watch: Callable[[Store], None] = lambda _store: None) -> tuple[list[str], int]:
    """What the action sends after what comes before it, as ``type STATUS``, and within how many seconds."""
    names = Names()
    for code in code_in(before):
        exec(code, {}, names)
    store = names.store
    watch(store)
    count = len(store.events)
    for code in code_in(action):
        exec(code, {}, names)
    events = store.events[count:]
    return told(events), len({event.timestamp for event in events})


def stated(cell: str) -> list[str]:
    return [] if cell == "none" else cell.split(", ")


@pytest.mark.parametrize("row", SENT, ids=lambda row: " after ".join(row[:2]))
def test_an_action_sends_what_its_row_says_within_one_second(row: tuple[str, str, str]) -> None:
    action, before, events = row
    # What is paid on the page has a second of its own (fact 36).
    most = 2 if "checkout(" in action or "payment_method(" in action else 1
    assert sent(before, action) == (stated(events), min(most, len(stated(events))))


@pytest.mark.parametrize("row", DUE, ids=lambda row: " after ".join(row[:3]))
def test_what_falls_due_sends_what_its_row_says_within_one_second(row: tuple[str, str, str, str]) -> None:
    kind, time, before, events = row
    done: list[str] = []

    def watch(store: Store) -> None:
        for known, work in store._work.items():
            store._work[known] = _noting(known, work, done)

    assert sent(before, time, watch=watch) == (stated(events), 1)
    assert done[0] == kind


def _noting(kind: str, work: Callable[..., None], done: list[str]) -> Callable[..., None]:
    def note(*arguments: Any) -> None:
        done.append(kind)
        work(*arguments)

    return note


def test_every_action_and_everything_that_falls_due_has_a_row() -> None:
    actions = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")}
    assert {row[0].strip("`").partition("(")[0] for row in SENT} == actions - NO_ACTIONS
    assert {row[0] for row in DUE} == set(get_args(Kind))


def test_every_option_of_a_store_has_its_row_and_its_default() -> None:
    text = section("store", "Options").partition("###")[0]
    defaults = {name.strip("`"): literal_eval(code_in(default)[0]) for name, default, _ in rows(text)}
    assert list(defaults) == list(StoreOptions.__annotations__)
    for name, default in defaults.items():
        assert read_store_options({name: default}) == read_store_options({})


@pytest.mark.parametrize(
    ("heading", "fields"),
    [
        ("Customers", CustomerFields.__annotations__),
        ("Products and prices", ProductFields.__annotations__),
        ("Buying and paying", CheckoutOptions.__annotations__),
    ],
)
def test_every_field_and_every_option_of_a_checkout_has_its_row(heading: str, fields: Mapping[str, Any]) -> None:
    named = [name for row in rows(section("store", heading)) if "(" not in row[0] for name in code_in(row[0])]
    assert sorted(named) == sorted(fields)


def test_what_a_store_is_asked_for_exists() -> None:
    store = Store(seed=7)
    store.checkout()
    asked = [name for heading in ("The store", "Who is meant") for name in _attributes(heading)]
    assert len(asked) > 12
    assert [name for name in asked if not hasattr(Store, name) and not hasattr(store, name)] == []


def _attributes(heading: str) -> list[str]:
    text = section("store", heading).partition("\n## ")[0]
    return [name.partition("(")[0] for row in rows(text) for name in code_in(row[0])]


@pytest.mark.parametrize(
    ("heading", "moves"), [("The states of a subscription", SUBSCRIPTION), ("The states of an invoice", INVOICE)]
)
def test_the_diagram_and_the_table_are_those_of_the_store(heading: str, moves: tuple[Transition, ...]) -> None:
    text = section("store", heading)
    [diagram] = [block.text for block in blocks_of("store") if block.language == "mermaid" and block.text in text]
    assert diagram == draw_states(moves)
    assert rows(text) == listed(moves)


def listed(moves: tuple[Transition, ...]) -> list[tuple[str, ...]]:
    """The rows as they ought to be; what differs in nothing but where it begins is one."""
    begins: dict[tuple[str, str, str, str], list[str]] = {}
    for move in moves:
        after = "the same" if move.after == move.before else move.after
        by = "time" if move.by == "time" else "somebody"
        before = "new" if move.before == NEW else move.before
        begins.setdefault((move.action, after, by, move.evidence), []).append(before)
    return [
        (action, ", ".join(before), after, by, evidence) for (action, after, by, evidence), before in begins.items()
    ]
