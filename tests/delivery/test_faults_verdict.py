"""The verdicts that are promised, against two verifiers: this toolkit's, and the one that receivers copy."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from delivery.wiretap import BODY, KEY, MOMENT, SECRET, draft

from steppay_mock import SignatureError, make_event, verify
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.faults import FAULTS, Fault, make_draft

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "receivers" / "steppay_webhook.py"
SIGNED = [fault for fault in FAULTS.values() if fault.family in {"signature", "body", "header"}]
NO_ANSWER = "no whole HTTP answer: Remote end closed connection without response"
REFUSED = "connection refused: nothing listens at localhost"
ON_PURPOSE = "the connection was reset on purpose, after the body: no answer can come"

Verifier = Callable[[str | None, bytes], bool]


@pytest.fixture(scope="module")
def example() -> Verifier:
    spec = importlib.util.spec_from_file_location("steppay_webhook_of_the_verdicts", EXAMPLE)
    assert spec
    assert spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda header, body: bool(module.verify(header or "", body, SECRET, now=MOMENT))


def ours(header: str | None, body: bytes) -> bool:
    try:
        verify(header, body, SECRET, now=MOMENT)
    except SignatureError:
        return False
    return True


def verdict(fault: Fault, verifier: Verifier, body: bytes) -> str:
    faulty = fault.apply(draft(body))
    values = [value for name, value in faulty.headers if name == "steppay-signature"]
    return "accepted" if verifier(",".join(values) if values else None, faulty.body) else "refused"


@pytest.mark.parametrize("body", [BODY, make_event("payment.completed", seed=7).body], ids=["short", "real"])
@pytest.mark.parametrize("fault", SIGNED, ids=lambda fault: fault.name)
def test_both_verifiers_do_what_the_fault_says(fault: Fault, body: bytes, example: Verifier) -> None:
    verdicts = {verdict(fault, ours, body), verdict(fault, example, body)}
    assert len(verdicts) == 1
    assert fault.expects == "either" or verdicts == {fault.expects}


@pytest.mark.parametrize("fault", SIGNED, ids=lambda fault: fault.name)
def test_a_verdict_holds_for_bodies_that_are_no_events(fault: Fault) -> None:
    for body in (b"", b" ", b"{}", b"[]", b"\x00", b"1", b'"', b"\xff\xfe"):
        assert fault.expects == "either" or verdict(fault, ours, body) == fault.expects, body


def test_the_key_in_the_url_safe_alphabet_is_wrong_at_every_moment() -> None:
    for moment in range(0, 400, 7):
        faulty = FAULTS["key-url-safe"].apply(make_draft(BODY, secret=SECRET, timestamp=moment))
        value = dict(faulty.headers)["steppay-signature"]
        assert "-" in value or "_" in value
        stamp = int(value.partition(",")[0].removeprefix("timestamp="))
        assert abs(stamp - moment) < 60
        with pytest.raises(SignatureError, match="tried 1 secret"):
            verify(value, BODY, SECRET, now=moment)


def test_the_changed_body_is_json_that_differs_in_a_digit() -> None:
    body = make_event("payment.completed", seed=7).body
    changed = FAULTS["body-changed"].apply(draft(body)).body
    [place] = [place for place, (one, other) in enumerate(zip(body, changed, strict=True)) if one != other]
    assert chr(body[place]).isdigit()
    assert chr(changed[place]).isdigit()
    assert body[place] ^ changed[place] == 1


def test_during_a_rotation_of_the_caller_every_secret_signs() -> None:
    rotating = make_draft(BODY, secret=["whsec_old", SECRET], timestamp=MOMENT)
    for name in ("secrets-rotated", "keys-right-first", "keys-right-last", "key-before-timestamp", "body-spaced"):
        faulty = FAULTS[name].apply(rotating)
        for secret in ("whsec_old", SECRET):
            verify(dict(faulty.headers)["steppay-signature"], faulty.body, secret, now=MOMENT)
    assert KEY in dict(FAULTS["keys-right-first"].apply(rotating).headers)["steppay-signature"]


def test_a_secret_that_is_that_of_the_stranger_is_not_taken_for_wrong() -> None:
    theirs = "the secret of somebody else, number 1"
    faulty = FAULTS["wrong-secret"].apply(make_draft(BODY, secret=theirs, timestamp=MOMENT))
    with pytest.raises(SignatureError, match="tried 1 secret"):
        verify(dict(faulty.headers)["steppay-signature"], BODY, theirs, now=MOMENT)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("body-spaced", Answer(200)),
        ("body-spaced", Answer(299)),
        ("wrong-secret", Answer(401)),
        ("body-gzip", Answer(200)),
        ("body-gzip", Answer(415)),
        ("truncated", Answer(400)),
        ("truncated", Answer(None, error=NO_ANSWER, failure=Failure.BROKEN)),
        ("chunked", Answer(None, error=NO_ANSWER, failure=Failure.BROKEN)),
        ("reset-after-body", Answer(None, error=ON_PURPOSE, failure=Failure.ON_PURPOSE)),
    ],
)
def test_an_answer_is_that_of_a_right_receiver(name: str, answer: Answer) -> None:
    assert FAULTS[name].met_by(answer)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("body-spaced", Answer(401)),
        ("body-spaced", Answer(308)),
        ("body-spaced", Answer(200, error="timed out after 1 s", failure=Failure.TIMED_OUT)),
        ("body-spaced", Answer(None, error=NO_ANSWER, failure=Failure.BROKEN)),
        ("wrong-secret", Answer(204)),
        ("wrong-secret", Answer(500)),
        ("wrong-secret", Answer(302)),
        ("wrong-secret", Answer(None, error=NO_ANSWER, failure=Failure.BROKEN)),
        ("body-gzip", Answer(500)),
        ("truncated", Answer(200)),
        ("truncated", Answer(502)),
        ("truncated", Answer(None, error="timed out after 1 s", failure=Failure.TIMED_OUT)),
        ("truncated", Answer(None, error=REFUSED, failure=Failure.REFUSED)),
        ("http-1.0", Answer(None, error=NO_ANSWER, failure=Failure.BROKEN)),
        (
            "reset-after-body",
            Answer(None, error=REFUSED, failure=Failure.REFUSED),
        ),
        ("answer-lost", Answer(None, error=NO_ANSWER, failure=Failure.BROKEN)),
    ],
)
def test_an_answer_is_not_that_of_a_right_receiver(name: str, answer: Answer) -> None:
    assert not FAULTS[name].met_by(answer)
