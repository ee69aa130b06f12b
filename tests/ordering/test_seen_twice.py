"""Nothing is reported that was not seen to fail in one piece, twice: a receiver is mended in the middle of a search."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Rows, keep_last, keep_newest

from steppay_mock import Event, Exploration, explore


class MendedMeanwhile:
    """Is right once it was emptied so often. Until then the last webhook wins, or an early one has its own answer or
    effect."""

    def __init__(self, kind: str, resets: int) -> None:
        self.rows: Rows = {}
        self.mails: list[str] = []
        self.runs: list[list[bytes]] = []
        self.ends: list[Any] = []
        self._kind, self._left = kind, resets

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read()
        envelope = json.loads(body)
        is_wrong = self._left > 0
        is_early = is_wrong and not self.rows and envelope["event"] != "subscription.created"
        (keep_last if is_wrong and self._kind == "state" else keep_newest)(self.rows, envelope)
        if is_early and self._kind == "effects":
            self.mails.append("too early")
        status = "409 Conflict" if is_early and self._kind == "answer" else "204 No Content"
        self.runs[-1].append(body)
        self.ends[-1] = [status[:3], len(self.mails), self.state()]
        start_response(status, [])
        return []

    def state(self) -> dict[int, str]:
        return {key: row["status"] for key, row in self.rows.items()}

    def effects(self) -> list[str]:
        return list(self.mails)

    def reset(self) -> None:
        self.rows, self.mails = {}, []
        self.runs.append([])
        self.ends.append(None)
        self._left -= 1


def explored(events: tuple[Event, ...], kind: str, resets: int) -> tuple[Exploration, MendedMeanwhile]:
    shop = MendedMeanwhile(kind, resets)
    options: dict[str, Any] = {"duplicates": False, "losses": False, "first": True, "seed": 7}
    return explore(events, shop, state=shop.state, effects=shop.effects, reset=shop.reset, **options), shop


@pytest.mark.parametrize("kind", ["state", "effects", "answer"])
def test_a_receiver_that_is_mended_meanwhile_is_flaky_unless_it_failed_twice(make_life: MakeLife, kind: str) -> None:
    life = make_life(2)
    whole, shop = explored(life, kind, 10**6)
    assert whole.counterexample is not None
    assert whole.counterexample.kind == kind
    verdicts = []
    for resets in range(1, len(shop.runs) + 2):
        found, mended = explored(life, kind, resets)
        verdicts.append(found.verdict)
        if found.counterexample is not None:
            course = [life[place].body for place in found.counterexample.course]
            ends = [end for run, end in zip(mended.runs, mended.ends, strict=True) if run == course]
            assert len(ends) >= 2
            assert ends[-1] == ends[-2]
    assert (verdicts[0], verdicts[-1]) == ("proved", "fails")
    assert "flaky" in verdicts
    assert sorted({*verdicts}, key=verdicts.index) == ["proved", "flaky", "fails"]
