"""Receivers with one mistake in how they read what a webhook has: new, null, empty, large, or of another zone."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from conformance.zoo.shop import Envelope, Hook, RefusedError, Shop

_KNOWN = frozenset(("timestamp", "version", "event", "data", "isTest"))
_STATUSES = frozenset(
    (
        *("COMPLETE", "CANCELED", "PARTIAL_CANCELED", "CANCELED_FAIL", "FAILED", "USER_CANCELED", "STANDBY"),
        *("VIRTUAL_BANK_STANDBY", "CMS_STANDBY", "ACTIVE", "PAUSE", "PENDING_PAUSE", "PENDING_CANCEL", "EXPIRED"),
        *("UNPAID", "QUEUEING", "INCOMPLETE", None),
    )
)
_TYPES = ("subscription.", "payment.", "customer.")


class RefusesNewFieldsOfTheEnvelope(Shop):
    finding = "unknown-field/in-envelope"

    def read(self, body: bytes) -> Envelope:
        envelope = super().read(body)
        if not envelope.keys() <= _KNOWN:
            raise RefusedError(422, "extra fields not permitted")
        return envelope


class RefusesNewFields(Shop):
    finding = "unknown-field/refuses-new-fields"

    def read(self, body: bytes) -> Envelope:
        envelope = super().read(body)
        if "addedTomorrow" in json.dumps(envelope, default=str):
            raise RefusedError(422, "extra fields not permitted")
        return envelope


class KeepsEveryField(Shop):
    """A new field is a new column, whose name nobody knows."""

    finding = "unknown-field/in-data"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        row = super().payment(envelope)
        return {**row, "other": sorted(name for name in envelope["data"] if name[0] == "a")}


class RefusesNewStatuses(Shop):
    finding = "unknown-enum/refuses-new-values"

    def read(self, body: bytes) -> Envelope:
        envelope = super().read(body)
        status = envelope["data"].get("status")
        if envelope["event"].startswith(("payment.", "subscription.")) and status not in _STATUSES:
            raise RefusedError(422, "not a valid enumeration member")
        return envelope


class FailsOnNewStatuses(Shop):
    finding = "unknown-enum/new-status"

    def read(self, body: bytes) -> Envelope:
        envelope = super().read(body)
        if envelope["data"].get("status") == "ADDED_TOMORROW":
            raise KeyError("ADDED_TOMORROW")
        return envelope


class TakesUnknownForActive(Shop):
    finding = "unknown-enum/new-status-is-not-active"

    def subscription(self, envelope: Envelope) -> dict[str, Any]:
        row = super().subscription(envelope)
        ended = row["status"] in {"CANCELED", "EXPIRED", "PAUSE", "UNPAID"}
        return {"has_access": not ended, "version": row["version"][:12], "next_payment_date": row["next_payment_date"]}

    def is_newer(self, row: Mapping[str, Any], known: Mapping[str, Any] | None) -> bool:
        return known is None or row["version"] >= known["version"]


class RefusesTypesItDoesNotUse(Shop):
    finding = "unknown-event/refuses-other-types"
    every_type = True

    def read(self, body: bytes) -> Envelope:
        envelope = super().read(body)
        if not envelope["event"].startswith(_TYPES) or envelope["event"].endswith(("archived", "merged", "locked")):
            raise RefusedError(400, "unknown event")
        return envelope


class FailsOnNewObjects(Shop):
    finding = "unknown-event/new-object"

    def keep(self, envelope: Envelope) -> None:
        if envelope["event"].startswith("coupon."):
            raise LookupError(envelope["event"])
        super().keep(envelope)


class RefusesOneType(Shop):
    finding = "unknown-event/every-type"
    every_type = True

    def read(self, body: bytes) -> Envelope:
        envelope = super().read(body)
        if envelope["event"] == "invoice.deleted":
            raise RefusedError(400, "invoices are not deleted")
        return envelope


class NeedsThePayer(Shop):
    finding = "absent/needs-what-may-be-absent"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        return {**super().payment(envelope), "email": envelope["data"]["payer"]["email"]}

    def row_of(self, envelope: Envelope) -> tuple[str, str, dict[str, Any]] | None:
        try:
            return super().row_of(envelope)
        except TypeError:
            raise RefusedError(422, "payer") from None


class FailsOnNull(Shop):
    """Absent is None in its model, and null is refused by it."""

    finding = "null/refuses-null"

    def read(self, body: bytes) -> Envelope:
        envelope = super().read(body)
        if "payment" in envelope["event"] and "errorMessage" in envelope["data"]:
            envelope["data"]["errorMessage"].strip()
        return envelope


class NullIsNotAbsent(Shop):
    finding = "null/same-as-absent"

    def subscription(self, envelope: Envelope) -> dict[str, Any]:
        row = super().subscription(envelope)
        row["next_payment_date"] = str(row["next_payment_date"]) if "nextPaymentDate" in envelope["data"] else "never"
        return row


class TakesTheFirstItem(Shop):
    finding = "empty/lists"

    def keep(self, envelope: Envelope) -> None:
        if envelope["data"].get("items") is not None and envelope["event"].startswith("subscription."):
            envelope["data"]["items"][0]
        super().keep(envelope)


class RefusesZero(Shop):
    finding = "empty/amounts-of-zero"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        if envelope["data"].get("paidAmount") == 0:
            raise RefusedError(422, "an amount is more than 0")
        return super().payment(envelope)


class RefusesWhatIsEmpty(Shop):
    finding = "empty/fails-on-empty-values"

    def read(self, body: bytes) -> Envelope:
        envelope = super().read(body)
        if any(value in ("", []) or (value == 0 and value is not False) for value in envelope["data"].values()):
            raise RefusedError(422, "a value is empty")
        return envelope


class ReadsTimesAsKst(Shop):
    finding = "timezone/reads-times-as-kst"

    def moment(self, text: str | None) -> str | None:
        if text is None:
            return None
        return datetime.fromisoformat(text).replace(tzinfo=timezone(timedelta(hours=9))).astimezone(UTC).isoformat()


class ReadsTimesInTheZoneOfTheServer(Shop):
    finding = "timezone/zone-of-server"

    def moment(self, text: str | None) -> str | None:
        if text is None or not os.environ.get("TZ"):
            return super().moment(text)
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()


class RoundsIds(Shop):
    finding = "big-id/rounds-ids"

    def id_of(self, value: Any) -> str:
        return str(int(float(value)))


class KeepsIdsIn32Bits(Shop):
    finding = "big-id/keeps-ids-in-32-bits"

    def id_of(self, value: Any) -> str:
        if int(value) > 2**31 - 1:
            raise OverflowError("integer out of range")
        return str(value)


class KeepsIdsIn63BitsOnly(Shop):
    finding = "big-id/64-bits"

    def id_of(self, value: Any) -> str:
        if int(value) > 2**62:
            raise OverflowError("integer out of range")
        return str(value)


class TrustsTheBody(Shop):
    finding = "malformed/trusts-the-body"

    def read(self, body: bytes) -> Envelope:
        envelope: Envelope = json.loads(body)
        envelope["event"], envelope["data"]["x"] = str(envelope["event"]), 1
        del envelope["data"]["x"]
        return envelope


class ParsesBeforeItVerifies(Shop):
    finding = "malformed/unsigned-garbage"

    def verify(self, hook: Hook) -> None:
        if not hook.headers.get(self.header):
            json.loads(hook.body)
        super().verify(hook)


class SwallowsEverything(Shop):
    finding = "malformed/takes-bodies-that-are-no-webhook"

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        try:
            return super().take(hook)
        except RefusedError:
            return 200, "an error, which is only logged"


MEMBERS: tuple[type[Shop], ...] = (
    RefusesNewFieldsOfTheEnvelope,
    RefusesNewFields,
    KeepsEveryField,
    RefusesNewStatuses,
    FailsOnNewStatuses,
    TakesUnknownForActive,
    RefusesTypesItDoesNotUse,
    FailsOnNewObjects,
    RefusesOneType,
    NeedsThePayer,
    FailsOnNull,
    NullIsNotAbsent,
    TakesTheFirstItem,
    RefusesZero,
    RefusesWhatIsEmpty,
    ReadsTimesAsKst,
    ReadsTimesInTheZoneOfTheServer,
    RoundsIds,
    KeepsIdsIn32Bits,
    KeepsIdsIn63BitsOnly,
    TrustsTheBody,
    ParsesBeforeItVerifies,
    SwallowsEverything,
)
