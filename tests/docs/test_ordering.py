"""The page about the search names every anomaly and every verdict, with the figures of the code."""

from __future__ import annotations

from typing import get_args

from docs.pages import code_in, rows, section

from steppay_mock.ordering import anomaly
from steppay_mock.ordering.anomaly import Anomaly
from steppay_mock.ordering.findings import Verdict
from steppay_mock.ordering.orders.lattice import deliveries_with_reset, deliveries_with_restore


def test_every_anomaly_has_its_row() -> None:
    names = [one.name for one in vars(anomaly).values() if isinstance(one, Anomaly)]
    assert [name for name, _ in rows(section("ordering", "What a failure looks like"))] == names


def test_every_verdict_has_its_row() -> None:
    listed = [code_in(name)[0] for name, _, _ in rows(section("ordering", "Verdicts"))]
    assert listed == list(get_args(Verdict))


def test_the_deliveries_for_ten_events_are_those_of_the_formulas() -> None:
    told = [int(figure.replace(",", "")) for _, _, figure in rows(section("ordering", "What a proof rests on"))]
    assert told == [deliveries_with_restore(10), deliveries_with_reset(10), deliveries_with_restore(10)]
