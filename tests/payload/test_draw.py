"""Chance, time and memory of one event: every draw reaches both of its ends, and what must agree is drawn once."""

import string
from collections import Counter
from datetime import timedelta

import pytest
from payload.settled import LEAST, MOST, NOW, draw_of, moment

from steppay_mock.payload.chance import SEEDS, Chance, derive_seed
from steppay_mock.payload.edges import AMOUNTS, INTS, SIZES, TEXTS, Edge
from steppay_mock.payload.instants import remarkable_moments
from steppay_mock.payload.pools import PEOPLE

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def chance_of(value: float) -> Chance:
    found = Chance(1)
    found.random = lambda: value
    return found


def test_a_draw_reaches_both_of_its_ends() -> None:
    for value, last in ((LEAST, False), (MOST, True)):
        found = chance_of(value)
        assert found.pick("abc") == ("c" if last else "a")
        assert found.between(3, 5) == (5 if last else 3)
        assert found.between(-1, -1) == -1
        assert found.chance(0.5) is not last
    assert chance_of(0.3).chance(0.3) is False
    assert chance_of(0.3).chance(0.31) is True


@pytest.mark.parametrize("length", [0, 1, 2, 9, 16, 199, 200])
def test_letters_and_digits_are_as_many_as_were_asked_for(length: int) -> None:
    for found in (Chance(1), chance_of(LEAST), chance_of(MOST)):
        text = found.alphanumerics(length)
        assert len(text) == length
        assert set(text) <= set(string.ascii_letters + string.digits)


def test_codes_differ_in_both_of_their_halves() -> None:
    found = Chance(1)
    codes = {found.alphanumerics(9) for _ in range(2000)}
    assert len({code[:5] for code in codes}) > 1900
    assert len({code[5:] for code in codes}) > 1900
    assert set("".join(codes)) == set(string.ascii_letters + string.digits)


def test_a_seed_is_made_of_all_its_parts() -> None:
    assert derive_seed("a", "b") == derive_seed("a", "b")
    parts = [("a", "b"), ("ab",), ("b", "a"), ("a", 1), ("a", 2), ("\ud800",), (10**5000,), (10**5000 + 1,), ()]
    parts += [(10**5000, "a"), (10**5000, "b")]
    seeds = [derive_seed(*part) for part in parts]
    assert len(set(seeds)) == len(parts)
    assert derive_seed("a", 1) == derive_seed("a", "1")
    many = [derive_seed(number) for number in range(300)]
    assert 2**63 < max(many) < 2**64
    assert min(many) < 2**58
    assert SEEDS == 2**63


def test_everyone_of_a_locale_may_be_the_person_of_an_event() -> None:
    people = {draw_of(seed=seed).person for seed in range(3000)}
    assert people == set(range(PEOPLE))
    assert PEOPLE == 200


@pytest.mark.parametrize(("edge", "largest"), [(False, 2**63 - 1), (True, 2**53 - 1), ("64-bit", 2**63 - 1)])
def test_the_largest_integer_is_the_one_that_the_mode_allows(edge: Edge, largest: int) -> None:
    assert draw_of(edge=edge).largest == largest


def test_an_edge_case_takes_the_values_of_an_enumeration_in_turn() -> None:
    values = ("a", "b", "c")
    for turn in range(7):
        draw = draw_of(edge=True, turn=turn)
        assert [draw.walk(values) for _ in range(4)] == [values[(turn + step) % 3] for step in range(4)]
        assert draw.walk(("x", "y", "z")) == "xyz"[turn % 3]
        assert draw.walk(("a", "b")) == "ab"[turn % 2]
    free = draw_of(seed=1, turn=5)
    assert set(Counter(free.walk(values) for _ in range(300))) == set(values)
    assert (draw_of(chance=LEAST).walk(values), draw_of(chance=MOST).walk(values)) == ("a", "c")


def test_a_value_is_made_once_for_a_key() -> None:
    draw = draw_of(seed=3)
    first = draw.same("x", lambda again: again.between(0, 10**9))
    assert draw.same("x", lambda again: again.between(0, 10**9)) == first
    assert draw.same("y", lambda again: again.between(0, 10**9)) != first
    assert draw.same("x", lambda _: -1) == first


def test_a_moment_of_the_past_or_the_future_is_within_its_days() -> None:
    assert draw_of(chance=LEAST).past() == NOW
    assert draw_of(chance=LEAST).future() == NOW + SECOND
    for days in (1, 5, 700):
        assert timedelta() <= draw_of(chance=MOST).past(days=days) - (NOW - days * DAY) <= SECOND
        assert timedelta() <= NOW + days * DAY - draw_of(chance=MOST).future(days=days) <= SECOND
    assert timedelta() <= draw_of(chance=MOST).past() - (NOW - 90 * DAY) <= SECOND
    assert NOW + 30 * DAY - draw_of(chance=MOST).future() <= SECOND
    parts = {draw_of(seed=seed).past().microsecond for seed in range(50)}
    assert len(parts) == 50
    assert len({draw_of(seed=seed).future().microsecond for seed in range(50)}) == 50
    assert draw_of(chance=MOST).past(days=1).microsecond == 1
    assert draw_of(chance=MOST).future(days=1).microsecond == 999_999


def test_an_edge_case_takes_a_remarkable_moment() -> None:
    for later in (False, True):
        draws = [draw_of(seed=seed, edge=True) for seed in range(60)]
        found = {draw.future() if later else draw.past() for draw in draws}
        assert found == set(remarkable_moments(NOW, later=later))
        assert len(found) == 4


def test_an_edge_case_writes_all_its_moments_with_one_number_of_digits() -> None:
    exact = NOW.replace(microsecond=123456)
    lengths = set()
    for seed in range(60):
        draw = draw_of(seed=seed, edge=True)
        texts = [draw.stamp(exact), draw.stamp(exact + DAY), draw.stamp(exact)]
        assert len({len(text) for text in texts}) == 1
        assert timedelta() <= exact - moment(texts[0]) < SECOND
        lengths.add(len(texts[0].partition(".")[2]))
    assert lengths == {0, 1, 3, 6, 9}
    assert draw_of().stamp(exact) == exact.isoformat()
    assert draw_of().stamp(NOW) == NOW.isoformat()


def test_the_extreme_texts_and_numbers_are_those_that_break_receivers() -> None:
    sizes = Counter(map(len, TEXTS))
    assert (sizes[4000], sizes[10_000], sizes[0]) == (1, 1, 1)
    assert len("".join(TEXTS[2]).encode()) == 12_000  # of three bytes a character
    assert INTS == (0, 1, 2**31 - 1)
    assert AMOUNTS == (0, 1, 0.01, 0.1, 12.345, 10000.0, 1234567.89, 99_999_999_999)
    assert [type(amount) for amount in AMOUNTS if amount == int(amount)] == [int, int, float, int]
    assert SIZES == (1, 2, 5)
