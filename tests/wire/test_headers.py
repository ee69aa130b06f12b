from __future__ import annotations

import re

import pytest

from steppay_mock import SteppayMockError, sign
from steppay_mock.wire.headers import request_headers

ORDER = [
    "accept",
    "te",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "content-type",
    "content-length",
    "steppay-signature",
]


def test_headers_stand_in_lower_case_and_in_the_vendors_order() -> None:
    headers = request_headers("구독".encode(), secret="s", timestamp=1706002316.7)
    assert list(headers) == ORDER
    assert headers["accept"] == "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
    assert headers["te"] == "gzip, deflate; q=0.5"
    assert headers["content-type"] == "application/json"
    assert headers["content-length"] == "6"
    assert headers["steppay-signature"] == sign("구독", "s", timestamp=1706002316)


def test_without_a_secret_there_is_no_signature() -> None:
    assert list(request_headers(b"{}")) == ORDER[:-1]


def test_trace_ids_are_hex_and_repeat_with_their_seed() -> None:
    def ids(seed: int | None) -> list[str]:
        return list(request_headers(b"{}", trace_seed=seed).values())[2:5]

    assert ids(7) == ["e8ccebb467a72a14", "7f0df33d87c95901", "0a4238384b680508"]
    assert ids(7) != ids(8)
    assert ids(None) != ids(None)
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids(None) + ids(-1))


def test_an_empty_secret_is_not_taken_for_none() -> None:
    with pytest.raises(SteppayMockError, match="number 1 of 1 is empty"):
        request_headers(b"{}", secret="")
