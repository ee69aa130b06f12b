"""The progress of checks, and a card of checks that were interrupted: it has what was found so far."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names
from conformance.zoo.flawed.courses import LastArrivalWins
from conformance.zoo.flawed.signatures import VerifiesNothing
from conformance.zoo.shop import Shop

from steppay_mock import ContractViolation, Scorecard, SteppayMockError
from steppay_mock.conformance.baseline import Baseline, compare
from steppay_mock.conformance.progress import CheckProgress

pytestmark = pytest.mark.usefixtures("stopped")

WHY = "The checks were interrupted before this one was done."


def interrupted_card(shop: Shop, *, deliveries: int = 0, doing: str = "", **options: Any) -> Scorecard:
    """The card of checks that end at this number of deliveries, or before the first delivery of a check."""

    def watch(progress: CheckProgress) -> bool:
        return progress.doing == doing or 0 < deliveries <= progress.deliveries

    return card_of(shop, types=TYPES, watch=watch, **options)


def test_each_delivery_is_told_before_it_is_made() -> None:
    seen: list[CheckProgress] = []
    card = card_of(Shop(), types=TYPES, watch=seen.append, only=["rotation", "null"])
    assert not card.interrupted
    assert [one.deliveries for one in seen] == list(range(card.deliveries))
    assert {one.total for one in seen} == {6}
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert list(dict.fromkeys(one.doing for one in seen))[:3] == [
        *("reactions", "rotation/right-first", "rotation/right-in-the-middle"),
    ]
    assert str(seen[-1]) == f"6 of 6 checks, {card.deliveries - 1} deliveries, {seen[-1].doing}"


def test_searches_tell_their_scenario() -> None:
    seen: list[CheckProgress] = []
    card = card_of(Shop(), types=TYPES, watch=seen.append, only="order", quick=False, scenarios="refund-in-full")
    searched = [one.deliveries for one in seen if one.doing == "refund-in-full"]
    assert len(searched) > 10
    assert searched == sorted(searched)
    assert max(searched) <= card.deliveries


def test_an_interrupted_card_has_what_was_found_so_far() -> None:
    shop = VerifiesNothing()
    card = interrupted_card(shop, doing="null/written")
    assert (card.interrupted, card.ok) == (True, False)
    assert names(card) == ["signature/verifies-nothing"]
    done = [one for one in card.checks if one.judgement.why != WHY]
    assert card.headline.startswith(f"interrupted after {len(done)} of {len(card.checks)} checks: ")
    assert done[-1].check.family == "unknown-field"
    assert {one.judgement.why for one in card.skipped if one.check.family in {"null", "timezone", "order"}} == {WHY}
    assert shop.state() == {"inbox": []}  # it was reset
    with pytest.raises(ContractViolation, match="signature/verifies-nothing"):
        card.assert_ok()


def test_a_card_without_a_finding_is_not_ok_when_it_was_interrupted() -> None:
    card = interrupted_card(Shop(), doing="null/written")
    assert (names(card), card.ok, bool(card.passed)) == ([], False, True)
    assert not compare(card, Baseline(findings={})).ok
    with pytest.raises(ContractViolation, match="interrupted after") as caught:
        card.assert_ok()
    assert (caught.value.kind, caught.value.next_step) == ("interrupted", "Check it again, and let all checks be made.")
    assert json.loads(json.dumps(card.as_dict()))["interrupted"] is True
    assert card.as_sarif()["runs"][0]["invocations"] == [{"executionSuccessful": False}]
    assert "not checked" in card.as_badge()
    assert "<h1" in card.as_html()
    assert f"interrupted after {card.interrupted_after} of " in card.as_html()
    assert "중단됨" in card.as_html(lang="ko")


@pytest.mark.parametrize("deliveries", [1, 3])
def test_checks_that_end_before_the_first_one_have_nothing_to_tell(deliveries: int) -> None:
    card = interrupted_card(Shop(), deliveries=deliveries)
    assert (card.interrupted_after, card.deliveries, names(card)) == (0, deliveries, [])
    assert {one.judgement.why for one in card.checks} == {WHY}


def test_what_a_search_had_found_is_on_the_card() -> None:
    seen: list[str] = []

    def watch(progress: CheckProgress) -> bool:
        seen.append(progress.doing)
        return progress.doing == "subscription-cancelled-now"

    how: dict[str, Any] = {"quick": False, "only": "order", "watch": watch}
    card = card_of(LastArrivalWins(), types=TYPES, scenarios=["refund-in-full", "subscription-cancelled-now"], **how)
    assert seen.count("subscription-cancelled-now") == 1
    assert card.scenarios == ("refund-in-full",)
    assert [one.check.family for one in card.failed] != []
    # It needs no search; what the other scenario would have shown is not known.
    assert [one.check.name for one in card.passed] == ["earlier-of-another"]
    assert card.headline.startswith("interrupted after ")


def test_watch_is_a_function() -> None:
    watch: Any = "print"
    with pytest.raises(SteppayMockError, match="watch"):
        card_of(Shop(), watch=watch)
