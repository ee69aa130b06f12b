"""No hollow receiver is proved without a word, and none of the right ones beside them raises an alarm.

A hollow receiver is told by a verdict that is not ok, or by a hint or a note beside one that is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from ordering.hollow import answers, beginning, content, copies
from ordering.hollow.pairs import Pair
from ordering.hollow.readback import in_turn, with_lock, without_lock
from ordering.hollow.shop import Take, keep_payment, trial
from thinning import thinned

from steppay_mock import SteppayMockError, Store, explore, replay, scenario
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.truth.setting import Words

PAIRS = (*answers.PAIRS, *content.PAIRS, *copies.PAIRS, *beginning.PAIRS)

each_pair = pytest.mark.parametrize("pair", PAIRS, ids=str)


def test_the_zoo_has_its_size_and_each_name_once() -> None:
    assert len({pair.name for pair in PAIRS}) == len(PAIRS) == 38
    assert all(pair.why.endswith(".") for pair in PAIRS)


@each_pair
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_hollow_receiver_is_told(pair: Pair) -> None:
    found, told = pair.hollow().explore(), pair.told
    assert found.verdict == told.verdict, found.report()
    assert not found.ok or told.hint or told.note
    if told.anomaly is not None:
        assert told.anomaly in {one.anomaly.name for one in found.counterexamples}
    if told.hint is not None:
        assert told.hint in {hint.kind for hint in found.hints}
    if told.note is not None:
        assert any(note.startswith(told.note) for note in found.notes), found.notes


@pytest.mark.parametrize("pair", thinned(PAIRS, every=2), ids=str)
def test_a_right_receiver_of_the_same_design_is_proved_without_a_word(pair: Pair) -> None:
    found = pair.right().explore()
    assert found.verdict == "proved", found.report()
    assert (found.hints, found.notes) == ((), ())


def test_a_receiver_that_reads_back_without_a_lock_is_told() -> None:
    found = without_lock()
    assert found.counterexample is not None
    assert (found.counterexample.anomaly.name, found.counterexample.failing.held) == ("lost update", True)
    assert with_lock().verdict == "proved"


def test_a_receiver_that_reads_back_unknown_to_the_search_is_told() -> None:
    (note,) = in_turn(knows_api=False).notes
    assert note.startswith(
        "The receiver read back from the REST API, which always answered with the end of the story, also before that "
        "was delivered"
    )


def test_an_api_that_is_never_asked_or_refuses_each_call_is_told() -> None:
    (unasked,) = in_turn(asks=False).notes
    assert unasked.startswith("api= was given, and no call reached it.")
    (refused,) = in_turn(token="of_another_shop").notes
    assert "with 200, but 403" in refused


def test_copies_of_one_event_have_no_order() -> None:
    shop = trial(keep_payment)
    event = next(event for event in scenario("refund-in-full", seed=7) if event.type == "payment.completed")
    found = explore([event] * 3, shop.receiver, **shop.options)
    assert (found.verdict, found.why.partition(" changed")[0]) == ("vacuous", "Of 3 events only payment.completed")


def test_customers_apart_that_are_compared_with_nothing_are_told() -> None:
    both = Store(seed=7).interleave("virtual-account-deposit", "refund-in-full")

    def found(take: Take, truth: Words) -> tuple[str, bool]:
        shop = trial(take, shows=lambda shop: {**shop.rows, **dict.fromkeys(shop.known, "known")})
        told = explore(both, shop.receiver, independent=True, truth=truth, seed=7, losses=False, **shop.options)
        return told.verdict, told.uncompared

    assert found(keep_payment, "hints") == found(keep_payment, "strict") == ("proved", False)
    assert found(content.keep_events, "hints") == ("proved", True)
    assert found(content.keep_events, "strict") == ("vacuous", False)


def test_callbacks_of_a_transaction_that_never_commits_are_called() -> None:
    script = Path(__file__).with_name("on_commit_project.py")
    done = subprocess.run([sys.executable, script], check=True, capture_output=True, text=True, timeout=60)
    hollow, right = map(json.loads, done.stdout.splitlines())
    assert (hollow["verdict"], hollow["anomaly"]) == ("fails", "double effect")
    assert (right["verdict"], right["anomaly"]) == ("proved", None)
    assert right["notes"][0].startswith("transaction.on_commit callbacks ran after each delivery")


def test_a_receiver_that_refuses_the_events_of_a_token_is_not_mended() -> None:
    stale = trial(content.believes_the_last)
    found = stale.explore().counterexample
    assert found is not None
    refusing = trial(lambda shop, hook: 400 if hook.event == "payment.standby" else keep_payment(shop, hook))
    again = replay(found.token, refusing.receiver, **refusing.options)
    assert not again.ok
    assert again.counterexample is not None
    assert again.counterexample.kind == "refused"
    assert again.report().startswith("It still fails, but in another way than before.")
    right = trial(keep_payment)
    assert replay(found.token, right.receiver, **right.options).ok


def test_an_end_that_is_wrong_as_it_happened_is_no_dedupe_where_the_event_is_never_kept() -> None:
    found = trial(keep_payment, story="refund-in-full", truth=lambda _store: {}).explore().counterexample
    assert found is not None
    assert found.anomaly.name == "wrong in every order"


def test_functions_that_say_nothing_are_refused() -> None:
    with pytest.raises(SteppayMockError, match="truth= gave None"):
        trial(keep_payment, truth=lambda _store: None).explore()
    with pytest.raises(ExplorationError, match="settle= gave False"):
        trial(keep_payment, settle=lambda: False).explore()
    with pytest.raises(ExplorationError, match="invariant= returned a generator"):
        trial(keep_payment, invariant=lambda rows: (True for _ in rows)).explore()
    with pytest.raises(ExplorationError, match=r"accept= raised ZeroDivisionError.* in the course of 1 order.created,"):
        trial(keep_payment, accept=lambda _event, _answer: 1 / 0).explore()
