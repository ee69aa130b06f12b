"""What is struck out by rule: every length of a cut secret, each place in base64, and everything of an exception."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock.wire.redact import NO_REDACTION, Redaction, StruckOutError
from steppay_mock.wire.shown_url import MASK, secrets_in, shown_url

SECRET = "whsec_T0p-s3cret"
REDACT = Redaction([SECRET])


@pytest.mark.parametrize("length", range(len(SECRET) + 1))
def test_a_secret_that_was_cut_off_is_known_from_four_characters_up(length: int) -> None:
    part, known = SECRET[:length], length >= 4
    for before in ("", "it said "):
        assert REDACT.text(f"{before}{part}...") == (f"{before}{MASK}..." if known else f"{before}{part}...")
        cut = REDACT.data(f"{before}{part}".encode(), cut=True)
        assert cut == (f"{before}{MASK}" if known else f"{before}{part}").encode()
    whole = length == len(SECRET)
    assert REDACT.text(part) == (MASK if whole else part)
    assert REDACT.data(part.encode()) == (MASK if whole else part).encode()
    assert REDACT.is_in(f"x{part}x") == REDACT.is_in_data(f"x{part}x".encode()) == whole


def test_a_text_without_a_secret_stays_however_it_ends() -> None:
    for text in ("", "...", "abc...", "whsec", "whsec_T0p-s3cre"):
        assert REDACT.text(text) == text
    assert REDACT.data(b"", cut=True) == b""
    assert REDACT.text(f"{SECRET} and {SECRET}...") == f"{MASK} and {MASK}..."


def test_a_secret_has_at_least_four_characters() -> None:
    assert Redaction(["abcd"]).text("abcd abc") == f"{MASK} abc"
    for nothing in (Redaction(), Redaction([]), Redaction(["abc"]), Redaction(None), NO_REDACTION):
        assert not nothing
        assert nothing.text("abc") == "abc"
        assert not nothing.is_in("abc")
    assert REDACT


@given(
    st.binary(min_size=4, max_size=14).map(lambda raw: "".join(chr(97 + byte % 26) for byte in raw)),
    st.integers(0, 5),
    st.integers(0, 4),
    st.booleans(),
)
def test_in_base64_the_characters_that_depend_on_the_secret_alone_are_struck_out(
    secret: str,
    before: int,
    after: int,
    safe: bool,  # noqa: FBT001
) -> None:
    encode = urlsafe_b64encode if safe else b64encode
    text = encode(b"\xff" * before + secret.encode() + b"\xff" * after).decode()
    begin, end = 8 * before, 8 * (before + len(secret))
    own = [at for at in range(len(text)) if begin <= 6 * at and 6 * (at + 1) <= end]
    core = text[own[0] : own[-1] + 1]
    told = Redaction([secret]).text(text)
    if len(core) >= 6:
        assert told == text[: own[0]] + MASK + text[own[-1] + 1 :]
    else:
        assert told == text


@pytest.mark.parametrize("secret", ["abcdef\n", "  abcdef  "])
def test_white_space_around_a_secret_may_be_missing(secret: str) -> None:
    assert Redaction([secret]).text("x abcdef y") == f"x {MASK} y"


@pytest.mark.parametrize("secret", ["ab/cd", "한글비밀", "a b&c", "tab\there", "quote'\"s", "\ud800abc", "bell\x07x"])
def test_a_secret_of_any_characters_is_struck_out_as_it_is(secret: str) -> None:
    redact = Redaction([secret])
    assert redact.text(f"<{secret}>") == f"<{MASK}>"
    assert redact.data(f"<{secret}>".encode("utf-8", "surrogatepass")) == f"<{MASK}>".encode()


def raised(error: BaseException) -> BaseException:
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_causes_and_contexts_are_struck_out_and_kept_apart() -> None:
    for name in ("__cause__", "__context__"):
        outer, inner = raised(ValueError("outer")), raised(KeyError(SECRET))
        setattr(outer, name, inner)
        for suppressed in (False, True):
            outer.__suppress_context__ = suppressed
            struck = REDACT.exception(outer)
            other = "__context__" if name == "__cause__" else "__cause__"
            found = getattr(struck, name)
            assert (type(found), found.args, getattr(struck, other)) == (KeyError, (MASK,), None)
            assert struck.__suppress_context__ is suppressed
            assert struck.__traceback__ is outer.__traceback__
            assert found.__traceback__ is inner.__traceback__
    assert inner.args == (SECRET,)


def test_exceptions_that_refer_to_each_other_are_struck_out_once() -> None:
    first, second = ValueError("first"), ValueError(SECRET)
    first.__cause__, second.__context__ = second, first
    first.__context__ = second
    struck = REDACT.exception(first)
    assert struck.__cause__ is not None
    assert struck.__cause__.args == (MASK,)
    assert struck.__cause__.__context__ is None
    harmless = ValueError("x")
    harmless.__cause__ = harmless
    assert REDACT.exception(harmless) is harmless


def test_without_secrets_an_exception_is_the_same() -> None:
    error = ValueError(SECRET)
    assert NO_REDACTION.exception(error) is error


class SilentError(Exception):
    """Neither its text nor its repr can be had."""

    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__


def test_an_exception_without_a_text_is_known_by_its_notes() -> None:
    error = SilentError()
    assert REDACT.exception(error) is error
    error.add_note(f"the secret is {SECRET}")
    struck = REDACT.exception(error)
    assert type(struck) is StruckOutError
    assert str(struck) == "SilentError: "


class Chatty(Exception):  # noqa: N818
    """Tells the secret in its repr alone, which a copy keeps."""

    def __repr__(self) -> str:
        return SECRET


def test_a_copy_that_still_tells_is_not_kept() -> None:
    assert type(REDACT.exception(Chatty("x"))) is StruckOutError
    struck = REDACT.exception(ValueError(SECRET, 5, [1]))
    assert (type(struck), struck.args) == (ValueError, (MASK, 5, [1]))
    group = ExceptionGroup("two", [ValueError("a"), KeyError(SECRET)])
    assert SECRET not in repr(REDACT.exception(group))


@pytest.mark.parametrize(
    ("url", "shown", "secrets"),
    [
        ("//kim:pass@h/x", f"//{MASK}@h/x", ("kim:pass",)),
        ("http://@h/x", "http://@h/x", ()),
        ("http://k%20m@h?token=a+b", f"http://{MASK}@h?token={MASK}", ("k%20m", "k m", "a+b", "a b")),
        ("/x?a=1;token=b;c=2&key=d#token=e", f"/x?a=1;token={MASK};c=2&key={MASK}#token=e", ("b", "d")),
        ("/x?token", "/x?token", ()),
        ("/x?token=a&token=a", f"/x?token={MASK}&token={MASK}", ("a",)),
        ("/x?a=b@c", "/x?a=b@c", ()),
        ("/x?", "/x?", ()),
        ("/x#y?token=a", f"/x#y?token={MASK}", ("a",)),
    ],
)
def test_a_url_is_shown_with_every_secret_masked(url: str, shown: str, secrets: tuple[str, ...]) -> None:
    found: Any = secrets_in(url)
    assert (shown_url(url), found) == (shown, secrets)
