"""The trace ids of a delivery follow from the seed and its place, and from nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from steppay_mock import deliver, make_events
from steppay_mock.wire.headers import request_headers


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("secret", [None, "s"])
def test_each_place_of_a_seed_has_its_ids(seed: int, secret: str | None) -> None:
    seen: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(environ["HTTP_X_B3_TRACEID"])
        start_response("204 No Content", [])
        return []

    deliver(make_events(["order.created"], seed=1) * 3, to=app, seed=seed, secret=secret).assert_ok()
    assert seen == [request_headers(b"", trace_seed=(seed << 32) + place)["x-b3-traceid"] for place in range(3)]
