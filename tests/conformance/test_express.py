"""Receivers in Express: one verifies the raw bytes, one what it parsed and wrote again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conformance.checked import names

from steppay_mock import check_receiver

EXPRESS = Path(__file__).resolve().parents[1] / "express"
SECRET = "whsec_of_the_tests"

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def receivers(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of the two receivers."""
    import os
    import shutil
    import subprocess

    node = shutil.which("node")
    if node is None or not (EXPRESS / "node_modules").is_dir():
        missing = "Express is not installed: npm ci --prefix tests/express"
        if request.config.getoption("--require-tools", default=False):
            pytest.fail(missing)
        pytest.skip(missing)
    with subprocess.Popen(
        [node, "receivers.mjs"],
        cwd=EXPRESS,
        env={**os.environ, "STEPPAY_WEBHOOK_SECRET": SECRET},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()


def test_over_the_raw_bytes_there_is_advice_alone(receivers: str) -> None:
    card = check_receiver(f"{receivers}/raw", secret=SECRET, quick=True, skip=["connection", "latency"])
    assert card.ok, card.report()
    assert "replay/checks-no-age" in names(card)


def test_a_body_that_was_written_again_is_the_one_finding(receivers: str) -> None:
    card = check_receiver(f"{receivers}/parsed", secret=SECRET, quick=True)
    assert names(card) == ["control/verifies-re-serialised-body"]
    assert "express.raw" in card.report()
