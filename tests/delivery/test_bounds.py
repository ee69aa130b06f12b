"""Where each small rule of a delivery begins and ends: statuses, speeds, excerpts, retries, framing, repeats."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock import SteppayMockError, make_event, make_events
from steppay_mock.delivery.answer import MAX_ANSWER, Answer
from steppay_mock.delivery.excerpt import excerpt, excerpt_of
from steppay_mock.delivery.options.settings import read_sender_options, seed_number
from steppay_mock.delivery.order import arrange
from steppay_mock.delivery.outcome import Outcome
from steppay_mock.delivery.request import Request, Writing, refuse_socket_only
from steppay_mock.delivery.retries import PRESETS, RetryPolicy
from steppay_mock.delivery.schedule import Deliver, Hold, Overlap, Step, delay, duplicate, in_order, plan, shuffle_near
from steppay_mock.delivery.speed import read_speed
from steppay_mock.payload.chance import SEEDS, Chance
from steppay_mock.wire.redact import Redaction

EVENT = make_event("order.created", seed=7)
EVENTS = make_events("order.created", n=6, seed=7)
STATUSES = range(100, 600)


# Statuses.


def test_a_success_is_a_whole_answer_from_200_to_299() -> None:
    sender = read_sender_options({})
    for status in STATUSES:
        right = status // 100 == 2
        assert Answer(status).is_success == right
        assert Outcome(EVENT, 0, status, 0.1).was_taken == right
        assert Outcome(EVENT, 0, status, 0.1).ok == right
        assert sender.succeeds(status) == right
        assert not Answer(status, error="cut off").is_success
        assert not Outcome(EVENT, 0, status, 0.1, error="cut off").was_taken
    assert not Answer(None).is_success
    assert not Outcome(EVENT, 0, None, 0.1).was_taken


def test_only_an_answer_from_300_to_399_points_elsewhere() -> None:
    for status in (None, *STATUSES):
        outcome = Outcome(EVENT, 0, status, 0.1, headers={"location": "/next"})
        points = status is not None and status // 100 == 3
        assert outcome.redirect == ("/next" if points else None)
        assert (" to /next" in str(outcome)) == points


def test_statuses_of_ones_own_are_all_that_counts() -> None:
    sender = read_sender_options({"success": [204, 409]})
    assert [status for status in STATUSES if sender.succeeds(status)] == [204, 409]


def test_a_fault_has_no_verdict_only_where_its_control_is_not_ok() -> None:
    refused, taken = Outcome(EVENT, 0, 404, 0.1), Outcome(EVENT, 0, 204, 0.1)
    for control, met, ok, undecided in (
        (None, None, False, False),
        (None, True, True, False),
        (None, False, False, False),
        (taken, True, True, False),
        (taken, False, False, False),
        (refused, True, False, True),
        (refused, False, False, True),
    ):
        one = Outcome(EVENT, 0, 401, 0.1, fault="body-spaced", control=control, met=met)
        assert (one.ok, one.undecided) == (ok, undecided)
        assert ("no verdict: without the fault 404" in str(one)) == undecided


@given(st.integers(0, 2**70))
def test_a_rate_is_an_interval_and_a_seed_of_text_fits_a_journal(number: int) -> None:
    seed = seed_number(f"text {number}")
    assert 0 <= seed < SEEDS
    assert seed == seed_number(f"text {number}")
    assert seed_number(number) == number
    rate = 0.5 + number % 100
    assert read_sender_options({"rate": rate}).interval == 1 / rate
    assert read_sender_options({}).interval == 0


def test_seeds_that_are_drawn_differ_and_fit_in_32_bits() -> None:
    drawn = {seed_number(None) for _ in range(200)}
    assert len(drawn) > 190
    assert max(drawn) < 2**32
    assert max(drawn) > 2**31


# Answers without secrets.


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {"x-of": "of a s3cret-word"}, b"fine"),
        Answer(200, {"s3cret-word": "1"}, b"fine"),
        Answer(200, {}, b"a s3cret-word"),
        Answer(None, error="the s3cret-word"),
        Answer(500, exception=ValueError("the s3cret-word")),
        Answer(200, {}, b"x" * (MAX_ANSWER - 5) + b"s3cre"),
    ],
)
def test_no_secret_is_left_in_an_answer(answer: Answer) -> None:
    clean = answer.without(Redaction(["s3cret-word"]))
    told = f"{clean.headers} {clean.body!r} {clean.error} {clean.exception!r}"
    assert "s3cre" not in told
    assert (clean.status, clean.latency) == (answer.status, answer.latency)


def test_an_answer_without_a_secret_is_the_same_object() -> None:
    answer = Answer(200, {"x-of": "nobody"}, b"fine")
    assert answer.without(Redaction(["s3cret-word"])) is answer
    assert Answer(None, error="s3cret-word").without(Redaction([])).error == "s3cret-word"


# Texts.


@given(st.text(max_size=12), st.integers(1, 12))
def test_an_excerpt_is_one_line_and_says_that_there_is_more(text: str, limit: int) -> None:
    shown = excerpt(text, limit=limit)
    assert shown.isprintable()
    assert len(shown) <= limit + 3
    if text.isprintable():
        assert shown == (text if len(text) <= limit else f"{text[:limit]}...")
    assert excerpt("a" * limit, limit=limit) == "a" * limit
    assert excerpt(b"a" * (limit + 1), limit=limit) == "a" * limit + "..."


def test_an_excerpt_shows_control_characters_and_broken_bytes() -> None:
    assert excerpt("a\x1b[31m\n") == "a\\x1b[31m\\n"
    assert excerpt("\n" * 5, limit=4) == "\\n\\n..."
    assert excerpt("\x1b", limit=2) == "\\x..."
    assert excerpt("한글".encode()) == "한글"
    assert excerpt("한".encode() * 9, limit=9) == "한" * 9, "a character has up to four bytes"
    assert excerpt(b"\xff") == "\N{REPLACEMENT CHARACTER}"
    assert excerpt("x" * 201) == "x" * 200 + "..."
    assert excerpt_of(ValueError("boom\n")) == "ValueError: boom"


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("0", 0.0),
        ("real", 1.0),
        ("1d=1s", 1 / 86_400),
        ("2h=30s", 30 / 7_200),
        ("1m=500ms", 0.5 / 60),
        ("1s=1m", 60.0),
        ("0.5d=1.5h", 5_400 / 43_200),
        ("1s=0s", 0.0),
    ],
)
def test_a_speed_is_seconds_for_a_second(text: str, speed: float) -> None:
    assert read_speed(text) == pytest.approx(speed)


@pytest.mark.parametrize(
    "text", ["", "1", "fast", "0d=1s", "0.0s=1s", "1d", "1d=", "1ms=1s", "1d=1", "-1d=1s", "1d=1s "]
)
def test_what_is_no_speed_is_told(text: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        read_speed(text)
    assert str(error.value) == f"{text!r} is no speed. Write 0, real, or a rate such as 1d=1s."


# Retries.


@given(st.floats(0, 1), st.integers(0, 2**32), st.integers(1, 3))
def test_jitter_lengthens_or_shortens_by_its_share(jitter: float, seed: int, failures: int) -> None:
    policy = RetryPolicy(name="mine", delays=(10, 20, 40), jitter=jitter, longest_wait=30)
    shortest = (10, 20, 40)[failures - 1] * (1 - jitter)
    longest = (10, 20, 40)[failures - 1] * (1 + jitter)
    waited = policy.delay(failures, chance=Chance(seed))
    assert waited == pytest.approx(shortest + (longest - shortest) * Chance(seed).random())
    assert policy.delay(4, chance=Chance(seed)) is None
    assert policy.longest == pytest.approx(max(30, 40 * (1 + jitter)))


def test_the_longest_wait_is_that_of_retry_after_where_delays_are_shorter() -> None:
    assert PRESETS["none"].longest == 3600
    assert RetryPolicy(name="mine", delays=(5,), longest_wait=7).longest == 7
    assert RetryPolicy(name="mine", delays=(0,), jitter=1, longest_wait=0).longest == 0


# Requests.


@pytest.mark.parametrize("framing", ["length", "chunked", "none"])
@pytest.mark.parametrize("before", [(), (("content-length", "9"),), (("Transfer-Encoding", "chunked"),)])
def test_a_framing_header_stands_where_one_stood_and_agrees_with_the_body(framing: Any, before: Any) -> None:
    request = Request(b"four", (("a", "1"), *before, ("b", "2"), *before), writing=Writing(framing=framing))
    mine = {"length": [("content-length", "4")], "chunked": [("transfer-encoding", "chunked")], "none": []}[framing]
    expected = [("a", "1"), *mine, ("b", "2")] if before else [("a", "1"), ("b", "2"), *mine]
    assert list(request.headers) == expected


def test_only_a_socket_carries_what_is_written_in_another_way_or_has_a_name_twice() -> None:
    plain = Request(b"", (("a", "1"), ("b", "2")))
    assert not plain.needs_socket
    refuse_socket_only(plain)
    for request in (
        Request(b"", (("a", "1"), ("A", "2")), fault="twice"),
        Request(b"", (("a", "1"),), fault="twice", writing=Writing(pieces=2)),
    ):
        assert request.needs_socket
        with pytest.raises(SteppayMockError, match="The fault 'twice' shows only on a socket"):
            refuse_socket_only(request)
    assert not Request(b"", (("a", "1"),), writing=Writing()).needs_socket


@pytest.mark.parametrize(
    "wrong", [{"pieces": 0}, {"pieces": -1}, {"drip": -0.1}, {"drip": float("nan")}, {"truncate_to": -1}]
)
def test_a_writing_that_cannot_be_is_told(wrong: dict[str, Any]) -> None:
    Writing(pieces=1, drip=0.0, truncate_to=0)
    with pytest.raises(SteppayMockError, match="A body has 1 piece or more; drip and truncate_to are 0 or more"):
        Writing(**wrong)


# Orders and repeats.


@given(st.permutations(range(6)), st.floats(0, 1), st.integers(0, 99))
def test_copies_that_come_at_once_follow_what_brings_their_event(order: list[int], share: float, seed: int) -> None:
    first, second, *rest = order
    steps: list[Step] = [
        Hold(event=first, until=2),
        *(Deliver(event=one) for one in rest[:2]),
        Overlap(events=(second, rest[2])),
    ]
    schedule = plan(EVENTS, [*steps, Deliver(event=rest[3])])
    made = duplicate(schedule, share=share, seed=seed, late=False)
    counts = Counter(made.delivered)
    assert sum(counts.values()) == 6 + round(share * 6)
    brought = {one: at for at, one in enumerate(dict.fromkeys(made.delivered))}
    assert list(brought) == list(schedule.delivered), "the first deliveries keep their order"
    # What is held comes with the step that it waits for, and what overlaps comes at once: copies follow all of that.
    with_others = {first: rest[1], rest[2]: second}
    groups = [with_others.get(one, one) for one in made.delivered]
    together = list(dict.fromkeys(groups))
    assert sorted(groups, key=together.index) == groups, "no other event comes between an event and its copy"


@given(st.integers(0, 5), st.integers(0, 99))
def test_a_seed_of_near_orders_gives_each_event_its_place_within_the_distance(distance: int, seed: int) -> None:
    delivered = shuffle_near(EVENTS, distance=distance, seed=seed).delivered
    assert all(abs(at - place) <= distance for at, place in enumerate(delivered))
    if distance == 0:
        assert delivered == tuple(range(6))


def test_the_furthest_event_may_come_first_and_the_first_may_come_last() -> None:
    orders = [shuffle_near(EVENTS[:3], distance=2, seed=seed).delivered for seed in range(200)]
    assert len(set(orders)) == 6, "with room for every order, every order comes"


def test_events_that_are_late_come_behind_those_of_their_new_second() -> None:
    at = [event.timestamp for event in EVENTS]
    for place in range(6):
        for target in range(place, 6):
            delivered = delay(EVENTS, late={place: at[target] - at[place]}).delivered
            behind = sum(1 for other in range(6) if other != place and at[other] <= at[target])
            assert delivered.index(place) == behind
            assert [one for one in delivered if one != place] == [one for one in range(6) if one != place]


def test_a_fault_of_the_call_is_that_of_every_delivery_without_one() -> None:
    listed = plan(EVENTS[:2], [Deliver(event=0, fault="wrong-secret"), Deliver(event=1)])
    for events, faults in ((listed, ["wrong-secret", "body-spaced"]), (EVENTS[:2], ["body-spaced", "body-spaced"])):
        planned = arrange(events, "occurrence", seed=7, fault="body-spaced")
        assert isinstance(planned, tuple) == (events is listed), "events that stream are read one by one"
        assert [one.fault for one in planned] == faults
    assert [(one.place, one.step) for one in arrange(EVENTS[:2], "occurrence", seed=7)] == [(0, 0), (1, 1)]
    assert [one.place for one in arrange(EVENTS, "reversed", seed=7, duplicates=1)][:6] == [5, 4, 3, 2, 1, 0]
    assert [one.place for one in arrange(in_order(EVENTS), "occurrence", seed=7)] == list(range(6))
    for order, duplicates in (("reversed", 0.0), ("occurrence", 0.5)):
        with pytest.raises(SteppayMockError, match="A schedule has its own order and repeats"):
            arrange(listed, order, seed=7, duplicates=duplicates)  # type: ignore[arg-type]
