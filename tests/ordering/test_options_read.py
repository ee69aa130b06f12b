"""The options of a search as they are read: what holds where nothing is given, and the least and the most of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, keep_newest

from steppay_mock import ExplorationError, SteppayMockError, StoreApi, explore, scenario
from steppay_mock.ordering.options import ExploreOptions, ExploreSettings, read_explore_options


def no_rows() -> dict[str, Any]:
    return {}


def read(**options: Any) -> ExploreSettings:
    return read_explore_options(no_rows, options)


def refusal(**options: Any) -> str:
    with pytest.raises(SteppayMockError) as caught:
        read(**options)
    return str(caught.value)


def documented_default(name: str) -> str:
    """The last sentence about an option in the documentation of the options."""
    about = re.split(r"\n {4}``", ExploreOptions.__doc__ or "")
    (told,) = (" ".join(part.split()) for part in about if part.startswith(f"{name}``"))
    return told.removesuffix(".").rpartition(". ")[2].partition(":")[0]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("given", ()),
        ("types", None),
        ("settle", None),
        ("effects", None),
        ("invariant", None),
        ("independent", False),
        ("duplicates", True),
        ("ties", False),
        ("overlap", False),
        ("api", None),
        ("losses", True),
        ("first", False),
        ("only_effective", False),
        ("strength", 3),
        ("budget", 20_000),
        ("paranoid", False),
    ],
)
def test_what_is_not_given_is_as_the_documentation_says(name: str, wanted: object) -> None:
    settings = read()
    stored = {"ties": settings.burst is not None, "overlap": bool(settings.overlap)}
    assert stored.get(name, getattr(settings, name, None)) == wanted
    told = {"()": "None", "20000": "20,000"}.get(str(wanted), str(wanted))
    assert documented_default(name) == ("All" if name == "types" else told)


def test_what_is_not_documented_as_an_option_is_empty_too() -> None:
    settings = read()
    assert (settings.reset, settings.save, settings.restore, settings.fresh) == (None, None, None, False)
    assert (settings.late_by, settings.distance, settings.everywhere, settings.attempts) == (None, None, False, 0)
    assert settings.truth.mode == "hints"
    assert settings.watch(1, 2) is None
    assert isinstance(settings.seed, int)


@pytest.mark.parametrize(
    ("options", "name", "wanted"),
    [
        ({"ties": True}, "burst", 2.0),
        ({"ties": 0.25}, "burst", 0.25),
        ({"overlap": True}, "overlap", 10),
        ({"overlap": 1}, "overlap", 1),
        ({"overlap": 10_000}, "overlap", 10_000),
        ({"strength": 2}, "strength", 2),
        ({"strength": 4}, "strength", 4),
        ({"budget": 1}, "budget", 1),
        ({"budget": 100_000_000}, "budget", 100_000_000),
        ({"duplicates": False}, "duplicates", False),
        ({"duplicates": "everywhere"}, "everywhere", True),
        ({"duplicates": "everywhere"}, "duplicates", True),
        ({"types": "order.created"}, "types", frozenset({"order.created"})),
        ({"types": iter(["order.created", "order.updated"])}, "types", frozenset({"order.created", "order.updated"})),
        ({"retries": [1, 2]}, "attempts", 2),
        ({"retries": "none"}, "attempts", 0),
        ({"independent": True}, "independent", True),
        ({"losses": False}, "losses", False),
        ({"first": True}, "first", True),
        ({"only_effective": True}, "only_effective", True),
        ({"paranoid": True}, "paranoid", True),
        ({"fresh": True, "effects": lambda _ids: []}, "fresh", True),
        ({"seed": 7}, "seed", 7),
        ({"watch": max}, "watch", max),
    ],
)
def test_what_is_given_is_taken(options: dict[str, Any], name: str, wanted: object) -> None:
    probe: Callable[..., Any] = (lambda _ids: {}) if "fresh" in options else dict
    assert getattr(read_explore_options(probe, options), name) == wanted


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"ties": 0}, "ties=0: expected seconds, more than 0"),
        ({"overlap": 0}, "overlap=0: expected "),
        ({"overlap": 10_001}, "overlap=10001: expected "),
        ({"strength": 1}, "from 2 to 4"),
        ({"strength": 5}, "from 2 to 4"),
        ({"budget": 0}, "budget=0: expected "),
        ({"budget": 100_000_001}, "budget=100000001: expected "),
        ({"types": 7}, "expected a list of event types"),
        ({"types": ["order.creatd"]}, "order.creatd"),
        *(({name: 1}, f"{name}=1: expected ") for name in ("independent", "losses", "first", "only_effective")),
        *(({name: 1}, f"{name}=1: expected ") for name in ("paranoid", "fresh")),
        *(({name: 1}, f"{name}=1: expected a function") for name in ("reset", "effects", "invariant", "watch")),
        ({"save": print}, "save= and restore= go together"),
        ({"restore": print}, "save= and restore= go together"),
        ({"api": "http://localhost"}, "expected a StoreApi"),
        ({"fresh": True}, "With fresh=True the function of state= takes the ids of the run"),
    ],
)
def test_what_is_out_of_reach_is_refused(options: dict[str, Any], told: str) -> None:
    assert told in refusal(**options)


@pytest.mark.parametrize("name", ["reset", "save", "api"])
def test_what_is_never_emptied_is_not_put_back(name: str) -> None:
    options: dict[str, Any] = {"reset": {"reset": print}, "save": {"save": print, "restore": print}}.get(
        name, {"api": StoreApi(scenario("one-time-purchase", seed=7).store)}
    )
    with pytest.raises(SteppayMockError, match=rf"fresh=True and {name}= do not go together") as caught:
        read_explore_options(lambda _ids: {}, {"fresh": True, **options})
    why = "the API knows only the ids of its store" if name == "api" else "then nothing is put back"
    assert why in str(caught.value)


def test_the_effects_of_a_run_are_asked_for_with_its_ids() -> None:
    with pytest.raises(SteppayMockError, match="the function of effects= takes the ids of the run"):
        read_explore_options(lambda _ids: {}, {"fresh": True, "effects": no_rows})


def test_the_token_of_an_api_is_hidden() -> None:
    api = StoreApi(scenario("one-time-purchase", seed=7).store)
    settings = read(api=api, hide=["mine"])
    assert settings.api is api
    assert set(settings.delivery.hide) == {"mine", api.token}
    assert set(read(hide=["mine"]).delivery.hide) == {"mine"}


# The events that are chosen.


@pytest.mark.parametrize(("given", "left"), [(None, 4), (0, 4), (2, 2)])
def test_the_first_events_are_delivered_before_every_order(make_life: MakeLife, given: Any, left: int) -> None:
    ledger, life = Ledger(keep_newest), make_life(4)
    found = explore(life, ledger, state=ledger.state, reset=ledger.reset, given=given, losses=False)
    assert (found.events, found.given) == (life[4 - left :], life[: 4 - left])


def test_other_events_are_delivered_before_every_order(make_life: MakeLife) -> None:
    ledger, life = Ledger(keep_newest), make_life(5)
    found = explore(life[1:], ledger, state=ledger.state, reset=ledger.reset, given=life[:1], losses=False)
    assert (found.events, found.given) == (life[1:], life[:1])


def test_all_events_may_be_given_and_no_more(make_life: MakeLife) -> None:
    ledger, life = Ledger(keep_newest), make_life(4)
    assert explore(life, ledger, state=ledger.state, reset=ledger.reset, given=4).verdict == "vacuous"
    wrong: list[tuple[Any, str]] = [
        (5, "there are 4 events"),
        (-1, "there are 4 events"),
        (True, "a number of events"),
        ("2", ""),
    ]
    for given, told in wrong:
        with pytest.raises(SteppayMockError, match=f"given={given!r}: .*{told}"):
            explore(life, ledger, state=ledger.state, reset=ledger.reset, given=given)


def test_where_types_are_left_out_it_is_told_and_the_end_is_not_compared_with_the_store() -> None:
    story = scenario("one-time-purchase", seed=7)
    (payment,) = [event for event in story.events if event.type == "payment.completed"]
    seen: list[int] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        seen.append(len(environ["wsgi.input"].read()))
        start_response("204 No Content", [])
        return []

    def state() -> Any:
        return {"payments": [{"id": payment.data["paymentId"], "status": "FAILED"}], "seen": sorted(seen)}

    def explored(**options: Any) -> Any:
        return explore(story, app, state=state, reset=seen.clear, duplicates=False, losses=False, **options)

    types = sorted({str(event.type) for event in story.events})
    some = explored(types=types[1:])
    (note,) = [one for one in some.notes if "were not delivered" in one]
    assert note.startswith(
        f"1 of {len(story.events)} events were not delivered: only the types {', '.join(types[1:])} are wanted."
    )
    assert (len(some.events), some.hints) == (len(story.events) - 1, ())
    for all_of_them in (explored(types=types), explored()):
        assert not [one for one in all_of_them.notes if "were not delivered" in one]
        assert [hint.kind for hint in all_of_them.hints] == ["status"]
    assert explored(types=types[1:], truth="strict").verdict == "fails", "who asks for the store gets it"


def test_an_error_of_a_search_has_nothing_found_at_first() -> None:
    assert ExplorationError("late").exploration is None
