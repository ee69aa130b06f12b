"""Whatever delivers an event delivers its bytes: over HTTP, from a journal, from a file, and after a fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from werkzeug import Request, Response

from steppay_mock import (
    Event,
    SignatureError,
    SteppayMockError,
    deliver,
    make_event,
    make_events,
    scenario,
    verify,
)
from steppay_mock.delivery.faults.json_forms import reordered, spaced
from steppay_mock.delivery.load import read_mix
from steppay_mock.delivery.schedule.schedule import Schedule, plan
from steppay_mock.delivery.schedule.steps import Deliver
from steppay_mock.delivery.sender.sender import Sender
from steppay_mock.payload.body import BodyForm
from steppay_mock.payload.event import iter_events
from steppay_mock.payload.options import Nulls

SECRET = "whsec_of_the_tests"
FORMS = get_args(BodyForm)


class Receiver:
    """Takes what is signed over its raw body, but for what has a line break at its end, and keeps the bodies."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        body = request.get_data()
        verify(request.headers.get("steppay-signature"), body, SECRET)
        self.bodies.append(body)
        return Response(status=400 if body.endswith(b"\n") else 204)(environ, start_response)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.mark.parametrize("form", FORMS)
def test_the_bytes_of_an_event_are_what_arrives(
    receiver: Receiver, serve: Callable[[Any], str], tmp_path: Path, form: BodyForm
) -> None:
    events, url = make_events(seed=7, body=form), serve(receiver)
    bodies = [event.body for event in events]
    deliver(events, to=url, secret=SECRET).assert_ok()
    assert receiver.bodies == bodies
    receiver.bodies.clear()
    deliver(events, to=receiver, secret=SECRET).assert_ok()
    assert receiver.bodies == bodies
    receiver.bodies.clear()
    Sender(url, secret=SECRET, journal=tmp_path / "deliveries.sqlite").send(events).assert_ok()
    assert receiver.bodies == bodies


@pytest.mark.parametrize("form", FORMS)
def test_an_event_that_comes_again_without_its_fault_has_its_own_bytes(
    receiver: Receiver, serve: Callable[[Any], str], form: BodyForm
) -> None:
    event = make_event("customer.created", seed=7, body=form)
    report = Sender(serve(receiver), secret=SECRET).send([event], fault="body-spaced")
    assert receiver.bodies == [spaced(event.body), event.body]
    assert not report.ok


@pytest.mark.parametrize("form", FORMS)
def test_faults_of_the_body_are_other_bytes_of_the_same_json(form: BodyForm) -> None:
    event = make_event("customer.created", seed=7, body=form)
    for changed in (spaced(event.body), reordered(event.body)):
        assert changed != event.body
        assert json.loads(changed) == event.payload
    assert reordered(reordered(event.body)) == event.body
    assert reordered(event.body).count(b"\n") == event.body.count(b"\n")


def test_a_schedule_in_a_file_keeps_the_forms_of_its_events(tmp_path: Path) -> None:
    events = [make_event("customer.created", seed=7, body=form) for form in FORMS]
    schedule = plan(events, [Deliver(event=place, stamp=5) for place in range(3)])
    schedule.write(tmp_path / "schedule.json")
    again = Schedule.read(tmp_path / "schedule.json")
    assert [event.body for event in again.events] == [event.body for event in events]
    assert [one.event.form for one in again.deliveries()] == list(FORMS)
    assert "bodies" not in plan(make_events(seed=7), []).as_dict()


def test_a_schedule_by_hand_names_one_form_for_all() -> None:
    data = plan(make_events(["order.created", "order.updated"], seed=7), []).as_dict()
    assert {event.form for event in Schedule.from_dict({**data, "bodies": "escaped"}).events} == {"escaped"}
    for wrong in (["pretty"], "prety", {"0": "pretty"}, [1, 2], 3):
        with pytest.raises(SteppayMockError, match="bodies"):
            Schedule.from_dict({**data, "bodies": wrong})


@pytest.mark.parametrize("form", FORMS)
def test_rounds_of_load_have_the_form(form: BodyForm) -> None:
    mix = read_mix(["order.created"], ["refund-in-full"], body=form)
    assert {event.form for seed in range(10) for event in iter_events(mix.make(seed))} == {form}
    with pytest.raises(SteppayMockError, match="body='prety'"):
        read_mix(None, (), body="prety")  # type: ignore[arg-type]


def test_a_payload_by_itself_has_the_form_that_is_the_default(receiver: Receiver) -> None:
    event = make_event("customer.created", seed=7)
    deliver(event.payload, to=receiver, secret=SECRET).assert_ok()
    deliver(replace(event, form="compact"), to=receiver, secret=SECRET).assert_ok()
    assert receiver.bodies == [event.body, Event.from_payload(event.payload, form="compact").body]


@pytest.mark.parametrize(
    "written_again",
    [json.dumps, lambda told: json.dumps(told, ensure_ascii=False, separators=(",", ":"))],
    ids=["json.dumps", "JSON.stringify"],
)
def test_a_receiver_that_verifies_json_that_it_wrote_again_refuses_every_delivery(
    written_again: Callable[[Any], str],
) -> None:
    """Fact 34: with the default form it fails here, as in production; with its own form it would pass."""

    def receiver(environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        try:
            verify(request.headers.get("steppay-signature"), written_again(request.get_json()), SECRET)
        except SignatureError:
            return Response(status=401)(environ, start_response)
        return Response(status=204)(environ, start_response)

    modes: tuple[Nulls, ...] = get_args(Nulls)
    for nulls in modes:
        report = deliver(make_events(seed=7, nulls=nulls), to=receiver, secret=SECRET)
        assert {outcome.status for outcome in report} == {401}
    story = scenario("refund-in-parts", seed=7)
    assert {outcome.status for outcome in deliver(story, to=receiver, secret=SECRET)} == {401}
    if written_again is not json.dumps:
        deliver(make_events(seed=7, body="compact"), to=receiver, secret=SECRET).assert_ok()
