"""Faults of the body: other bytes, under a signature that is right for these bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.faults.draft import SIGNATURE, as_drafted, with_header
from steppay_mock.delivery.faults.fault import Fault
from steppay_mock.delivery.faults.json_forms import escaped, gzipped, in_lines, padded, reordered, spaced
from steppay_mock.delivery.request import Request
from steppay_mock.wire.signature import sign

if TYPE_CHECKING:
    from steppay_mock.delivery.faults.draft import RequestDraft
    from steppay_mock.delivery.request import Headers

LARGE = 5_000_000
BOM = b"\xef\xbb\xbf"


def _signed_anew(draft: RequestDraft, body: bytes, headers: Headers | None = None) -> Request:
    lines = draft.headers if headers is None else headers
    if draft.secrets is not None:
        lines = with_header(lines, SIGNATURE, sign(body, draft.secrets, timestamp=draft.timestamp))
    return as_drafted(draft, body=body, headers=lines)


def _spaced(draft: RequestDraft) -> Request:
    return _signed_anew(draft, spaced(draft.body))


def _in_lines(draft: RequestDraft) -> Request:
    return _signed_anew(draft, in_lines(draft.body))


def _escaped(draft: RequestDraft) -> Request:
    return _signed_anew(draft, escaped(draft.body))


def _reordered(draft: RequestDraft) -> Request:
    return _signed_anew(draft, reordered(draft.body))


def _marked(draft: RequestDraft) -> Request:
    return _signed_anew(draft, BOM + draft.body)


def _large(draft: RequestDraft) -> Request:
    return _signed_anew(draft, padded(draft.body, LARGE))


def _gzipped(draft: RequestDraft) -> Request:
    names = [name for name, _ in draft.headers]
    place = names.index("content-type") + 1 if "content-type" in names else len(names)
    plain = with_header(draft.headers, "content-encoding")
    return _signed_anew(draft, gzipped(draft.body), (*plain[:place], ("content-encoding", "gzip"), *plain[place:]))


BODY_FAULTS = (
    Fault(
        "body-spaced",
        "body",
        "accepted",
        "The body has more white space, behind colons and commas and at its end. Assumed: StepPay's has less "
        "(fact 34).",
        "White space has no meaning, and the raw bytes are signed (fact 18). A receiver that verifies re-encoded "
        "JSON fails.",
        _spaced,
    ),
    Fault(
        "body-crlf",
        "body",
        "accepted",
        "The JSON has line ends, and each of them is CR LF. Assumed: it was never seen.",
        "White space has no meaning, and the raw bytes are signed (fact 18). A receiver that reads the body as text, "
        "with LF for each line end, verifies other bytes and fails.",
        _in_lines,
    ),
    Fault(
        "body-escaped",
        "body",
        "accepted",
        r"Hangul is written as \uXXXX. Assumed: StepPay's may be or not. A body in ASCII stays as it is.",
        "It is the same text, and the raw bytes are signed (fact 18). A receiver that verifies re-encoded JSON fails.",
        _escaped,
    ),
    Fault(
        "body-reordered",
        "body",
        "accepted",
        "The envelope's fields come in reverse order. Assumed: it was never seen.",
        "The fields of an object have no order, and the raw bytes are signed (fact 18).",
        _reordered,
    ),
    Fault(
        "body-with-bom",
        "body",
        "either",
        "A byte order mark comes before the JSON. Assumed: it is never sent.",
        "The mark is not JSON, and parsers may skip it: 400 is right, and so is 2xx.",
        _marked,
    ),
    Fault(
        "body-large",
        "body",
        "either",
        "The body has 5 MB, most of it in an unknown field. Assumed: the vendor names no limit.",
        "New fields may come at any time (fact 3), so 2xx is right; so is 413.",
        _large,
    ),
    Fault(
        "body-gzip",
        "body",
        "either",
        "The body is compressed with gzip, with Content-Encoding, and signed in this form. Assumed: it is never sent.",
        "The bytes that are sent are signed (fact 18), so 2xx is right; so is 415 or 400.",
        _gzipped,
    ),
)
