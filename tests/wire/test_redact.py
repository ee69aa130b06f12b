"""Secrets are struck out of texts, bytes and exceptions, in the forms in which they are likely to be echoed."""

from __future__ import annotations

import json
import traceback
from base64 import b64encode, urlsafe_b64encode
from html import escape
from urllib.parse import quote, quote_plus

import pytest

from steppay_mock.wire.redact import NO_REDACTION, Redaction, StruckOutError

SECRET = "whsec_T0p/s3cret+비밀 <&>="


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote_plus(SECRET),
        quote(SECRET, safe="").lower().replace("t0p", "T0p"),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        escape(SECRET),
        repr(SECRET),
        SECRET.encode("unicode_escape").decode(),
        SECRET.encode().decode("latin-1"),
        repr(SECRET.encode().decode("latin-1")),
        b64encode(SECRET.encode()).decode(),
        urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        b64encode(f"user:{SECRET}".encode()).decode(),
        b64encode(f"users:{SECRET} and more".encode()).decode(),
        b64encode(f"a user:{SECRET}!".encode()).decode(),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
    ],
    ids=range(19),
)
def test_a_secret_is_struck_out_in_every_form(form: str) -> None:
    told = Redaction([SECRET]).text(f"before {form} after")
    assert "********" in told
    assert told.startswith("before ")
    assert told.endswith(" after")
    # Of base64 some characters at the ends belong to the neighbours as well.
    middle = len(form) // 2
    assert form[middle - 4 : middle + 4] not in told
    assert Redaction([SECRET]).data(f"before {form} after".encode()) == told.encode()


def test_each_of_several_secrets_is_struck_out() -> None:
    redact = Redaction(["whsec_old", "whsec_old_and_new"])
    assert redact.text("whsec_old_and_new, whsec_old") == "********, ********"


def test_what_is_shorter_than_4_characters_is_left_alone() -> None:
    assert Redaction(["abc", ""]).text("abc is the alphabet") == "abc is the alphabet"
    assert not Redaction(["abc"])
    assert NO_REDACTION.text("whsec_test") == "whsec_test"


def test_a_secret_that_was_cut_off_is_struck_out() -> None:
    redact = Redaction(["whsec_T0p-s3cret"])
    assert redact.text("it raised: whsec_T0p-s...") == "it raised: ********..."
    assert redact.text("it raised: whs...") == "it raised: whs..."
    assert redact.data(b"xxxwhsec_T0p", cut=True) == b"xxx********"
    assert redact.data(b"xxxwhsec_T0p") == b"xxxwhsec_T0p"


def test_its_repr_tells_nothing() -> None:
    assert repr(Redaction([SECRET])) == "<Redaction>"


class StubbornError(Exception):
    """Has its text from elsewhere than its arguments."""

    def __init__(self, first: str, second: str) -> None:
        self.told = first + second

    def __str__(self) -> str:
        return self.told


def _raised(error: BaseException, *, cause: BaseException | None = None) -> BaseException:
    with pytest.raises(type(error)) as caught:
        raise error from cause
    return caught.value


def test_an_exception_keeps_its_type_and_its_traceback_without_the_secret() -> None:
    error = _raised(KeyError("whsec_test", 3))
    struck = Redaction(["whsec_test"]).exception(error)
    assert type(struck) is KeyError
    assert struck.args == ("********", 3)
    assert struck.__traceback__ is error.__traceback__
    assert error.args == ("whsec_test", 3)


def test_an_exception_without_the_secret_is_the_same_object() -> None:
    error = ValueError("boom")
    assert Redaction(["whsec_test"]).exception(error) is error


@pytest.mark.parametrize(
    "error",
    [
        StubbornError("whsec_", "test"),
        _raised(ValueError("boom"), cause=ValueError("whsec_test")),
        _raised(ValueError("boom"), cause=_raised(RuntimeError(), cause=StubbornError("whsec_test", ""))),
        ExceptionGroup("two", [ValueError("whsec_test"), ValueError("b")]),
        OSError(2, "no such file", "/etc/whsec_test"),
        UnicodeDecodeError("utf-8", b"whsec_test\xff", 10, 11, "whsec_test"),
    ],
    ids=["stubborn", "cause", "cause-of-cause", "group", "os-error", "unicode-error"],
)
def test_no_traceback_tells_the_secret(error: BaseException) -> None:
    assert "whsec_test" in "".join(traceback.format_exception(error)) + repr(error)
    struck = Redaction(["whsec_test"]).exception(error)
    assert "whsec_test" not in "".join(traceback.format_exception(struck)) + repr(struck)


def test_what_cannot_be_copied_is_told_by_another_exception() -> None:
    struck = Redaction(["whsec_test"]).exception(StubbornError("whsec_", "test"))
    assert type(struck) is StruckOutError
    assert str(struck) == "StubbornError: ********"


def test_a_note_is_struck_out_too() -> None:
    error = ValueError("boom")
    error.add_note("the secret is whsec_test")
    struck = Redaction(["whsec_test"]).exception(error)
    assert "whsec_test" not in "".join(traceback.format_exception(struck))
