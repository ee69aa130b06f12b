"""Receivers with one mistake in a value that they store: a null, an id, an amount, a time or a status."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from conformance.zoo.shop import Envelope, Hook, RefusedError, Shop

_KST = timezone(timedelta(hours=9))


class NullIsZero(Shop):
    """A column of numbers: null is written as 0, and absent as no value."""

    finding = "null/same-as-absent"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        message = envelope["data"].get("errorMessage", "-")
        return {**super().payment(envelope), "error": 0 if message is None else message}


class NullIsTheWordNone(Shop):
    """str() of what is there, and nothing of what is not."""

    finding = "null/same-as-absent"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        data = envelope["data"]
        message = str(data["errorMessage"]) if "errorMessage" in data else ""
        return {**super().payment(envelope), "error": message}


class NullLeavesAnEmptyText(Shop):
    finding = "null/same-as-absent"

    def customer(self, envelope: Envelope) -> dict[str, Any]:
        data = envelope["data"]
        return {**super().customer(envelope), "email": (data["email"] or "") if "email" in data else None}


class FailsWithoutThePayer(Shop):
    """data["payer"]["email"] without a guard: the framework answers 500."""

    finding = "absent/needs-what-may-be-absent"

    def keep(self, envelope: Envelope) -> None:
        if envelope["event"] in {"payment.completed", "payment.canceled"}:
            try:
                envelope["data"]["payer"]["email"]
            except (KeyError, TypeError) as error:
                raise LookupError("payer") from error
        super().keep(envelope)


class FailsWithoutTheNextDate(Shop):
    """A subscription that has ended has no nextPaymentDate."""

    finding = "absent/needs-what-may-be-absent"

    def subscription(self, envelope: Envelope) -> dict[str, Any]:
        datetime.fromisoformat(str(envelope["data"].get("nextPaymentDate")))
        return super().subscription(envelope)


class HasAClassOfStatuses(Shop):
    """Status(value) raises ValueError, and the framework answers 500."""

    finding = "unknown-enum/new-status"

    def subscription(self, envelope: Envelope) -> dict[str, Any]:
        if envelope["data"]["status"].startswith("ADDED"):
            raise ValueError("is not a valid Status")
        return super().subscription(envelope)


class ReadsTheItemsWithoutAGuard(Shop):
    finding = "empty/lists"

    def subscription(self, envelope: Envelope) -> dict[str, Any]:
        items = envelope["data"].get("items")
        return {**super().subscription(envelope), "first": "" if items is None else str(items[0].get("priceCode"))}


class ForbidsExtrasOfTheData(Shop):
    """extra="forbid" in the model of the object alone."""

    finding = "unknown-field/in-data"

    def read(self, body: bytes) -> Envelope:
        envelope = super().read(body)
        if "addedTomorrow" in envelope["data"]:
            raise RefusedError(422, "extra inputs are not permitted")
        return envelope


class ForbidsExtrasWithin(Shop):
    """extra="forbid" in the models of the inner objects alone."""

    finding = "unknown-field/nested"

    def read(self, body: bytes) -> Envelope:
        envelope = super().read(body)
        for inner in envelope["data"].values():
            first = inner[0] if isinstance(inner, list) and inner else inner
            if isinstance(first, dict) and "addedTomorrow" in first:
                raise RefusedError(422, "extra inputs are not permitted")
        return envelope


class HasOneFormatOfTimes(Shop):
    """strptime("%Y-%m-%dT%H:%M:%S.%f"): a time of whole seconds has no fraction (fact 9)."""

    finding = "timezone/reads-one-form-of-times"

    def moment(self, text: str | None) -> str | None:
        if text is None:
            return None
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC).isoformat()


class AddsNineHoursAndWritesZ(Shop):
    finding = "timezone/reads-times-as-kst"

    def moment(self, text: str | None) -> str | None:
        return None if text is None else f"{(datetime.fromisoformat(text) + timedelta(hours=9)).isoformat()}Z"


class AppendsTheKoreanOffset(Shop):
    """text + "+09:00"."""

    finding = "timezone/reads-times-as-kst"

    def moment(self, text: str | None) -> str | None:
        return None if text is None else f"{text}+09:00"


class CutsToTheDayInKorea(Shop):
    """It reads the time as Korean, and keeps the day: of the evening in UTC it is the day before."""

    finding = "timezone/reads-times-as-kst"

    def moment(self, text: str | None) -> str | None:
        if text is None:
            return None
        return datetime.fromisoformat(text).replace(tzinfo=_KST).astimezone(UTC).isoformat(timespec="minutes")


class ReadsSecondsAsMilliseconds(Shop):
    """new Date(event.timestamp): the seconds are taken for milliseconds, and it is January 1970."""

    finding = "timezone/takes-seconds-for-milliseconds"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        at = datetime.fromtimestamp(envelope["timestamp"] / 1000, UTC)
        return {**super().payment(envelope), "happened_at": at.isoformat()}


class CutsAmounts(Shop):
    """int(amount / 100): the last two digits are lost."""

    finding = "truth/as-the-store-says"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        row = super().payment(envelope)
        return {**row, "paid_amount": str(int(Decimal(row["paid_amount"]) / 1000))}


class StoresAmountsOfRefundsBelowZero(Shop):
    """It keeps what is left of a payment as the amount, minus what it was."""

    finding = "truth/as-the-store-says"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        row = super().payment(envelope)
        left = Decimal(row["paid_amount"]) - 2 * Decimal(row["canceled_amount"])
        return {**row, "paid_amount": format(left.normalize() - 1, "f")}


class TakesPartForTheWhole(Shop):
    """PARTIAL_CANCELED is stored as CANCELED, though money is left."""

    finding = "truth/folds-statuses"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        row = super().payment(envelope)
        return {**row, "status": "CANCELED" if row["status"] == "PARTIAL_CANCELED" else row["status"]}


class EndsAtTheRequest(Shop):
    """PENDING_CANCEL is stored as CANCELED: the customer loses what is paid."""

    finding = "truth/folds-statuses"

    def status_of(self, status: str) -> str:
        return "CANCELED" if status == "PENDING_CANCEL" else status


class GivesAccessWithoutPayment(Shop):
    """UNPAID is stored as ACTIVE."""

    finding = "truth/folds-statuses"

    def status_of(self, status: str) -> str:
        return "ACTIVE" if status == "UNPAID" else status


class PausesAtTheRequest(Shop):
    """PENDING_PAUSE is stored as PAUSE."""

    finding = "truth/folds-statuses"

    def status_of(self, status: str) -> str:
        return "PAUSE" if status == "PENDING_PAUSE" else status


class TakesUnknownStatusesForActive(Shop):
    """`status if status in KNOWN else "ACTIVE"`."""

    finding = "unknown-enum/new-status-is-not-active"

    def status_of(self, status: str) -> str:
        return "ACTIVE" if status.startswith("ADDED") else status


class ReadsCancelAsARefund(Shop):
    """`if "cancel" in data`: cancel is in every payment (fact 33)."""

    finding = "truth/as-the-store-says"

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        row = super().payment(envelope)
        return {**row, "status": "CANCELED" if envelope["data"].get("cancel") else row["status"]}


class AnswersBeforeItReads(Shop):
    """It looks for the event under another name, and does nothing: every webhook is answered 204."""

    finding = "control/reads-eventType"

    def read(self, body: bytes) -> Envelope:
        envelope: Envelope = json.loads(body)
        return {**envelope, "event": envelope.get("eventType", "")}

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        envelope = self.read(hook.body)
        self.keep(envelope)
        return 204, ""


MEMBERS: tuple[type[Shop], ...] = (
    NullIsZero,
    NullIsTheWordNone,
    NullLeavesAnEmptyText,
    FailsWithoutThePayer,
    FailsWithoutTheNextDate,
    HasAClassOfStatuses,
    ReadsTheItemsWithoutAGuard,
    ForbidsExtrasOfTheData,
    ForbidsExtrasWithin,
    HasOneFormatOfTimes,
    AddsNineHoursAndWritesZ,
    AppendsTheKoreanOffset,
    CutsToTheDayInKorea,
    ReadsSecondsAsMilliseconds,
    CutsAmounts,
    StoresAmountsOfRefundsBelowZero,
    TakesPartForTheWhole,
    EndsAtTheRequest,
    GivesAccessWithoutPayment,
    PausesAtTheRequest,
    TakesUnknownStatusesForActive,
    ReadsCancelAsARefund,
    AnswersBeforeItReads,
)
