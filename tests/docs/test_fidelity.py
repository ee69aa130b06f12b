"""The page of fidelity names every assumption, as it is, and only what there is to change."""

from __future__ import annotations

import inspect
import re
from ast import literal_eval
from dataclasses import fields

from docs.pages import code_in, page, rows, section

from steppay_mock import Store, StoreApi
from steppay_mock.sandbox.inbox.settings import InboxSettings
from steppay_mock.store.actions.checkout import CheckoutOptions
from steppay_mock.store.assumptions import Assumptions
from steppay_mock.store.options import CustomerFields, ProductFields, StoreOptions

CHOICES = [row for row in rows(page("fidelity")) if row not in rows(section("fidelity", "Choices that you can change"))]


def test_every_assumption_has_its_row_and_its_default() -> None:
    stated = rows(section("fidelity", "Choices that you can change"))
    assert [(name.strip("`"), literal_eval(default.strip("`"))) for name, default, _ in stated] == [
        (one.name, one.default) for one in fields(Assumptions)
    ]


def test_every_assumption_changes_a_choice_that_is_listed() -> None:
    named = {name for row in CHOICES for name in code_in(row[2])}
    assert {one.name for one in fields(Assumptions)} <= named


def test_every_choice_has_letters_and_facts_that_are_explained() -> None:
    explained = set(re.findall(r"^\| \*\*([A-Z])\*\* \|", page("facts"), re.MULTILINE))
    assert len(CHOICES) > 90
    for choice, evidence, _ in CHOICES:
        parts = evidence.split(", ")
        assert {part[0] for part in parts} <= explained, choice
        for part in parts:
            assert part == "U" or re.fullmatch(r"[DWAI] \(fact \d+\)", part), choice


def test_what_changes_a_choice_exists() -> None:
    known = {one.name for one in (*fields(Assumptions), *fields(InboxSettings))}
    for options in (StoreOptions, CustomerFields, ProductFields, CheckoutOptions):
        known |= set(options.__annotations__)
    for kind in (Store, StoreApi):
        known |= set(inspect.signature(kind).parameters)
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_"):
                known |= {name, *inspect.signature(method).parameters}
    for choice, _, changed in CHOICES:
        assert changed == "fixed" or code_in(changed), choice
        assert [name for name in code_in(changed) if name not in known] == [], choice
