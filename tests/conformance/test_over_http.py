"""The same card over HTTP, where connections can break."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conformance.checked import TYPES, no_wait
from conformance.zoo.flawed.ages import ChecksNoAge, ReadsTheFirstKey
from conformance.zoo.flawed.answers import TakesPut
from conformance.zoo.flawed.contents import NullIsNotAbsent
from conformance.zoo.flawed.courses import CountsCopiesAgain
from conformance.zoo.shop import SECRET, Shop
from serving import Serve

from steppay_mock import Clock, check_receiver


def card_over_http(shop: Shop, serve: Serve, **options: Any) -> Any:
    """The card of the receiver behind a real server; its drops of a slow body come at once."""
    return check_receiver(
        serve(shop),
        secret=SECRET,
        state=shop.state,
        reset=shop.reset,
        effects=shop.effects,
        quick=True,
        types=TYPES,
        clock=Clock(sleep=no_wait),
        **options,
    )


def test_a_right_receiver_passes_what_a_socket_can_show(serve: Serve) -> None:
    card = card_over_http(Shop(), serve, only=["connection", "signature", "secrets", "method"], skip="connection/slow")
    assert card.findings == (), card.report()
    assert {one.check.name for one in card.passed if one.check.family == "connection"} == {
        *("truncated", "reset-amid-body", "chunked", "http-1.0", "title-case", "answer-lost"),
    }


def test_a_copy_after_a_lost_answer_is_explained_by_the_copies(serve: Serve) -> None:
    card = card_over_http(CountsCopiesAgain(), serve, only=["connection/answer-lost", "duplicate"])
    (finding,) = card.findings
    assert finding.full_name == "duplicate/counts-copies-again"
    assert "connection/answer-lost" in finding.explains


def test_the_url_of_a_finding_is_that_of_the_receiver(serve: Serve) -> None:
    url = serve(Shop())
    card = check_receiver(f"{url}/hook?token=tok_4711abc", secret="another one", quick=True)
    (finding,) = card.findings
    assert finding.full_name == "control/refuses-right-signatures"
    assert f"{url}/hook?token=********" in finding.request
    assert "tok_4711abc" not in card.report()


@pytest.mark.parametrize(
    ("shop", "check", "status"),
    [
        (ChecksNoAge, "replay/too-old", 204),
        (ReadsTheFirstKey, "rotation/right-last", 401),
        (NullIsNotAbsent, "null/same-as-absent", 204),
        (TakesPut, "method/put", 204),
    ],
)
def test_the_commands_of_a_finding_show_it_again(
    shop: type[Shop], check: str, status: int, serve: Serve, tmp_path: Path
) -> None:
    (finding,) = card_over_http(shop(), serve, only=check).findings
    done = subprocess.run(
        ["bash", "-eu", "-c", finding.request],
        cwd=tmp_path,
        env={**os.environ, "STEPPAY_WEBHOOK_SECRET": SECRET},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.startswith(f"HTTP/1.1 {status} "), done.stdout + done.stderr
