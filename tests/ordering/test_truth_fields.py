"""Every field of every thing that a mapping may name: right in each form that a receiver may keep it in, else told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from steppay_mock import Story, scenario
from steppay_mock.ordering.truth.mapped import mapped_truth
from steppay_mock.ordering.truth.mapping import read_mapping
from steppay_mock.ordering.truth.statuses import FIELDS as STATUS_FIELDS
from steppay_mock.ordering.truth.things import things_of
from steppay_mock.ordering.truth.time_formats import KST


def fields_of(story: Story) -> Iterator[tuple[str, Any, str, Any]]:
    """The kind and key of each thing of the store, and its fields with their values, if the last event has them too."""
    for thing in things_of(story).all:
        for name, value in (thing.kept or {}).items():
            if thing.known(name) is not None and thing.kind != "usage":
                yield thing.kind, thing.key, name, value


def forms_of(value: Any) -> tuple[list[Any], list[Any]]:
    """The forms in which a receiver may keep the value, and values that are another one."""
    if value is None:
        return [None, 0, "0", "0.00"], [1, "x", False, ""]
    if isinstance(value, bool):
        return [value, int(value)], [not value, str(value), None, "x"]  # SQLite keeps 0 and 1
    if isinstance(value, int | float):
        return [value, f"{value}.00", Decimal(value), float(value)], [value + 1, None, value != 1, "x"]
    if isinstance(value, list | dict):
        return [value], [None, [value], "x"]
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return [value], [f"{value}x", None, True, ""]
    aware = at.replace(tzinfo=UTC)
    right = [value, at, aware, aware.isoformat(), aware.timestamp(), at.date(), at.date().isoformat()]
    day = timedelta(days=1)
    return right, [at + day, aware - KST, (at - day).date(), (at + day).date().isoformat(), None, "soon", True]


@pytest.mark.parametrize("name", ["customer-registers-and-subscribes", "invoice-paid"])
def test_a_field_is_right_in_its_forms_and_nothing_else_is(name: str) -> None:
    story = scenario(name, seed=7)
    types = set()
    for kind, key, field, value in fields_of(story):
        mapping = {"path": "$.rows.*", "is": kind, "fields": {"column": field}, "missing": "ok"}
        judge = mapped_truth(read_mapping({"rows": [mapping]}))
        right, wrong = forms_of(value)
        types.add(type(value))
        for here in right:
            assert judge({"rows": {key: {"column": here}}}, story) == (), (kind, field, here)
        for here in wrong:
            hints = judge({"rows": {key: {"column": here}}}, story)
            assert len(hints) == 1, (kind, field, value, here)
            (hint,) = hints
            assert hint.here == here or hint.here is here, (kind, field, here)
            assert hint.store == value
            assert str(hint.thing) == f"{kind} {key}"
            assert (hint.kind == "status") is (STATUS_FIELDS.get(kind) == field)
            assert (hint.kind == "nine-hours") is (here is wrong[1] and isinstance(here, datetime))
    assert types == {str, int, bool, list, dict, type(None)}
