"""Nothing looks wrong of the example receivers, after the events of a scenario as they happened."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from steppay_mock import deliver, scenario
from steppay_mock.ordering.truth.hints import find_hints
from steppay_mock.rest.api import StoreApi
from steppay_mock.store.scenarios.registry import all_scenarios

if TYPE_CHECKING:
    from examples.conftest import Load, Receiver

SOME = ("subscription-renewal-fails-then-recovers", "refund-in-parts")
SECRET = "whsec_test"


@pytest.mark.parametrize("name", SOME)
def test_nothing_looks_wrong_of_an_example(name: str, receiver: Receiver) -> None:
    story = scenario(name, seed=7, v1=None)  # the examples are registered for v2
    assert receiver.deliver(story).ok
    assert find_hints(receiver.everything(), story) == ()


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", all_scenarios())
def test_nothing_looks_wrong_of_an_example_after_any_scenario(name: str, receiver: Receiver) -> None:
    test_nothing_looks_wrong_of_an_example(name, receiver)


def test_a_mapping_file_fits_the_examples(receiver: Receiver, tmp_path: Path) -> None:
    from steppay_mock.ordering.truth.mapped import mapped_truth
    from steppay_mock.ordering.truth.mapping import load_truth

    file, story = tmp_path / "truth.json", scenario("refund-in-parts", seed=7)
    fields = {"status": "status", "paid_amount": "paidAmount", "canceled_amount": "cancel.canceledAmount"}
    file.write_text(
        json.dumps({"rows": [{"path": "$.payments[*]", "is": "payment", "id": "id", "fields": fields}]}),
        encoding="utf-8",
    )
    judge = mapped_truth(load_truth(file))
    last_refund = max(place for place, event in enumerate(story) if event.type == "payment.canceled")
    receiver.deliver(list(story)[:last_refund])
    assert {hint.kind for hint in judge(receiver.everything(), story)} == {"status", "amount"}
    receiver.deliver(story)
    assert judge(receiver.everything(), story) == ()


@pytest.mark.parametrize("name", [*SOME, *(pytest.param(one, marks=pytest.mark.exhaustive) for one in all_scenarios())])
def test_nothing_looks_wrong_of_the_one_that_reads_back(name: str, load: Load, tmp_path: Path) -> None:
    story, database = scenario(name, seed=7, v1=None), tmp_path / "readback.sqlite3"
    app: Any = load("readback_app").create_app(str(database), SECRET, token="live_8f3a")
    with StoreApi(story.store, token="live_8f3a").patched():
        assert deliver(story, to=app, secret=SECRET).ok
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        tables = ("subscriptions", "orders", "invoices", "customers")
        state = {one: connection.execute(f"SELECT * FROM {one} ORDER BY key").fetchall() for one in tables}
    assert find_hints({table: [dict(row) for row in rows] for table, rows in state.items()}, story) == ()
