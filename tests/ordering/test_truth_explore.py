"""explore compares the end with the story's store, as truth= says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import SteppayMockError, explore, replay, scenario
from steppay_mock.errors import OrderViolation
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.truth.mapping import read_mapping
from steppay_mock.ordering.truth.setting import read_truth, read_truth_option

MAPPING = {"rows": [{"path": "$.*", "is": "payment", "fields": {"status": "status"}}]}


class Shop:
    """Each payment ends in one status, whatever comes; or in the one that came last."""

    def __init__(self, *, ends: str) -> None:
        self.ends = ends
        self.rows: dict[int, dict[str, Any]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        webhook = json.loads(environ["wsgi.input"].read())
        if webhook["event"].startswith("payment."):
            self.rows[webhook["data"]["paymentId"]] = {"status": self.ends or self.kept(webhook["data"]["status"])}
        start_response("204 No Content", [])
        return []

    def kept(self, status: str) -> str:
        return status

    def explore(self, **options: Any) -> Exploration:
        return explore(
            "virtual-account-deposit", self, state=lambda: self.rows, reset=self.rows.clear, seed=7, **options
        )


def test_without_a_word_what_looks_wrong_is_told_beside_the_verdict() -> None:
    found = Shop(ends="VIRTUAL_BANK_STANDBY").explore()
    assert found.verdict == "proved"
    (hint,) = found.hints
    assert (hint.kind, hint.store) == ("status", "COMPLETE")
    report = " ".join(found.report().split())
    assert "end the same, also with each event repeated at every later place, but 1 place looks wrong;" in report
    assert "Looks wrong: payment 641492 ends VIRTUAL_BANK_STANDBY here, the store says COMPLETE" in report
    (told,) = found.as_dict()["hints"]
    assert json.loads(json.dumps(told))["sentence"] == hint.sentence
    assert Shop(ends="COMPLETE").explore().hints == ()


def test_an_order_whose_end_looks_wrong_is_not_said_to_pass() -> None:
    class Hasty(Shop):
        """Believes whoever comes last, and takes a payment that is complete for one that failed."""

        def kept(self, status: str) -> str:
            return "FAILED" if status == "COMPLETE" else status

    found = Hasty(ends="").explore()
    assert found.counterexample is not None
    assert (found.verdict, found.counterexample.kind, found.counterexample.doubtful) == ("fails", "state", True)
    assert "in this order it passes" not in found.report()
    assert "this order looks wrong too" in found.report()
    right = Shop(ends="").explore().counterexample
    assert right is not None
    assert not right.doubtful


@pytest.mark.parametrize("truth", ["strict", MAPPING, read_mapping(MAPPING)], ids=["strict", "dict", "mapping"])
def test_a_strict_truth_fails_for_it(truth: Any) -> None:
    shop = Shop(ends="VIRTUAL_BANK_STANDBY")
    found = shop.explore(truth=truth)
    assert (found.verdict, found.ok) == ("fails", False)
    assert found.counterexample is not None
    assert (found.counterexample.kind, str(found.counterexample.anomaly)) == ("truth", "wrong in every order")
    assert found.counterexample.truth == {641492: {"status": "COMPLETE"}}
    assert len(found.hints) == 1
    assert "- 'COMPLETE'\n    + 'VIRTUAL_BANK_STANDBY'" in found.report()
    with pytest.raises(OrderViolation, match="wrong in every order"):
        found.assert_ok()
    assert Shop(ends="COMPLETE").explore(truth=truth).verdict == "proved"


def test_a_strict_truth_that_fails_can_be_replayed() -> None:
    shop = Shop(ends="FAILED")
    found = shop.explore(truth="strict").counterexample
    assert found is not None
    probing: dict[str, Any] = {"state": lambda: shop.rows, "reset": shop.rows.clear}
    assert not replay(found.token, shop, truth="strict", **probing).ok
    shop.ends = "COMPLETE"
    assert replay(found.token, shop, truth="strict", **probing).ok
    with pytest.raises(SteppayMockError, match=r"The token was found with truth=\. Pass it as it was passed"):
        replay(found.token, shop, **probing)


def test_off_looks_at_nothing_and_so_does_a_function() -> None:
    shop = Shop(ends="FAILED")
    assert shop.explore(truth="off").hints == ()
    right = shop.explore(truth=lambda store: {key: {"status": "FAILED"} for key in store["payments"]})
    assert (right.verdict, right.hints) == ("proved", ())


def test_what_is_asked_for_needs_a_story() -> None:
    shop = Shop(ends="COMPLETE")
    events = list(scenario("virtual-account-deposit", seed=7))
    probing: dict[str, Any] = {"state": lambda: shop.rows, "reset": shop.rows.clear, "seed": 7}
    assert explore(events, shop, **probing).hints == ()
    for truth in ("strict", MAPPING, dict):
        with pytest.raises(SteppayMockError, match="truth= needs a story"):
            explore(events, shop, truth=truth, **probing)


@pytest.mark.parametrize("value", ["hint", 5, True, ["strict"], ""])
def test_another_truth_is_refused_with_what_it_may_be(value: Any) -> None:
    with pytest.raises(SteppayMockError, match=r"Say 'hints', 'strict' or 'off', pass a function"):
        read_truth(value)


def test_the_command_line_takes_a_word_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "truth.json"
    file.write_text(json.dumps(MAPPING), encoding="utf-8")
    assert [read_truth_option(text).mode for text in ("hints", "strict", "off", str(file))] == [
        *("hints", "strict", "off"),
        "mapping",
    ]
    assert read_truth(file).mode == "mapping"
    with pytest.raises(SteppayMockError, match=r"Did you mean 'strict'\?"):
        read_truth_option("stricd")
