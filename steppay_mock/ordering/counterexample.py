"""``Counterexample``: the smallest order that breaks a receiver, beside one that passes and differs in one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from steppay_mock.ordering.face import speaking
from steppay_mock.ordering.findings import CounterexampleData


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample(CounterexampleData):
    """The smallest failing course that was found: fewest events, then fewest inversions, then fewest repeats."""

    def report(self, *, usual_fix: bool = True) -> str:
        """The text: what happened, the deliveries, both ends, the usual fix if wanted, and how to replay it."""
        from steppay_mock.ordering.report.text import describe_counterexample

        with speaking(self.face):
            return describe_counterexample(self, usual_fix=usual_fix)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON. Events are named by place, from 0; no payload is in it."""
        from steppay_mock.ordering.report.json_data import counterexample_data

        return counterexample_data(self)
