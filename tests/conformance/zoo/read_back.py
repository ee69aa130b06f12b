"""A right receiver that stores what the REST API says, and receivers of that kind with one flaw each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from threading import Lock
from typing import Any, ClassVar

import requests
from conformance.zoo.shop import Envelope, Hook, RefusedError, Shop

TOKEN = "live_of_the_zoo"
_KINDS = {
    "subscription": ("subscriptions", "subscriptionId"),
    "payment": ("orders", "orderId"),
    "order": ("orders", "id"),
    "customer": ("customers", "id"),
}
"""By the first word of an event: the table, which is the path of the API too, and the field that the API takes."""


class ReadsBack(Shop):
    """It takes a webhook as a hint that something changed, and stores what the API says."""

    needs_proofs: ClassVar[bool] = False
    """Whether the flaw shows in searches through orders alone."""
    url: ClassVar[str] = "https://api.steppay.kr"
    token: ClassVar[str] = TOKEN

    def __init__(self) -> None:
        super().__init__()
        self.lock: Any = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name[:5] == "HTTP_"}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, text = self.answer(Hook(environ["REQUEST_METHOD"], headers, body))
        start_response(f"{status} Told", [("Content-Type", "text/plain"), ("Content-Length", str(len(text.encode())))])
        return [text.encode()]

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        self.refresh(self.read(hook.body))
        return 204, ""

    def refresh(self, envelope: Envelope) -> None:
        table, field = _KINDS.get(envelope["event"].partition(".")[0], ("", ""))
        key = envelope["data"].get(field)
        if key is not None:
            with self.lock:  # before it reads: else an older answer may be written last
                self.store(table, str(key), self.ask(f"/api/v1/{table}/{key}"))

    def ask(self, path: str) -> dict[str, Any] | None:
        try:
            answer = requests.get(self.url + path, headers={"Secret-Token": self.token}, timeout=5)
        except requests.RequestException:
            return self.unread()
        if answer.status_code == requests.codes.not_found:
            return self.gone()
        return answer.json() if answer.status_code == requests.codes.ok else self.unread()

    def unread(self) -> dict[str, Any] | None:
        raise RefusedError(503, "the API could not be read")

    def gone(self) -> dict[str, Any] | None:
        return None

    def store(self, table: str, key: str, data: dict[str, Any] | None) -> None:
        rows = self.tables.setdefault(table, {})
        if data is None:
            rows.pop(key, None)
        else:
            rows[key] = self.row_from(data)

    def row_from(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "status": data.get("status"),
            "email": data.get("email"),
            "next_payment_date": self.moment(data.get("nextPaymentDate")),
            "payment_date": self.moment(data.get("paymentDate")),
            "returned_amount": str(data.get("returnedAmount")),
        }

    def state(self) -> dict[str, Any]:
        return {table: {key: dict(row) for key, row in rows.items()} for table, rows in self.tables.items() if rows}


class VerifiesNoHint(ReadsBack):
    """It reads back for whoever asks."""

    finding = "signature/verifies-nothing"

    def verify(self, _hook: Hook) -> None:
        pass


class AsksFirst(ReadsBack):
    """It reads, then verifies."""

    finding = "read-back/verifies-first"

    def take(self, hook: Hook) -> tuple[int, str]:
        rows = {table: dict(rows) for table, rows in self.tables.items()}
        self.refresh(self.read(hook.body))
        try:
            self.verify(hook)
        except RefusedError:
            self.tables = rows
            raise
        return 204, ""


class LocksTooLate(ReadsBack):
    """Two webhooks read at once, and the older answer may be written last."""

    finding = "order/lost-update"
    needs_proofs = True

    def refresh(self, envelope: Envelope) -> None:
        lock, self.lock = self.lock, nullcontext()
        super().refresh(envelope)
        self.lock = lock


class FailsOnGone(ReadsBack):
    """A thing that is deleted is a failure."""

    finding = "read-back/fails-on-what-is-gone"

    def gone(self) -> dict[str, Any] | None:
        return self.unread()


class MergesRows(ReadsBack):
    """A value that has become null stays."""

    finding = "read-back/keeps-older-answers"

    def store(self, table: str, key: str, data: dict[str, Any] | None) -> None:
        known = dict(self.tables.get(table, {}).get(key, {}))
        super().store(table, key, data)
        if data is not None:
            row = {name: value for name, value in self.tables[table][key].items() if value is not None}
            self.tables[table][key] = {**known, **row}


class AnswersAnyway(ReadsBack):
    """It answers 204 where it learned nothing."""

    finding = "read-back/loses-what-it-cannot-read"

    def take(self, hook: Hook) -> tuple[int, str]:
        try:
            return super().take(hook)
        except RefusedError as error:
            if error.status != 503:
                raise
            return 204, ""


class WritesTheWebhookOnErrors(ReadsBack):
    """Where the API did not answer, it makes the row of what the webhook says."""

    finding = "read-back/writes-what-it-could-not-read"

    def take(self, hook: Hook) -> tuple[int, str]:
        try:
            return super().take(hook)
        except RefusedError as error:
            if error.status != 503:
                raise
            envelope = self.read(hook.body)
            if found := self.row_of(envelope):
                self.store(found[0], found[1], envelope["data"])
            return 204, ""


class DeletesOnErrors(ReadsBack):
    """Whatever is not a 200 means to it that the thing is gone."""

    finding = "read-back/loses-what-it-cannot-read"

    def unread(self) -> dict[str, Any] | None:
        return None


class DeletesOnErrorsAndRefuses(ReadsBack):
    """It deletes the row where the API refuses the call, and asks for another delivery."""

    finding = "read-back/rows-stay"

    def store(self, table: str, key: str, data: dict[str, Any] | None) -> None:
        super().store(table, key, None if data == {} else data)
        if data == {}:
            raise RefusedError(503, "the API could not be read")

    def unread(self) -> dict[str, Any] | None:
        return {}


class MarksFirst(ReadsBack):
    """It marks a body as taken before it has read anything."""

    finding = "read-back/sent-again"

    def take(self, hook: Hook) -> tuple[int, str]:
        self.verify(hook)
        envelope = self.read(hook.body)
        if not self.is_copy(envelope, hook):
            self.refresh(envelope)
        return 204, ""


class ReadsOnce(ReadsBack):
    """It reads what it does not know, and believes its row from then on."""

    finding = "read-back/keeps-older-answers"

    def ask(self, path: str) -> dict[str, Any] | None:
        _, _, _, table, key = path.split("/")
        return super().ask(path) if key not in self.tables.get(table, {}) else {}

    def store(self, table: str, key: str, data: dict[str, Any] | None) -> None:
        if data != {}:
            super().store(table, key, data)


class TellsTheToken(ReadsBack):
    """It answers with all that it knows of the failed call."""

    finding = "secrets/no-secret"

    def unread(self) -> dict[str, Any] | None:
        raise RefusedError(503, f"GET with Secret-Token: {self.token} failed")


class ReadsApiTimesAsKst(ReadsBack):
    """The times of the API have no zone either."""

    finding = "timezone/reads-times-as-kst"

    def moment(self, text: str | None) -> str | None:
        from datetime import datetime, timedelta

        right = super().moment(text)
        return None if right is None else (datetime.fromisoformat(right) - timedelta(hours=9)).isoformat()


MEMBERS: tuple[type[ReadsBack], ...] = (
    VerifiesNoHint,
    AsksFirst,
    LocksTooLate,
    FailsOnGone,
    MergesRows,
    AnswersAnyway,
    WritesTheWebhookOnErrors,
    DeletesOnErrors,
    DeletesOnErrorsAndRefuses,
    MarksFirst,
    ReadsOnce,
    TellsTheToken,
    ReadsApiTimesAsKst,
)
