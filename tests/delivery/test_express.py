"""A receiver in Express that verifies JSON which it wrote again fails as it does in production (fact 34)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from node_programs import EXPRESS, SECRET, node_serving, require_express

from steppay_mock import ContractViolation, deliver, explore, make_events, scenario

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def receivers(pytestconfig: pytest.Config) -> Iterator[str]:
    """The URL of the two receivers."""
    require_express(pytestconfig)
    with node_serving(EXPRESS, "receivers.mjs") as url:
        yield url


def test_who_verifies_json_written_again_refuses_every_event(receivers: str) -> None:
    events = make_events(seed=7)
    report = deliver(events, to=f"{receivers}/parsed", secret=SECRET)
    assert {one.status for one in report} == {401}
    with pytest.raises(ContractViolation, match=r"express\.raw\(\)") as caught:
        report.assert_ok()
    assert "before any parser" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("form", ["pretty", "compact", "escaped"])
def test_who_verifies_the_raw_bytes_takes_every_form(receivers: str, form: str) -> None:
    events = make_events(seed=7, body=form)  # type: ignore[arg-type]
    deliver(events, to=f"{receivers}/raw", secret=SECRET).assert_ok()


def test_what_passes_against_a_compact_sender_is_why_the_default_is_not_compact(receivers: str) -> None:
    events = make_events(["customer.created", "subscription.updated"], seed=7, body="compact")
    deliver(events, to=f"{receivers}/parsed", secret=SECRET).assert_ok()


def test_an_exploration_names_the_likely_cause(receivers: str) -> None:
    found = explore(
        scenario("refund-in-full", seed=7), f"{receivers}/parsed", secret=SECRET, state=dict, reset=lambda: None
    )
    assert "before any parser" in json.dumps(found.as_dict())
    assert "express.raw()" in found.report()
