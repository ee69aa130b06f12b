"""What is no receiver has one finding, the true one, and passes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event
from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names, no_wait
from conformance.zoo.shop import SECRET, Hook, RefusedError, Shop
from serving import Serve

from steppay_mock import Clock, Scorecard, check_receiver


def wall(status: int, text: str = "", headers: Iterable[tuple[str, str]] = ()) -> Callable[..., Any]:
    """An app that answers everything with this status."""

    def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response(f"{status} Told", [("Content-Type", "text/plain"), *headers])
        return [text.encode()]

    return app


def only_finding(card: Scorecard) -> str:
    """The name of the one finding of a card that passes nothing."""
    (name,) = names(card)
    assert not card.ok
    assert not card.passed
    assert all(one.judgement.why.startswith("Nothing can be told") for one in card.skipped)
    return name


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize(
    ("app", "name"),
    [
        (wall(404, "no such page"), "control/wrong-path"),
        (wall(405), "control/wrong-path"),
        (wall(401, "who are you?"), "control/refuses-right-signatures"),
        (wall(403, "forbidden"), "control/refuses-right-signatures"),
        (wall(403, "CSRF verification failed"), "control/refused-by-framework-csrf"),
        (wall(200, "ok"), "control/takes-anything"),
        (wall(204), "control/takes-anything"),
        (wall(503, "back soon", [("Retry-After", "3600")]), "control/in-maintenance"),
        (wall(502, "bad gateway"), "control/behind-a-proxy"),
        (wall(429), "control/rate-limited"),
        (wall(302, headers=[("Location", "/login")]), "control/redirected"),
        (wall(500, "oops"), "control/refuses-everything"),
        (wall(400, "bad"), "control/refuses-everything"),
    ],
    ids=["404", "405", "401", "403", "csrf", "200", "204", "503", "502", "429", "302", "500", "400"],
)
def test_a_wall_is_one_finding(app: Any, name: str, quick: bool) -> None:  # noqa: FBT001 - a parameter of the test
    card = check_receiver(app, secret=SECRET, quick=quick)
    assert only_finding(card) == name
    assert card.is_reached
    clock = Clock(sleep=no_wait)
    with_state = check_receiver(app, secret=SECRET, quick=quick, state=dict, reset=lambda: None, clock=clock)
    assert only_finding(with_state) == name


def test_nothing_that_listens_is_one_finding(free_port: int) -> None:
    card = check_receiver(f"http://127.0.0.1:{free_port}", secret=SECRET)
    assert only_finding(card) == "control/no-answer"
    assert not card.is_reached
    assert "Connection refused" in card.report() or "nothing listens" in card.report()


def test_a_wall_over_http_is_the_same_finding(serve: Serve) -> None:
    assert only_finding(check_receiver(serve(wall(404)), secret=SECRET)) == "control/wrong-path"


class Idle(Shop):
    """It verifies and answers, and keeps nothing."""

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        self.read(hook.body)
        return 204, ""


class ReadsEventType(Shop):
    """It looks for a field that StepPay does not send."""

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        if "eventType" in self.read(hook.body):
            self.keep(self.read(hook.body))
        return 204, ""


class WantsEventType(Shop):
    """It refuses what has no such field."""

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        if "eventType" not in self.read(hook.body):
            raise RefusedError(400, "eventType is required")
        return super().take(hook)


class SkipsRealOnes(Shop):
    """It takes tests alone."""

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        return super().take(hook) if self.read(hook.body).get("isTest") else (204, "")


@pytest.mark.parametrize(
    ("shop", "name"),
    [
        (Idle, "control/does-nothing"),
        (ReadsEventType, "control/reads-eventType"),
        (WantsEventType, "control/reads-eventType"),
        (SkipsRealOnes, "control/skips-tests"),
    ],
)
def test_a_receiver_that_does_nothing_is_one_finding(shop: type[Shop], name: str) -> None:
    assert only_finding(card_of(shop())) == name


def test_unsigned_webhooks_at_a_receiver_that_verifies_are_one_finding() -> None:
    assert only_finding(check_receiver(Shop(), quick=True)) == "control/wants-a-signature"


def test_without_a_state_answers_are_all_that_is_told() -> None:
    card = check_receiver(Shop(), secret=SECRET, quick=True)
    assert (names(card), card.ok) == ([], True)
    skipped = {one.check.full_name: one.judgement.why for one in card.skipped}
    assert skipped["timezone/utc"] == "It has to look at the state and put it back: give state= and reset=."


def test_only_what_is_missing_is_asked_for() -> None:
    shop = Shop()

    def make() -> Shop:
        return Shop()

    cards = [
        (check_receiver(shop, secret=SECRET, only="timezone", quick=True, state=shop.state), "reset="),
        (check_receiver(make, secret=SECRET, only="timezone", quick=True), "state="),
    ]
    for card, missing in cards:
        whys = {one.judgement.why for one in card.skipped}
        assert f"It has to look at the state and put it back: give {missing} too." in whys
        assert not any(" and " in one.partition(": ")[2] for one in whys)


class Hangs(Shop):
    """It never comes back from a webhook without a signature, nor from any after it."""

    hung = False

    def verify(self, hook: Hook) -> None:
        if self.hung or not hook.headers.get(self.header):
            self.hung = True
            Event().wait()
        super().verify(hook)


class AlwaysHangs(Shop):
    """It never comes back."""

    def verify(self, _hook: Hook) -> None:
        Event().wait()


def test_a_receiver_that_never_answers_is_one_finding() -> None:
    card = check_receiver(AlwaysHangs(), secret=SECRET, timeout=0.1)
    assert only_finding(card) == "control/no-answer-in-time"
    assert not card.is_reached


def test_a_receiver_that_stops_answering_is_told_and_not_waited_for_again_and_again() -> None:
    card = card_of(Hangs(), timeout=0.1, only=["signature", "replay"])
    assert names(card)[0] == "control/stopped-answering"
    assert "a webhook without a signature" in card.findings[0].summary
    assert {one.judgement.why for one in card.skipped} >= {"It has stopped answering."}
    assert not card.ok


class ClosesAmid(Shop):
    """It goes into maintenance after some webhooks."""

    answered = 0

    def answer(self, hook: Hook) -> tuple[int, str]:
        self.answered += 1
        return super().answer(hook) if self.answered <= 60 else (503, "maintenance")


def test_a_receiver_that_refuses_all_in_the_end_is_told() -> None:
    card = card_of(ClosesAmid(), types=TYPES)
    assert names(card)[0] == "control/stopped-accepting"
    assert "503" in card.findings[0].summary
    assert not card.ok


class WorksLater(Shop):
    """It answers first, and works when time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Hook] = []

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        self.read(hook.body)
        self.waiting.append(hook)
        return 202, ""

    def work(self, _seconds: float = 0.0) -> None:
        while self.waiting:
            super().take(self.waiting.pop(0))

    def reset(self) -> None:
        super().reset()
        self.waiting = []


def test_work_after_the_answer_is_told_and_can_be_waited_for() -> None:
    shop = WorksLater()
    assert only_finding(card_of(shop, clock=Clock(sleep=shop.work))) == "control/works-after-its-answer"
    card = card_of(shop, settle=shop.work, only=["signature", "duplicate"], types=TYPES)
    assert (names(card), card.ok) == ([], True), card.report()
    (told,) = card_of(shop, settle=shop.work, clock=Clock(sleep=shop.work), only="latency/works-after-answer").findings
    assert (told.severity, told.full_name) == ("fact", "latency/works-after-answer")
