"""Schedules: data that says what is delivered, in which order, and that survives a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock import Event, SteppayMockError, scenario
from steppay_mock.delivery.schedule import makers
from steppay_mock.delivery.schedule.schedule import Schedule, plan
from steppay_mock.delivery.schedule.steps import Again, Deliver, Drop, Hold, Overlap, Step, Wait

EVENTS = scenario("subscription-renews", seed=7, renewals=1).events

places = st.integers(0, len(EVENTS) - 1)
faults = st.none() | st.sampled_from(["wrong-secret", "truncated"])
steps = st.one_of(
    st.builds(Deliver, event=places, stamp=st.none() | st.integers(0, 2**40), fault=faults),
    st.builds(Again, event=places, how=st.sampled_from(["same", "resigned", "restamped"]), fault=faults),
    st.builds(Wait, seconds=st.floats(0, 1e6)),
    st.builds(Overlap, events=st.lists(places, min_size=2, max_size=4, unique=True).map(tuple), fault=faults),
    st.builds(Drop, event=places),
)


@given(st.lists(steps, max_size=20), st.data())
def test_a_schedule_survives_a_file(listed: list[Step], data: st.DataObject) -> None:
    if len(listed) >= 2:
        at = data.draw(st.integers(0, len(listed) - 2))
        listed.insert(at, Hold(event=data.draw(places), until=data.draw(st.integers(at + 1, len(listed)))))
    schedule = plan(EVENTS, listed)
    again = Schedule.from_dict(json.loads(json.dumps(schedule.as_dict())))
    assert again == schedule
    assert list(again.deliveries()) == list(schedule.deliveries())
    assert len(str(again).splitlines()) == 1 + len(EVENTS) + len(listed)


def test_it_is_written_and_read(tmp_path: Path) -> None:
    schedule = makers.duplicate(makers.shuffle(EVENTS, seed=7), share=0.3, seed=7)
    schedule.write(tmp_path / "schedule.json")
    assert Schedule.read(tmp_path / "schedule.json") == schedule
    assert schedule.made_by == "duplicate(shuffle(seed=7), share=0.3, seed=7, how=resigned, late=True)"


def test_what_is_held_comes_right_after_the_step_it_waits_for() -> None:
    schedule = plan(EVENTS[:4], [Hold(event=0, until=2), Deliver(event=1), Deliver(event=2), Deliver(event=3)])
    assert schedule.delivered == (1, 2, 0, 3)
    assert schedule.reorders
    assert [one.step for one in schedule.deliveries()] == [1, 2, 0, 3]


def test_what_is_dropped_never_comes_and_time_adds_up_before_the_next() -> None:
    schedule = plan(EVENTS[:3], [Wait(seconds=2), Wait(seconds=3), Deliver(event=0), Drop(event=1), Deliver(event=2)])
    assert [(one.place, one.wait) for one in schedule.deliveries()] == [(0, 5.0), (2, 0.0)]
    assert not schedule.reorders


def test_what_overlaps_is_one_group_after_one_wait() -> None:
    schedule = plan(EVENTS[:4], [Deliver(event=0), Wait(seconds=1), Overlap(events=(1, 3)), Deliver(event=2)])
    assert [(one.place, one.group, one.wait) for one in schedule.deliveries()] == [
        (0, None, 0.0),
        (1, 2, 1.0),
        (3, 2, 0.0),
        (2, None, 0.0),
    ]


def test_an_event_overlaps_its_own_copy_which_is_signed_anew() -> None:
    schedule = plan(EVENTS[:2], [Overlap(events=(0, 0)), Deliver(event=1)])
    assert [(one.place, one.group, one.how) for one in schedule.deliveries()] == [
        (0, 0, None),
        (0, 0, "resigned"),
        (1, None, None),
    ]
    assert Schedule.from_dict(schedule.as_dict()) == schedule


def test_a_stamp_changes_the_envelope_alone() -> None:
    (planned,) = plan(EVENTS, [Deliver(event=1, stamp=5)]).deliveries()
    assert planned.event.payload == {**EVENTS[1].payload, "timestamp": 5}
    assert EVENTS[1].timestamp != 5


def test_it_prints_as_a_list_that_a_person_can_follow() -> None:
    schedule = plan(
        EVENTS[:3],
        [
            Hold(event=0, until=3),
            Deliver(event=1, fault="wrong-secret"),
            Wait(seconds=1.5),
            Again(event=1, how="restamped", stamp=9),
            Overlap(events=(0, 2)),
            Drop(event=2),
        ],
        made_by="a test",
    )
    assert str(schedule).splitlines() == [
        "3 events, 6 steps, made by a test",
        "0  order.created",
        "1  order.updated",
        "2  payment.completed",
        "step 0: hold 0 until after step 3",
        "step 1: deliver 1 (wrong-secret)",
        "step 2: wait 1.5 s",
        "step 3: deliver 1 again, restamped, stamped 9",
        "step 4: deliver 0, 2 at once",
        "step 5: drop 2",
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "That is no schedule. It is an object with 'version', 'events' and 'steps'."),
        ({"steps": []}, "This schedule has version None, and version 1 is understood."),
        ({"version": 2, "steps": []}, "Write it anew, or with a newer steppay-mock."),
        ({"version": 1, "steps": ["deliver"]}, "Step 0 does 'deliver'."),
        ({"version": 1, "steps": [{"do": "delivr"}]}, "Did you mean 'deliver'?"),
        ({"version": 1, "steps": [{"do": "deliver"}]}, "Step 0: deliver lacks 'event'. Add it."),
        ({"version": 1, "steps": [{"do": "deliver", "event": 0}]}, "Step 0: event=0: there are 0 events"),
        ({"version": 1, "steps": [{"do": "deliver", "evnt": 0}]}, "Did you mean 'event'?"),
    ],
)
def test_what_is_no_schedule_says_why(data: Any, message: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        Schedule.from_dict(data)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Deliver(event=99), "Step 0: event=99: there are 2 events, counted from 0. Name one of them."),
        (Deliver(event=True), "event=True"),
        (Deliver(event=0, stamp="now"), "stamp='now' is no timestamp."),  # type: ignore[arg-type]
        (Deliver(event=0, fault=3), "fault=3 is no name of a fault."),  # type: ignore[arg-type]
        (Again(event=0, how="twice"), "Step 0: how='twice': expected 'same'"),  # type: ignore[arg-type]
        (Wait(seconds=-1), "seconds=-1 is no number of seconds."),
        (Wait(seconds=float("nan")), "is no number of seconds."),
        (Overlap(events=(0,)), "events=(0,) are not two or more events."),
        (Overlap(events=(0, 7)), "events=7: there are 2 events"),
        (Hold(event=0, until=0), "an event is held until a later step"),
        (Hold(event=0, until=9), "an event is held until a later step, 1 to 1. Name one of them."),
    ],
)
def test_a_step_that_cannot_be_done_says_which_and_why(step: Step, message: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        plan(EVENTS[:2], [step, Deliver(event=0)])
    assert message in str(error.value)


def test_a_hold_at_the_end_has_no_later_step_to_name() -> None:
    with pytest.raises(SteppayMockError) as error:
        plan(EVENTS[:2], [Deliver(event=0), Hold(event=1, until=1)])
    assert str(error.value) == "Step 1: until=1: an event is held until a later step, and none follows. Add one."


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    for name in ("broken.json", "none.json"):
        with pytest.raises(SteppayMockError, match="cannot be read as a schedule"):
            Schedule.read(tmp_path / name)


def test_events_may_be_payloads() -> None:
    schedule = plan([event.payload for event in EVENTS], [Deliver(event=0)])
    assert schedule.events == EVENTS
    assert isinstance(schedule.events[0], Event)
