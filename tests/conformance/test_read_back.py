"""The card of a receiver that stores what the REST API says: its flaws, and what is told where the API is missing."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from conformance.checked import card_of, names, no_wait
from conformance.zoo.read_back import MEMBERS, TOKEN, LocksTooLate, ReadsBack
from conformance.zoo.shop import Shop
from thinning import thinned

from steppay_mock import EventType, Scorecard, SteppayMockError, Store, StoreApi
from steppay_mock.conformance.store_events import HAPPENS_IN, StoreEvents

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("stopped")

TYPES = ("payment.completed", "subscription.created", "subscription.updated", "customer.*", "product.updated")
NOW = 1_764_500_000


@contextmanager
def mounted(token: str = TOKEN) -> Iterator[StoreApi]:
    """An API that answers calls of ``requests`` in this process, and never waits."""
    api = StoreApi(Store(seed=1, customer=None, product=None), token=token, sleep=no_wait)
    with api.patched():
        yield api


def card_with_api(shop: Shop, **options: Any) -> Scorecard:
    with mounted() as api:
        return card_of(shop, api=api, **{"types": TYPES, **options})


def test_a_right_receiver_has_no_finding_and_what_webhooks_alone_would_show_is_not_told() -> None:
    card = card_with_api(ReadsBack())
    assert (names(card), card.ok) == ([], True), card.report()
    assert {one.check.name for one in card.passed if one.check.family == "read-back"} == {
        *("api-fails", "token-refused", "rate-limited", "api-slow", "rows-stay", "sent-again", "replaces-rows"),
        *("gone", "verifies-first"),
    }
    untold = {one.check.full_name for one in card.skipped if "It stores what the REST API says" in one.judgement.why}
    assert untold == {
        *("null/same-as-absent", "unknown-enum/new-status-is-not-active", "tie/two-of-one-second"),
        *(f"big-id/{name}" for name in ("beyond-32-bits", "beyond-2-53", "64-bits", "exact", "distinct")),
        *("duplicate/later-update-is-no-copy", "truth/each-status", "truth/refund-takes-back", "truth/partial-refund"),
        *("truth/second-refund", "truth/two-things-are-two-rows", "big-id/ids-that-are-texts"),
    }
    assert TOKEN not in str(card.as_dict())


@pytest.mark.parametrize("shop", thinned([one for one in MEMBERS if not one.needs_proofs], every=8))
def test_a_flaw_is_the_one_finding(shop: type[ReadsBack]) -> None:
    card = card_with_api(shop())
    assert names(card) == [shop.finding], card.report()


@pytest.mark.parametrize("shop", [ReadsBack, LocksTooLate])
def test_a_lock_that_comes_too_late_shows_where_webhooks_overlap(shop: type[ReadsBack]) -> None:
    how: dict[str, Any] = {"quick": False, "scenarios": "refund-in-full", "only": ["order", "overlap"]}
    card = card_with_api(shop(), types=("payment.canceled", "order.updated"), **how)
    assert names(card) == ([] if shop.finding is None else [shop.finding]), card.report()
    assert card.scenarios == ("refund-in-full",)


def test_the_stores_of_the_events_leave_the_api_again() -> None:
    store = Store(seed=4)
    api = StoreApi(store, token=TOKEN, sleep=no_wait)
    with api.patched():
        card_of(ReadsBack(), api=api, types=TYPES, only=["rotation", "read-back/sent-again"])
    assert re.match(r"<StepPay API: 1 stores, \d\d+ calls>", repr(api))


# What is told where the API is missing, or cannot be used.


def test_an_api_that_was_not_given_is_told() -> None:
    with mounted():
        card = card_of(ReadsBack(), types=TYPES)
    (finding,) = card.findings
    assert finding.full_name == "control/reads-back"
    assert "Give the REST API: api=" in finding.cure


@pytest.mark.parametrize("types", [TYPES, TYPES[:1]])
def test_an_api_that_cannot_be_reached_is_told(
    types: tuple[str, ...], free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReadsBack, "url", f"http://127.0.0.1:{free_port}")
    (finding,) = card_of(ReadsBack(), types=types).findings
    assert finding.full_name == "control/seems-to-read-back"
    assert "cannot reach it" in finding.summary
    assert finding.cure.startswith("Give the REST API: api=.")


def test_a_receiver_in_maintenance_is_asked_whether_it_reads_back() -> None:
    class Closed(Shop):
        def answer(self, _hook: Any) -> tuple[int, str]:
            return 503, "back soon"

    (finding,) = card_of(Closed()).findings
    assert finding.full_name == "control/in-maintenance"
    assert finding.cure.endswith("Does it read from StepPay's REST API? Then give that too: api=.")


def test_an_error_of_an_http_client_tells_that_it_calls_somebody(free_port: int) -> None:
    class Raises(ReadsBack):
        url = f"http://127.0.0.1:{free_port}"

        def unread(self) -> Any:
            raise  # noqa: PLE0704 - the error that is being handled

    (finding,) = card_of(Raises(), types=TYPES[:1]).findings
    assert finding.full_name == "control/seems-to-read-back"


def test_a_receiver_that_does_nothing_is_asked_whether_it_reads_back() -> None:
    class Idle(Shop):
        def keep(self, envelope: Any) -> None:
            pass

        def state(self) -> dict[str, Any]:
            return {}

    (finding,) = card_of(Idle(), effects=None).findings
    assert finding.full_name == "control/shows-nothing"
    assert finding.cure.endswith("Does it read from StepPay's REST API? Then give that too: api=.")


def test_a_token_that_the_api_refuses_is_told() -> None:
    with mounted(token="another_token") as api:
        (finding,) = card_of(ReadsBack(), api=api, types=TYPES).findings
    assert finding.full_name == "control/wrong-api-token"
    assert "another_token" not in finding.report()


def test_a_call_that_finds_nothing_is_told() -> None:
    class AsksByWrongKey(ReadsBack):
        def ask(self, path: str) -> Any:
            return super().ask(path[:-1])

        def gone(self) -> Any:
            return self.unread()

    (finding,) = card_with_api(AsksByWrongKey(), types=TYPES[:1]).findings
    assert finding.full_name == "control/api-answers-nothing"
    assert "with 404" in finding.summary


def test_an_api_that_nobody_calls_is_a_fact_beside_the_card() -> None:
    card = card_with_api(Shop(), types=("payment.completed",))
    assert ([(one.full_name, one.severity) for one in card.findings], card.ok) == (
        [("control/api-not-called", "fact")],
        True,
    )
    assert {one.judgement.why for one in card.skipped if one.check.family == "read-back"} == {
        "It reads nothing from the REST API."
    }
    assert "big-id/exact" in {one.check.full_name for one in card.passed}


def test_an_api_that_nobody_calls_is_the_reason_where_nothing_works() -> None:
    class Fails(Shop):
        def keep(self, envelope: Any) -> None:
            raise ValueError(envelope["event"])

    (finding,) = card_with_api(Fails(), types=TYPES[:1]).findings
    assert (finding.full_name, finding.severity) == ("control/api-not-called", "must")


def test_without_an_api_its_checks_are_not_on_the_card() -> None:
    card = card_of(Shop(), only=["rotation", "read-back"])
    assert {one.check.family for one in card.checks} == {"rotation"}
    with pytest.raises(SteppayMockError, match="The checks of read-back need api="):
        card_of(Shop(), only="read-back")


def test_only_a_store_api_is_an_api() -> None:
    given: Any = "https://api.steppay.kr"
    with pytest.raises(SteppayMockError, match="a StoreApi"):
        card_of(Shop(), api=given)


# The events that happen in stores.


@pytest.mark.parametrize("event_type", EventType, ids=str)
def test_every_type_happens_in_a_store_at_the_wanted_second(event_type: EventType) -> None:
    assert HAPPENS_IN.keys() == set(EventType)
    api = StoreApi(Store(seed=1), token=TOKEN)
    events = StoreEvents(api)
    for now in (NOW, NOW - 300 * 86_400):
        event = events.make(event_type, seed=5, now=now)
        assert (event.type, event.timestamp, event.payload["isTest"]) == (event_type, now, False)
        assert event == events.make(event_type, seed=5, now=now)
    drifted = events.make(event_type, seed=5, now=NOW, drift="event")
    assert str(drifted.type).rpartition(".")[0] == str(event_type).rpartition(".")[0]
    assert drifted.type not in set(EventType)
    events.forget()
    assert repr(api).startswith("<StepPay API: 1 stores")
