"""The step between two courses: found where there is one, and the courses stand beside each other by it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.report.side_by_side import Step, side_by_side, step_between

COURSES = [course for length in range(4) for course in product(range(3), repeat=length)]


def steps_from(course: Course) -> dict[Course, list[Step]]:
    """Every course that is one step away, with the steps that lead there."""
    found: dict[Course, list[Step]] = {}
    for at in range(len(course) - 1):
        swapped = (*course[:at], course[at + 1], course[at], *course[at + 2 :])
        if swapped != course:
            found.setdefault(swapped, []).append(Step(kind="swap", at=at))
    for at, place in product(range(len(course) + 1), range(3)):
        found.setdefault((*course[:at], place, *course[at:]), []).append(Step(kind="repeat", at=at))
    return found


@pytest.mark.parametrize("passing", COURSES, ids=str)
def test_a_step_is_found_where_one_leads_from_one_course_to_the_other(passing: Course) -> None:
    away = steps_from(passing)
    for failing in [*COURSES, *away]:
        step = step_between(passing, failing)
        if failing in away:
            assert step in away[failing]
        else:
            assert step is None


@given(st.lists(st.integers(0, 3), max_size=6).map(tuple), st.lists(st.integers(0, 3), max_size=6).map(tuple))
def test_both_courses_are_there_whole_and_what_differs_is_marked(passing: Course, failing: Course) -> None:
    pairs = side_by_side(passing, failing)
    assert [pair.passing for pair in pairs if pair.passing is not None] == list(range(len(passing)))
    assert [pair.failing for pair in pairs if pair.failing is not None] == list(range(len(failing)))
    for pair in pairs:
        one = None if pair.passing is None else passing[pair.passing]
        other = None if pair.failing is None else failing[pair.failing]
        assert pair.differs is (one != other)


@given(st.lists(st.integers(0, 3), max_size=6).map(tuple), st.data())
def test_what_is_added_stands_beside_nothing_and_all_else_beside_itself(passing: Course, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(passing)))
    failing = (*passing[:at], data.draw(st.integers(0, 3)), *passing[at:])
    pairs = side_by_side(passing, failing)
    assert len(pairs) == len(failing)
    (added,) = [pair for pair in pairs if pair.differs]
    assert added.passing is None
    assert added.failing is not None
    assert failing[: added.failing] + failing[added.failing + 1 :] == passing
