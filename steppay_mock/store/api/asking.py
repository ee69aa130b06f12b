"""Answers a call of a client in this process; the patch of each client translates the call and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from steppay_mock.store.api.calls import Call
from steppay_mock.store.api.endpoints import LISTING, URL, target_of
from steppay_mock.store.api.request import CallerGoneError, Request

if TYPE_CHECKING:
    from steppay_mock.store.api.api import StoreApi

Parts = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers and body of an answer."""


class UnknownPathError(Exception):
    """The path is no endpoint that is known of StepPay."""


class TooLateError(Exception):
    """The answer would come later than the client waits."""


def ask(api: StoreApi, *, method: str, url: str, token: str | bytes | None, patience: float | None) -> Parts:
    """What the API answers; ``patience`` is for how many seconds the client waits.

    In a test an unknown path is a typing mistake, or an endpoint that nobody knows: it is an error, for a receiver may
    pass over a 404.
    """
    path = unquote(urlsplit(url).path, errors="replace")
    if target_of(path) is None:
        api.calls.add(Call(method, path, None))
        raise UnknownPathError(f"{method} {URL}{path} is no endpoint that is known of StepPay. Known are: {LISTING}. ")
    request = Request(
        method=method,
        path=path,
        token=token.decode("latin-1") if isinstance(token, bytes) else token,
        patience=patience,
    )
    try:
        answer = api.answer(request)
    except CallerGoneError as gone:
        raise TooLateError(f"{method} {URL}{path}: no answer within {request.patience:g} s: {gone}.") from None
    return answer.status, answer.headers, answer.body
