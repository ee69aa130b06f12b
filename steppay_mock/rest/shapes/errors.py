"""The body of an error: ``{traceId, errorCode, errorMessage, details}`` (fact 37). Its words are ours (assumed)."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.chance import derive_seed


def error_object(*, code: str, message: str, about: str, details: dict[str, Any]) -> dict[str, Any]:
    """An error. ``about`` is the call; the same error of the same call has the same traceId."""
    trace = derive_seed(about, code, message)
    return {"traceId": f"{trace:016x}", "errorCode": code, "errorMessage": message, "details": details}
