"""Faults of the headers other than the signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.faults.draft import as_drafted, with_header
from steppay_mock.delivery.faults.fault import Fault
from steppay_mock.delivery.request import Request, Writing

if TYPE_CHECKING:
    from steppay_mock.delivery.faults.draft import RequestDraft


def _of_type(draft: RequestDraft, *values: str) -> Request:
    return as_drafted(draft, headers=with_header(draft.headers, "content-type", *values))


def _text_plain(draft: RequestDraft) -> Request:
    return _of_type(draft, "text/plain")


def _charset(draft: RequestDraft) -> Request:
    return _of_type(draft, "application/json;charset=UTF-8")


def _no_type(draft: RequestDraft) -> Request:
    return _of_type(draft)


def _title_case(draft: RequestDraft) -> Request:
    return as_drafted(draft, writing=Writing(names="title"))


HEADER_FAULTS = (
    Fault(
        "content-type-wrong",
        "header",
        "either",
        "The Content-Type is text/plain.",
        "application/json is the only type (fact 1), so 415 is right; so is 2xx, because the signature proves the "
        "sender.",
        _text_plain,
    ),
    Fault(
        "content-type-charset",
        "header",
        "accepted",
        "The Content-Type is application/json;charset=UTF-8. Assumed: it was never seen.",
        "It is the same type: JSON is UTF-8 anyway (fact 1).",
        _charset,
    ),
    Fault(
        "content-type-missing",
        "header",
        "either",
        "There is no Content-Type.",
        "Every webhook has one (fact 1), so 4xx is right; so is 2xx, because the signature proves the sender.",
        _no_type,
    ),
    Fault(
        "names-title-case",
        "header",
        "accepted",
        "The names of the headers come in Title-Case.",
        "They come in lower case (fact 21). HTTP makes no difference between capitals and small letters.",
        _title_case,
        needs_socket=True,
    ),
)
