from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steppay_mock import SignatureError, sign, verify

TIMES = st.integers(0, 10**15 - 1)
SECRETS = st.text(st.characters(codec="utf-8"), min_size=1)
# Lone surrogates are among the characters.
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | ANY_TEXT
ANYTHING = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(ANY_TEXT, SCALARS, max_size=2)
HEADER_LIKE = st.lists(
    st.sampled_from(
        ["timestamp=1706002316", "timestamp=", "key=", "key=QUJD;", "v0=x", ";", "=", " ", "\t", "\x00", "１"]
    )
    | ANY_TEXT,
    max_size=6,
).map(",".join)

MOMENT = datetime.fromtimestamp(1706002316, UTC)


def clock_at(seconds: float) -> Any:
    """A clock that stands at a moment that a datetime may not reach."""
    return patch("time.time", return_value=float(seconds))


relaxed = settings(deadline=None, max_examples=150)


@relaxed
@given(body=st.binary(), secrets=st.lists(SECRETS, min_size=1, max_size=3), timestamp=TIMES, data=st.data())
def test_what_was_signed_is_accepted(body: bytes, secrets: list[str], timestamp: int, data: st.DataObject) -> None:
    header = sign(body, secrets, timestamp=timestamp)
    known = data.draw(st.sampled_from(secrets))
    with clock_at(timestamp):
        verify(header, body, known)
    with clock_at(timestamp + 300):
        verify(header, body, ["another", known], tolerance=300)


@relaxed
@given(body=st.binary(min_size=1), secret=SECRETS, timestamp=TIMES, data=st.data())
def test_a_body_with_one_other_bit_is_refused(body: bytes, secret: str, timestamp: int, data: st.DataObject) -> None:
    header = sign(body, secret, timestamp=timestamp)
    other = _flipped(body, data)
    with clock_at(timestamp), pytest.raises(SignatureError) as caught:
        verify(header, other, secret)
    assert caught.value.kind == "mismatch"


@relaxed
@given(body=st.binary(), secret=SECRETS, timestamp=TIMES, data=st.data())
def test_a_header_with_one_other_bit_is_refused(body: bytes, secret: str, timestamp: int, data: st.DataObject) -> None:
    header = sign(body, secret, timestamp=timestamp).encode("ascii")
    changed = _flipped(header, data).decode("latin-1")
    with clock_at(timestamp), pytest.raises(SignatureError):
        verify(changed, body, secret, tolerance=None)


@relaxed
@given(header=HEADER_LIKE | ANYTHING, body=ANYTHING, secrets=ANYTHING)
def test_nothing_but_a_signature_error_is_ever_raised(header: Any, body: Any, secrets: Any) -> None:
    with pytest.raises(SignatureError):
        verify(header, body, secrets, now=MOMENT)


@relaxed
@given(now=ANYTHING, tolerance=ANYTHING)
def test_not_even_for_an_impossible_clock(now: Any, tolerance: Any) -> None:
    header = sign(b"{}", "secret", timestamp=1706002316)
    with pytest.raises(SignatureError):
        verify(header, b"[]", "secret", now=now, tolerance=tolerance)


def _flipped(content: bytes, data: st.DataObject) -> bytes:
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
