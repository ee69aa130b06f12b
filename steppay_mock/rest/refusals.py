"""Why any call can be refused: for its token, its path, its method, or by a rule of the test."""

from __future__ import annotations

from steppay_mock.errors import choices
from steppay_mock.rest.exchange import Refusal
from steppay_mock.rest.places import LISTING, Place, nearest_call
from steppay_mock.rest.rules import Fail, Holding

_HOW_TO_AUTHENTICATE = (
    "Send the token that this API was given: api.token in Python, --token or STEPPAY_SECRET_TOKEN in a shell."
)
_HOW_TO_WRITE = "StoreApi(store, writable=True) in Python, --writable on the command line"


def wrong_token(*, is_missing: bool) -> Refusal:
    """The refusal of a call whose token is missing or wrong: 403, as StepPay (fact 37)."""
    code, problem = (
        ("TOKEN_MISSING", "is missing") if is_missing else ("TOKEN_WRONG", "has a token that is not this API's")
    )
    message = f"The header Secret-Token {problem}. {_HOW_TO_AUTHENTICATE}"
    return Refusal(status=403, code=code, message=message, details={"header": "Secret-Token"})


def unknown_route(method: str, path: str) -> Refusal:
    """The refusal of a path that StepPay is not known to have."""
    message = f"{path} is not a known route of the API of StepPay. {told_routes(method, path)}"
    return Refusal(status=404, code="UNKNOWN_ROUTE", message=message)


def told_routes(method: str, path: str) -> str:
    """The call that is near an unknown path; if none is, all calls."""
    near = nearest_call(method, path)
    return f"Did you mean {near}?" if near else f"Call one of: {LISTING}"


def wrong_method(method: str, place: Place, *, is_writable: bool) -> Refusal:
    """The refusal of a method that the path does not have, or that an API which only reads does not."""
    allowed = [one for one in place.methods if is_writable or one in {"GET", "HEAD"}]
    if place.write(method) is not None:
        message = (
            f"{method} {place.template_of(method)} writes, and this API only reads. Let it write: {_HOW_TO_WRITE}."
        )
    else:
        calls = choices(one for one in place.methods if one != "HEAD")
        message = f"{method} {place.template} is no call of StepPay. It has {calls} there."
    return Refusal(
        status=405,
        code="METHOD_NOT_ALLOWED",
        message=message,
        details={"allowed": allowed},
        headers=(("Allow", ", ".join(allowed)),),
    )


def asked_for(rule: Fail) -> Refusal:
    """The error that the test asked for."""
    return Refusal(
        status=rule.status,
        code="ASKED_FOR",
        message=f"The test asked for this: api.fail(status={rule.status}). api.behave() ends it.",
        headers=() if rule.retry_after is None else (("Retry-After", str(rule.retry_after)),),
    )


def held_too_long(rule: Holding, *, is_closing: bool) -> Refusal:
    """The error of a call that was held until its time or its server ended."""
    message = (
        "The API was stopped while it held this call. Release holds before it ends."
        if is_closing
        else f"This call was held for {rule.hold.timeout:g} seconds. Call release() on what api.hold() gave, "
        "or give it a longer timeout."
    )
    return Refusal(status=503, code="HELD", message=message)
