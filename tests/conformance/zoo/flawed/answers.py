"""Receivers with one mistake in what they answer, and to which requests."""

from __future__ import annotations

import traceback
from typing import Any

from conformance.zoo.shop import SECRET, Claim, Hook, RefusedError, Shop


class TakesEveryMethod(Shop):
    finding = "method/takes-every-method"

    def answer(self, hook: Hook) -> tuple[int, str]:
        if hook.method == "GET":
            return 200, "hello"
        if hook.method != "POST":
            return super().answer(Hook("POST", hook.headers, hook.body)) if hook.body else (200, "hello")
        return super().answer(hook)


class GreetsOnGet(Shop):
    finding = "method/get"

    def answer(self, hook: Hook) -> tuple[int, str]:
        return (200, "hello") if hook.method == "GET" else super().answer(hook)


class FailsOnGet(Shop):
    finding = "method/get"

    def answer(self, hook: Hook) -> tuple[int, str]:
        if hook.method == "GET":
            raise KeyError("body")
        return super().answer(hook)


class TakesPut(Shop):
    finding = "method/put"

    def answer(self, hook: Hook) -> tuple[int, str]:
        return super().answer(Hook("POST", hook.headers, hook.body) if hook.method == "PUT" else hook)


class WantsTheExactType(Shop):
    finding = "method/charset"

    def answer(self, hook: Hook) -> tuple[int, str]:
        if hook.method == "POST" and hook.headers["content-type"] != "application/json":
            return 415, "JSON alone"
        return super().answer(hook)


class FailsOnOtherTypes(Shop):
    finding = "method/needs-the-content-type"

    def answer(self, hook: Hook) -> tuple[int, str]:
        if hook.method == "POST" and not hook.headers["content-type"].startswith("application/json"):
            raise TypeError("None is no JSON")
        return super().answer(hook)


class TellsTheSecret(Shop):
    finding = "secrets/no-secret"

    def is_right(self, claim: Claim, body: bytes) -> bool:
        if not super().is_right(claim, body):
            raise RefusedError(401, f"not signed with {SECRET}")
        return True


class TellsTheRightKey(Shop):
    finding = "secrets/no-right-key"

    def is_right(self, claim: Claim, body: bytes) -> bool:
        if not super().is_right(claim, body):
            raise RefusedError(401, f"expected {self.key(claim.timestamp, body)}")
        return True


class TellsTheSecretInHex(Shop):
    finding = "secrets/no-secret"

    def is_right(self, claim: Claim, body: bytes) -> bool:
        if not super().is_right(claim, body):
            raise RefusedError(401, f"not signed with {SECRET.encode().hex()}")
        return True


class RepeatsTheBody(Shop):
    finding = "secrets/no-body"

    def take(self, hook: Hook) -> tuple[int, str]:
        super().take(hook)
        return 200, hook.body.decode(errors="replace")


class AnswersErrorsWithSuccess(Shop):
    """Its errors are a text in an answer of 200, once the signature is right."""

    finding = "malformed/takes-bodies-that-are-no-webhook"

    def read(self, body: bytes) -> dict[str, Any]:
        try:
            return super().read(body)
        except RefusedError:
            raise RefusedError(200, '{"error": "bad request"}') from None


class TakesDelete(Shop):
    finding = "method/delete"

    def answer(self, hook: Hook) -> tuple[int, str]:
        return (204, "") if hook.method == "DELETE" else super().answer(hook)


class ActsOnGet(Shop):
    """A GET to the route empties what it knows of copies."""

    finding = "method/get"

    def answer(self, hook: Hook) -> tuple[int, str]:
        if hook.method != "GET":
            return super().answer(hook)
        self.tables["log"] = {"last": {"seen": True}}
        return 200, "done"


class RepeatsTheSignature(Shop):
    finding = "secrets/no-echo"

    def is_right(self, claim: Claim, body: bytes) -> bool:
        if not super().is_right(claim, body):
            raise RefusedError(401, f"{claim.keys[0]} is wrong")
        return True


class ShowsTracebacks(Shop):
    finding = "secrets/no-traceback"

    def answer(self, hook: Hook) -> tuple[int, str]:
        try:
            return self.take(hook) if hook.method == "POST" else (405, "")
        except RefusedError as error:
            return error.status, traceback.format_exc()


MEMBERS: tuple[type[Shop], ...] = (
    TakesEveryMethod,
    GreetsOnGet,
    FailsOnGet,
    TakesPut,
    WantsTheExactType,
    FailsOnOtherTypes,
    TellsTheSecret,
    TellsTheSecretInHex,
    RepeatsTheBody,
    AnswersErrorsWithSuccess,
    TakesDelete,
    ActsOnGet,
    TellsTheRightKey,
    RepeatsTheSignature,
    ShowsTracebacks,
)
