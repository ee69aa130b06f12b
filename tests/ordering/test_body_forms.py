"""An exploration delivers the bytes of its events in their form; a token means the events in whatever form."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from ordering import cases
from ordering.cases import CREATED, RECOVERED, UNPAID, counterexample, exploration
from werkzeug import Request, Response

from steppay_mock import explore, replay, scenario
from steppay_mock.ordering.receiver.fresh_ids import EventRenamer
from steppay_mock.ordering.report.repro.javascript import vitest_test
from steppay_mock.ordering.report.repro.python import pytest_test
from steppay_mock.ordering.report.repro.reproduction import reproduction_of
from steppay_mock.ordering.report.repro.shell import shell_script
from steppay_mock.ordering.search.event_set import collapse_bursts
from steppay_mock.ordering.token import digest
from steppay_mock.payload.body import BodyForm, write_body
from steppay_mock.payload.event import Event

FORMS = get_args(BodyForm)
STORY = "subscription-renewal-fails-then-recovers"


class Ledger:
    """Keeps which event of each kind of thing came last, and the bodies that came."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}
        self.bodies: list[bytes] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        body = Request(environ).get_data()
        self.bodies.append(body)
        event = Event.from_payload(json.loads(body))
        self.rows[str(event.type).partition(".")[0]] = str(event.type)
        return Response(status=204)(environ, start_response)

    def options(self) -> dict[str, Any]:
        return {"state": lambda: dict(self.rows), "reset": self.rows.clear, "truth": "off"}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_delivered_has_the_form_and_a_token_of_a_scenario_has_it_too(form: BodyForm) -> None:
    ledger = Ledger()
    story = scenario("customer-registers-and-leaves", seed=7, body=form)
    found = explore(story, ledger, seed=1, **ledger.options())
    assert found.counterexample is not None
    assert {*ledger.bodies} <= {event.body for event in story}
    ledger.bodies.clear()
    assert not replay(found.counterexample.token, ledger, **ledger.options()).ok
    assert ledger.bodies
    assert {*ledger.bodies} <= {event.body for event in story}


def test_a_token_of_events_is_theirs_in_any_form() -> None:
    ledger = Ledger()
    events = list(scenario("customer-registers-and-leaves", seed=7))
    compact = [Event.from_payload(event.payload, form="compact") for event in events]
    assert [digest(event) for event in events] == [digest(event) for event in compact]
    found = explore(events, ledger, seed=1, **ledger.options())
    assert found.counterexample is not None
    ledger.bodies.clear()
    assert not replay(found.counterexample.token, ledger, events=compact, **ledger.options()).ok
    assert {*ledger.bodies} <= {event.body for event in compact}


@pytest.mark.parametrize("form", FORMS)
def test_events_that_are_made_of_the_given_ones_keep_their_form(form: BodyForm) -> None:
    story = scenario(STORY, seed=7, body=form)
    renamed = EventRenamer(story).next().events
    collapsed = collapse_bursts(story, seconds=1e9)
    for made in (renamed, collapsed):
        assert [event.body for event in made] == [write_body(event.payload, form) for event in made]
        assert made != tuple(story)


def test_programs_have_the_exact_bodies_of_every_form() -> None:
    events = tuple(Event.from_payload(one.payload, form=form) for one, form in zip(LIFE, FORMS, strict=True))
    found = counterexample(cases.overwrites, events, (0, 2, 1))
    told = exploration(found)
    bodies = reproduction_of(told, found).bodies
    assert [bodies[number].encode() for number in sorted(bodies)] == [event.body for event in events]
    python = pytest_test(told, found).partition("EVENTS = ")[2].partition("\n]\n")[0] + "\n]"
    given = eval(python, {"json": json, "Event": Event})
    assert [Event.from_payload(one).body for one in given] == [event.body for event in events]
    script, javascript = shell_script(told, found), vitest_test(told, found)
    for event in events:
        assert event.body.decode() in script
        assert json.dumps(event.body.decode()) in javascript


LIFE = (CREATED, UNPAID, RECOVERED)
