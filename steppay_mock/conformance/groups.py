"""The checks in groups that can be made apart, as on several workers: no cause has failures in two groups.

But one: a receiver that signs the timestamp of the body refuses copies too, which the other group tells as such.
"""

from __future__ import annotations

from typing import Final

from steppay_mock.conformance.kinds import Family

GROUPS: Final[dict[str, tuple[Family, ...]]] = {
    "signatures": ("signature", "replay", "rotation", "raw-body", "malformed", "method", "latency", "secrets"),
    "events": (
        *("unknown-event", "unknown-enum", "unknown-field", "null", "absent", "empty", "timezone", "big-id"),
        *("connection", "duplicate", "order", "tie", "overlap", "truth", "read-back"),
    ),
}
"""The families of each group. Those that look at the answers to other checks stand with the forged webhooks."""
