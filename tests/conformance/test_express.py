"""Receivers in Express: one verifies the raw bytes, one what it parsed and wrote again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conformance.checked import names
from node_programs import EXPRESS, SECRET, node_serving, require_express

from steppay_mock import check_receiver

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def receivers(pytestconfig: pytest.Config) -> Iterator[str]:
    """The URL of the two receivers."""
    require_express(pytestconfig)
    with node_serving(EXPRESS, "receivers.mjs") as url:
        yield url


def test_over_the_raw_bytes_there_is_advice_alone(receivers: str) -> None:
    card = check_receiver(f"{receivers}/raw", secret=SECRET, quick=True, skip=["connection", "latency"])
    assert card.ok, card.report()
    assert "replay/checks-no-age" in names(card)


def test_a_body_that_was_written_again_is_the_one_finding(receivers: str) -> None:
    card = check_receiver(f"{receivers}/parsed", secret=SECRET, quick=True)
    assert names(card) == ["control/verifies-re-serialised-body"]
    assert "express.raw" in card.report()
