"""The receivers' own verification agrees with the rules of the signature."""

from __future__ import annotations

import base64
import hmac
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from examples.conftest import Load

VECTORS_FILE = Path(__file__).resolve().parents[2] / "schemas" / "signature-vectors.json"
VECTORS = json.loads(VECTORS_FILE.read_text(encoding="utf-8"))["vectors"]
SENT = 1706002316
BODY = '{"a":1,"b":"구독 생성"}'.encode()
KEY = "pcUtl09za6MxAa86w7KED/xRyJI4iad+N4rcQzU/tTE="


@pytest.mark.parametrize(
    ("header", "good"),
    [
        (f"timestamp={SENT},key={KEY}", True),
        (f"key={KEY},timestamp={SENT}", True),
        (f"timestamp={SENT}, key={KEY}", True),
        (f"timestamp={SENT},key=AAA=;{KEY}", True),
        (f"timestamp={SENT},key={KEY};AAA=", True),
        (f"timestamp={SENT},v0=AAA=,key={KEY}", True),
        (f"timestamp={SENT},v0={KEY}", False),
        (f"timestamp={SENT},key={KEY[:-1]}", False),
        (f"timestamp={SENT},key=", False),
        (f"timestamp={SENT},key=구독", False),
        (f"timestamp={SENT + 1},key={KEY}", False),
        (f"timestamp=+{SENT},key={KEY}", False),
        (f"timestamp={'9' * 5000},key={KEY}", False),
        (f"timestamp=,key={KEY}", False),
        (f"key={KEY}", False),
        ("", False),
    ],
)
def test_only_a_matching_key_proves_the_sender(load: Load, header: str, good: bool) -> None:  # noqa: FBT001
    assert load("steppay_webhook").verify(header, BODY, "whsec_test", now=SENT) is good


@pytest.mark.parametrize(("late", "good"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_signature_lives_for_five_minutes_both_ways(load: Load, late: int, good: bool) -> None:  # noqa: FBT001
    header = f"timestamp={SENT},key={KEY}"
    assert load("steppay_webhook").verify(header, BODY, "whsec_test", now=SENT + late) is good


def test_a_secret_that_was_never_set_verifies_nothing(load: Load) -> None:
    key = base64.b64encode(hmac.digest(b"", f"{SENT}.".encode() + BODY, "sha256")).decode()
    assert not load("steppay_webhook").verify(f"timestamp={SENT},key={key}", BODY, "", now=SENT)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_receivers_agree_with_every_signature_vector(
    load: Load, vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load("steppay_webhook")
    tolerance = vector["tolerance"]
    monkeypatch.setattr(module, "TOLERANCE", math.inf if tolerance is None else tolerance)
    body = base64.b64decode(vector["body_base64"]) if "body_base64" in vector else vector["body"].encode()
    # the receivers have one secret; who rotates asks once for each
    verdicts = [module.verify(vector["header"] or "", body, one, now=vector["now"]) for one in vector["secrets"]]
    assert any(verdicts) is vector["valid"]
