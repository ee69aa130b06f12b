"""What is delivered, in which order, with which repeats, delays, overlaps and faults: as data."""

from __future__ import annotations

from steppay_mock.delivery.schedule.makers import (
    collapse,
    delay,
    duplicate,
    in_order,
    reverse,
    shuffle,
    shuffle_entities,
    shuffle_near,
)
from steppay_mock.delivery.schedule.schedule import Planned, Schedule, plan
from steppay_mock.delivery.schedule.steps import Again, Deliver, Drop, Hold, Overlap, Step, Wait

__all__ = [
    "Again",
    "Deliver",
    "Drop",
    "Hold",
    "Overlap",
    "Planned",
    "Schedule",
    "Step",
    "Wait",
    "collapse",
    "delay",
    "duplicate",
    "in_order",
    "plan",
    "reverse",
    "shuffle",
    "shuffle_entities",
    "shuffle_near",
]
