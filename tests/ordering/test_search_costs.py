"""What a search saves on its way, and what it says of a truth that raises and of a Python without asserts."""

from __future__ import annotations

from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, keep_newest

from steppay_mock import ExplorationError, explore, scenario
from steppay_mock.ordering.search import exploration_builder


@pytest.mark.parametrize("duplicates", [False, True])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_state_is_saved_once_for_each_set_of_events_besides_those_of_the_first_course(
    make_life: MakeLife, *, count: int, duplicates: bool
) -> None:
    ledger, saved = Ledger(keep_newest), []

    def save() -> Any:
        saved.append(ledger.save())
        return saved[-1]

    found = explore(
        make_life(count),
        ledger,
        state=ledger.state,
        save=save,
        restore=ledger.restore,
        duplicates=duplicates,
        losses=False,
        seed=7,
    )
    assert found.verdict == "proved"
    assert count + 1 < len(saved) <= 2**count + count + 1


@pytest.mark.parametrize("drops", [False, True])
@pytest.mark.parametrize("given", [False, True])
def test_an_invariant_of_asserts_is_warned_of_where_python_leaves_them_out(
    make_life: MakeLife, monkeypatch: pytest.MonkeyPatch, *, drops: bool, given: bool
) -> None:
    monkeypatch.setattr(exploration_builder, "DROPS_ASSERTS", drops)
    ledger = Ledger(keep_newest)
    told: dict[str, Any] = {"invariant": lambda _rows: True} if given else {}
    found = explore(make_life(2), ledger, state=ledger.state, reset=ledger.reset, losses=False, **told)
    warned = [note for note in found.notes if "Python runs with -O" in note]
    assert bool(warned) is (drops and given)


def test_a_truth_that_raises_is_told_with_its_error() -> None:
    def truth(_store: Any) -> Any:
        raise LookupError("gone")

    ledger = Ledger(keep_newest)
    with pytest.raises(ExplorationError, match=r"truth= raised LookupError: gone\. Correct it\."):
        explore(scenario("refund-in-full", seed=7), ledger, state=ledger.state, reset=ledger.reset, truth=truth)
