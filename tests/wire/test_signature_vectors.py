"""The vectors are for other languages; this implementation must agree with every one of them."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import pytest

from steppay_mock import SignatureError, sign, verify
from steppay_mock.contract.schemas import load_schema

VECTORS: list[dict[str, Any]] = load_schema("signature-vectors.json")["vectors"]
SIGNED = [vector for vector in VECTORS if "key" in vector]
PUBLISHED = {
    ("whsec_test", 1706002316, '{"a":1,"b":"구독 생성"}', "pcUtl09za6MxAa86w7KED/xRyJI4iad+N4rcQzU/tTE="),
    ("whsec_test", 1706002316, '{"a": 1, "b": "구독 생성"}', "VZS07D6oH4D+35RUDvWxCoX6jA5fNZTJOgygagpMvU4="),
    ("비밀키", 1690943620, "{}", "I1LBnbTuZ73mFm3LBFOP6Gq7EOtc1ymREcBZtGyY77c="),
    ("k", 1, "", "N8Of+Qyer5i3bxzxo4OZ+kCOkw804EpRedDcZIn+nHg="),
}


def body_of(vector: dict[str, Any]) -> bytes:
    return b64decode(vector["body_base64"]) if "body_base64" in vector else vector["body"].encode()


def names(vectors: list[dict[str, Any]]) -> list[str]:
    return [vector["name"] for vector in vectors]


@pytest.mark.parametrize("vector", VECTORS, ids=names(VECTORS))
def test_verify_agrees_with_the_vector(vector: dict[str, Any]) -> None:
    reason = None
    try:
        now = datetime.fromtimestamp(vector["now"], UTC)
        verify(vector["header"], body_of(vector), vector["secrets"], tolerance=vector["tolerance"], now=now)
    except SignatureError as error:
        reason = error.kind
    assert reason == vector["reason"]
    assert vector["valid"] is (reason is None)


@pytest.mark.parametrize("vector", SIGNED, ids=names(SIGNED))
def test_sign_makes_the_header_of_the_vector(vector: dict[str, Any]) -> None:
    header = sign(body_of(vector), vector["secrets"], timestamp=vector["timestamp"])
    assert header == vector["header"] == f"timestamp={vector['timestamp']},key={vector['key']}"


def test_the_published_vectors_are_among_them() -> None:
    present = {
        (vector["secrets"][0], vector["timestamp"], vector["body"], vector["key"])
        for vector in SIGNED
        if "body" in vector and len(vector["secrets"]) == 1
    }
    assert present >= PUBLISHED


def test_vectors_are_complete_distinct_and_cover_every_verdict() -> None:
    required = {"name", "secrets", "timestamp", "now", "tolerance", "header", "valid", "reason"}
    for vector in VECTORS:
        assert set(vector) - {"key"} in ({*required, "body"}, {*required, "body_base64"}), vector["name"]
    assert len(set(names(VECTORS))) == len(VECTORS) >= 25
    assert {vector["reason"] for vector in VECTORS} == {None, "malformed", "no-key", "mismatch", "stale", "future"}
