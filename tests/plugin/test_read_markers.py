"""What the markers of a test say together: the nearest one decides, keyword by keyword, and nothing is out of range."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_steppay.marker import Marked, read_markers
from pytest_steppay.options import Options, Secret, masked
from steppay_mock import SteppayMockError


def read(*marks: pytest.MarkDecorator, of_parameter: tuple[pytest.MarkDecorator, ...] = ()) -> Marked:
    node: Any = SimpleNamespace(
        nodeid="t.py::test_it",
        callspec=SimpleNamespace(marks=[one.mark for one in of_parameter]),
        iter_markers=lambda name: (one.mark for one in marks if one.name == name),
    )
    return read_markers(node)


STEPPAY = pytest.mark.steppay


def test_the_nearest_marker_decides_keyword_by_keyword() -> None:
    found = read(STEPPAY("order.created", seed=1), STEPPAY("payment.failed", seed=2, locale="en_US"))
    assert found.event_types == ("order.created",)
    assert found.keywords == {"seed": 1, "locale": "en_US"}
    assert found.event_options == {"locale": "en_US"}
    assert read(STEPPAY(seed=1), STEPPAY("payment.failed")).event_types == ("payment.failed",)
    assert read() == Marked((), {})
    twice = read(STEPPAY("order.created", "cover.paused", "order.created"))
    assert twice.event_types == ("order.created", "cover.paused")


def test_a_marker_of_a_parameter_is_nearer_and_another_mark_says_nothing() -> None:
    found = read(STEPPAY("order.created", seed=1), of_parameter=(pytest.mark.xfail, STEPPAY("cover.paused", seed=5)))
    assert (found.event_types, found.keywords) == (("cover.paused",), {"seed": 5})


def test_a_node_without_parameters_has_its_markers() -> None:
    node: Any = SimpleNamespace(nodeid="t.py", iter_markers=lambda _name: [STEPPAY(seed=3).mark])
    assert read_markers(node).keywords == {"seed": 3}


@pytest.mark.parametrize("budget", [1, 2, 100_000_000])
def test_a_budget_is_one_to_a_hundred_million(budget: int) -> None:
    assert read(STEPPAY(budget=budget)).keywords == {"budget": budget}
    assert read(STEPPAY(budget=None, seed=None)).keywords == {"budget": None, "seed": None}


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        (STEPPAY(budget=0), "budget=0: expected a whole number of deliveries from 1 to 100000000"),
        (STEPPAY(budget=100_000_001), "budget=100000001: expected"),
        (STEPPAY(seed=1.5), "seed=1.5: expected a whole number, or text"),
        (STEPPAY(sede=1), "The marker has no keyword 'sede'. Did you mean 'seed'?"),
        (STEPPAY("order.create"), "There is no event type 'order.create'."),
        (STEPPAY(nulls="skip"), "nulls='skip': expected"),
    ],
)
def test_a_wrong_marker_is_told_with_its_test(mark: pytest.MarkDecorator, message: str) -> None:
    with pytest.raises(SteppayMockError) as failed:
        read(mark)
    assert str(failed.value).startswith(f"t.py::test_it: @pytest.mark.steppay: {message}")


def test_a_secret_does_not_show_itself() -> None:
    assert (masked("whsec_x"), repr(masked("whsec_x"))) == ("whsec_x", "'***'")
    for kind in (tuple, list, set, frozenset):
        several = masked(kind(["whsec_x"]))
        assert (several, repr(several)) == (("whsec_x",), "('***',)")
    assert isinstance(masked("x"), Secret)
    for none in (None, 5):
        assert masked(none) is none


def test_the_settings_of_a_test_show_no_secret() -> None:
    hidden: Any = "hidden"
    options = Options(
        base_seed=0,
        seed=1,
        secret=hidden,
        target=hidden,
        event_types=(),
        event_options={},
        delivery_options={},
        explore_options={},
        config=hidden,
        replay=None,
        progress=hidden,
        scenario_files=(),
    )
    assert "hidden" not in repr(options)
