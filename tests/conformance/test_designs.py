"""Right receivers of several designs have no finding; one that is copied from a sample has advice alone."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from conformance.checked import TYPES, card_of, names, no_wait
from conformance.zoo.shop import SECRET, Claim, Envelope, Hook, RefusedError, Shop

from steppay_mock import Clock, check_receiver, check_receiver_async, saving_objects

QUICK: dict[str, Any] = {"secret": SECRET, "quick": True, "types": TYPES, "clock": Clock(sleep=no_wait)}


class EventLog(Shop):
    """It keeps events as they came, once each, and makes the rows when they are read."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Envelope] = []

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        envelope = self.read(hook.body)
        self.row_of(envelope)
        if not self.is_copy(envelope, hook):
            self.log.append(envelope)
            self.act(envelope)
        return 204, ""

    def state(self) -> dict[str, Any]:
        self.tables = {}
        for envelope in self.log:
            self.keep(envelope)
        return super().state()

    def reset(self) -> None:
        super().reset()
        self.log = []


class RawBodies(Shop):
    """Its rows have the body that came, and a copy is known by the event's content."""

    def keep(self, envelope: Envelope) -> None:
        found = self.row_of(envelope)
        if found is None:
            return
        table, key, row = found
        rows = self.tables.setdefault(table, {})
        if self.is_newer(row, rows.get(key)):
            rows[key] = {**row, "raw": json.dumps(envelope, default=str)}


class SaysUnprocessable(Shop):
    """It answers 422 where others answer 400."""

    def answer(self, hook: Hook) -> tuple[int, str]:
        status, text = super().answer(hook)
        return (422, text) if status == 400 else (status, text)


class ShowsAccess(Shop):
    """It shows no more than who may use the service: an event about one who may not changes nothing there."""

    def state(self) -> dict[str, Any]:
        rows = self.tables.get("subscriptions", {})
        return {"open": sorted(key for key, row in rows.items() if row["status"] in {"ACTIVE", "PENDING_CANCEL"})}


class KeepsInvoices(Shop):
    """It refuses an invoice without an id, which the vendor calls nullable: there is nothing to keep."""

    def row_of(self, envelope: Envelope) -> tuple[str, str, dict[str, Any]] | None:
        data = envelope["data"]
        if data.get("id") is None:
            raise RefusedError(400, "an invoice without an id")
        return "invoices", str(data["id"]), {"status": data.get("status"), "version": str(envelope["timestamp"])}


class VendorSample(Shop):
    """As the vendor's samples: the key by substring, no age."""

    tolerance = None

    def is_equal(self, right: str, key: str) -> bool:
        return right in key


@pytest.mark.parametrize("design", [Shop, EventLog, RawBodies, SaysUnprocessable])
def test_a_right_design_has_no_finding(design: type[Shop]) -> None:
    card = card_of(design(), types=TYPES)
    assert (names(card), card.ok) == ([], True), card.report()


def test_events_that_leave_no_row_are_not_taken_for_rounded_ids() -> None:
    card = card_of(Shop(), types=["product.created"], only=["big-id"])
    assert (names(card), card.ok) == ([], True), card.report()


def test_a_receiver_that_shows_access_alone_has_no_finding() -> None:
    card = card_of(ShowsAccess(), types=["subscription.updated"], only=["big-id", "tie"])
    assert (names(card), card.ok) == ([], True), card.report()


def test_the_id_of_an_invoice_is_not_left_out() -> None:
    card = card_of(KeepsInvoices(), types=["invoice.*"], only=["null", "absent"])
    assert (names(card), len(card.passed), card.ok) == ([], 4, True), card.report()


def test_a_receiver_copied_from_a_sample_has_advice_and_no_failure() -> None:
    card = card_of(VendorSample(), types=TYPES)
    assert names(card) == ["replay/checks-no-age", "signature/key-within-text"]
    assert card.ok


class TakesEachKeyBehindASemicolon(Shop):
    """It looks for keys behind key= and behind each ;, during a rotation."""

    def claim(self, header: str) -> Claim:
        found = re.match(r"timestamp=([0-9]{1,15})(?=,|$)", header)
        if found is None:
            raise RefusedError(401)
        return Claim(found[1], tuple(re.findall(r"(?:,key=|;)([^;,]+)", header)))


@pytest.mark.parametrize("secret", [SECRET, [SECRET, "whsec_of_tomorrow"], ["whsec_of_yesterday", SECRET]])
@pytest.mark.parametrize("design", [Shop, TakesEachKeyBehindASemicolon])
def test_a_right_design_has_no_finding_while_secrets_rotate(design: type[Shop], secret: Any) -> None:
    card = card_of(design(), types=TYPES, secret=secret, only=["signature", "rotation", "replay"])
    assert (names(card), card.ok) == ([], True), card.report()


@pytest.mark.parametrize("secret", [[SECRET, "whsec_of_tomorrow"], ["whsec_of_yesterday", SECRET]])
def test_a_receiver_that_knows_any_of_the_secrets_is_seen_through(secret: Any) -> None:
    card = card_of(VendorSample(), types=TYPES, secret=secret, only=["signature"])
    assert names(card) == ["signature/key-within-text"]


def test_a_new_app_for_each_check_needs_no_reset() -> None:
    card = check_receiver(Shop, state=Shop.state, effects=Shop.effects, **QUICK)
    assert (names(card), card.ok) == ([], True), card.report()
    assert "duplicate/copy-counts-once" in {one.check.full_name for one in card.passed}


def test_a_state_that_is_saved_and_restored_needs_no_reset() -> None:
    shop = Shop()
    saving = saving_objects(shop)
    card = check_receiver(shop, state=shop.state, effects=shop.effects, **saving, **QUICK)
    assert (names(card), card.ok) == ([], True), card.report()
    assert shop.inbox == set()


def asgi(shop: Shop) -> Callable[..., Awaitable[None]]:
    """The receiver as an ASGI app."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        status, text = shop.answer(Hook(scope["method"], headers, (await receive())["body"]))
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": text.encode()})

    return app


@pytest.mark.parametrize("in_loop", [False, True])
def test_an_asgi_app_is_checked_in_a_loop_and_outside_of_one(in_loop: bool) -> None:  # noqa: FBT001 - a parameter
    shop = Shop()
    how = {**QUICK, "state": shop.state, "reset": shop.reset, "effects": shop.effects, "only": ["signature", "null"]}

    async def checked() -> Any:
        return await check_receiver_async(asgi(shop), **how)

    card = asyncio.run(checked()) if in_loop else check_receiver(asgi(shop), **how)
    assert (names(card), card.ok) == ([], True), card.report()


class GivesUp(Shop):
    """It raises where a body is no JSON."""

    def read(self, body: bytes) -> Envelope:
        try:
            return super().read(body)
        except RefusedError:
            raise TimeoutError("the parser") from None


def test_what_an_app_raises_is_told_and_ends_nothing() -> None:
    card = card_of(GivesUp(), types=TYPES)
    assert names(card) == ["malformed/trusts-the-body"]
    assert "TimeoutError: the parser" in card.report()
