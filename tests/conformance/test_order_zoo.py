"""The receivers of the search through orders get scorecards too: the right ones pass, and flaws are seen in some check.

Their checks are those of copies, ties, orders and truth: these receivers verify nothing, and trust what they read.
"""

from __future__ import annotations

import pytest
from ordering.zoo.members import MEMBERS
from ordering.zoo.receiver import Receiver

from steppay_mock import Scorecard, check_receiver

pytestmark = pytest.mark.hunt  # some minutes

FAMILIES = ("duplicate", "tie", "order", "overlap", "truth")
UNFIT = {"reads-back", "price-of-an-old-product"}
"""They need events of their own story, or of products alone: no event type of payments is accepted."""


def card_of(member: Receiver) -> Scorecard:
    shop = member.make(())
    return check_receiver(shop.app, state=shop.state, reset=shop.reset, effects=shop.effects, only=FAMILIES)


@pytest.mark.parametrize("name", sorted(name for name, one in MEMBERS.items() if one.flaw is None))
def test_a_right_receiver_has_no_finding(name: str) -> None:
    card = card_of(MEMBERS[name])
    found = [one.full_name for one in card.findings]
    if name in UNFIT:
        assert found == ["control/refuses-everything"]
    else:
        assert found == [], card.report()
        assert card.deliveries < 16_000


@pytest.mark.parametrize("name", sorted(name for name, one in MEMBERS.items() if one.flaw is not None))
def test_a_flaw_is_seen(name: str) -> None:
    card = card_of(MEMBERS[name])
    assert not card.ok, card.report()
    families = {one.family for one in card.findings}
    assert families <= {"control"} if name in UNFIT else not families & {"control"}, card.report()
