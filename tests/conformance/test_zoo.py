"""Each flaw of the zoo is the one finding of its scorecard, and right receivers have none."""

from __future__ import annotations

import pytest
from conformance.checked import TYPES, card_of, card_of_flaw, names
from conformance.kept import compare, failed_line, finding_line
from conformance.zoo.members import FLAWED
from conformance.zoo.shop import Shop
from thinning import thinned

from steppay_mock import Scorecard

pytestmark = pytest.mark.usefixtures("stopped")


def test_the_zoo_has_its_size_and_flaws_of_most_families() -> None:
    families = {str(shop.finding).partition("/")[0] for shop in FLAWED.values()}
    assert len(FLAWED) >= 125
    assert families >= {"signature", "replay", "rotation", "raw-body", "unknown-event", "unknown-enum", "unknown-field"}
    assert families >= {"null", "absent", "empty", "timezone", "big-id", "malformed", "duplicate", "tie", "order"}
    assert families >= {"method", "secrets", "control"}


@pytest.mark.parametrize("name", thinned(sorted(FLAWED), every=12))
def test_a_flaw_is_the_one_finding(name: str) -> None:
    shop = FLAWED[name]()
    card = card_of_flaw(shop)
    assert names(card) == [shop.finding], card.report()
    assert card.ok is not any(one.severity == "must" for one in card.findings)
    compare(f"patterns/{name}.txt", pattern_of(card))


def pattern_of(card: Scorecard) -> str:
    """The cause and what it explains, which checks failed, with what they saw, and which could not tell."""
    lines = [*map(finding_line, card.findings), *map(failed_line, card.failed)]
    lines += [f"skipped {one.check.full_name}" for one in card.skipped]
    return "\n".join([*lines, f"{len(card.passed)} passed, {card.deliveries} deliveries"])


def test_the_right_receiver_has_none_with_all_its_types_and_all_proofs() -> None:
    card = card_of(Shop(), quick=False)
    assert (names(card), card.ok) == ([], True), card.report()
    told = {one.check.family for one in card.passed}
    assert told >= {"signature", "duplicate", "order", "overlap", "truth", "secrets"}
    assert card.deliveries < 15_000


def test_a_quick_card_takes_as_many_deliveries_as_the_page_says() -> None:
    assert 500 < card_of(Shop(), types=TYPES).deliveries < card_of(Shop()).deliveries < 2_100
