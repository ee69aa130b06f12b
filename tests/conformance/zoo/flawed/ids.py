"""Receivers with one mistake in an id: its size, its type, or the field from which they read it."""

from __future__ import annotations

from typing import Any

from conformance.zoo.shop import Envelope, Hook, RefusedError, Shop


class KeepsIdsAsFloats(Shop):
    """json.loads(body, parse_int=float)."""

    finding = "big-id/keeps-ids-as-floats"

    def id_of(self, value: Any) -> str:
        return str(float(value))


class CutsIdsTo31Bits(Shop):
    finding = "big-id/cuts-ids"

    def id_of(self, value: Any) -> str:
        return str(int(value) & 0x7FFFFFFF)


class CutsIdsTo32BitsWithASign(Shop):
    """`id | 0` in JavaScript."""

    finding = "big-id/cuts-ids"

    def id_of(self, value: Any) -> str:
        low = int(value) & 0xFFFFFFFF
        return str(low - 2**32 if low >= 2**31 else low)


class ParsesIdsAsJavaScriptDoes(Shop):
    """parseInt("9007199254740993") is 9007199254740992; ids that are numbers were rounded by JSON.parse before."""

    finding = "big-id/rounds-ids"

    def row_of(self, envelope: Envelope) -> tuple[str, str, dict[str, Any]] | None:
        found = super().row_of(envelope)
        return None if found is None else (found[0], format(float(found[1]), ".0f"), found[2])


class ReadsDataId(Shop):
    """data.id of every object: a subscription and a payment have none (fact 15)."""

    finding = "truth/reads-an-id-that-is-not-there"

    def row_of(self, envelope: Envelope) -> tuple[str, str, dict[str, Any]] | None:
        found = super().row_of(envelope)
        return None if found is None else (found[0], str(envelope["data"].get("id")), found[2])


class ReadsDataIdOrZero(Shop):
    """data.get("id", 0): all subscriptions are one row, and all payments another one."""

    finding = "truth/reads-an-id-that-is-not-there"

    def row_of(self, envelope: Envelope) -> tuple[str, str, dict[str, Any]] | None:
        found = super().row_of(envelope)
        return None if found is None else (found[0], str(envelope["data"].get("id", 0)), found[2])


class UpsertsAnEmptyId(Shop):
    """data.get("id") or "" is written into the column with the unique constraint."""

    finding = "truth/reads-an-id-that-is-not-there"

    def row_of(self, envelope: Envelope) -> tuple[str, str, dict[str, Any]] | None:
        found = super().row_of(envelope)
        return None if found is None else (found[0], str(envelope["data"].get("id") or ""), found[2])

    def state(self) -> dict[str, Any]:
        return {
            table: [{"id": key, **row} for key, row in sorted(rows.items())]
            for table, rows in super().state().items()
            if table != "inbox"
        }


class ReadsTheCustomerAsANumber(Shop):
    """int(data["customerId"]): those of a payment are texts, and a merchant's own may have letters (fact 14)."""

    finding = "big-id/ids-that-are-texts"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        return {**super().payment(envelope), "customer": int(envelope["data"].get("customerId") or 0)}


class RefusesOrdersWithLetters(Shop):
    """It answers 400 where the orderId of a payment is no number."""

    finding = "big-id/ids-that-are-texts"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        if not str(envelope["data"].get("orderId") or 0).isdecimal():
            raise RefusedError(400, "orderId is no number")
        return super().payment(envelope)


class DropsOrdersWithLetters(Shop):
    """It answers 204 where the orderId of a payment is no number, and does nothing."""

    finding = "big-id/ids-that-are-texts"

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        envelope = self.read(hook.body)
        is_payment = envelope["event"].startswith("payment.")
        if is_payment and not str(envelope["data"].get("orderId") or 0).isdecimal():
            return 204, ""
        return super().take(hook)


MEMBERS: tuple[type[Shop], ...] = (
    KeepsIdsAsFloats,
    CutsIdsTo31Bits,
    CutsIdsTo32BitsWithASign,
    ParsesIdsAsJavaScriptDoes,
    ReadsDataId,
    ReadsDataIdOrZero,
    UpsertsAnEmptyId,
    ReadsTheCustomerAsANumber,
    RefusesOrdersWithLetters,
    DropsOrdersWithLetters,
)
