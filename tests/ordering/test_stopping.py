"""A search that is stopped, wherever that is, tells what it found by then."""

from __future__ import annotations

from typing import cast

from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, keep_last, keep_newest

from steppay_mock import explore
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.failure import ExplorationError


def explored(make_life: MakeLife, ledger: Ledger, *, stopped_at: int) -> Exploration:
    def watch(made: int, _budget: int) -> None:
        if made == stopped_at:
            raise ExplorationError("stopped")

    try:
        return explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset, watch=watch)
    except ExplorationError as error:
        stopped = error
    assert (str(stopped), stopped.exploration is None) == ("stopped", False)
    return cast(Exploration, stopped.exploration)


def test_before_the_end_of_a_proof_it_is_unfinished(make_life: MakeLife) -> None:
    whole = explored(make_life, Ledger(keep_newest), stopped_at=0)
    assert whole.verdict == "proved"
    for place in range(1, whole.coverage.deliveries + 1):
        found = explored(make_life, Ledger(keep_newest), stopped_at=place)
        assert (found.verdict, found.coverage.deliveries) == ("unfinished", place)


def test_while_a_counterexample_is_made_smaller_the_one_that_was_found_is_told(make_life: MakeLife) -> None:
    whole = explored(make_life, Ledger(keep_last), stopped_at=0)
    assert whole.verdict == "fails"
    after = whole.coverage.found_after
    assert after is not None
    for place in range(1, whole.coverage.deliveries + 1):
        found = explored(make_life, Ledger(keep_last), stopped_at=place)
        if place <= after:
            assert found.verdict == "unfinished"
        elif found.counterexample is not None:
            assert found.counterexample.failing.state != found.counterexample.expected.state
    assert explored(make_life, Ledger(keep_last), stopped_at=after + 1).verdict == "fails"
