"""Tries members: in this process, or in several."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from types import FrameType
from unittest.mock import patch

from judge.member import Member, NotAReceiverError, Result
from judge.mutated import mutant_members
from judge.receivers import order_members, right_members, zoo_members

from steppay_mock import Scorecard, SteppayMockError
from steppay_mock.conformance.finding import CONTROL

NOW = 1_764_500_000
"""The time at which everything is signed, so that two runs send the same bytes."""

LONGEST = 300
"""Seconds after which a member is said not to end."""

MAKERS: dict[str, Callable[[], list[Member]]] = {
    "zoo": zoo_members,
    "right": right_members,
    "orders": order_members,
    "mutants": mutant_members,
}
"""The members of each group."""


def try_all(members: Sequence[Member], *, jobs: int) -> Iterator[Result]:
    """What the scorecard says of each, in their order; with one job in this process, but for those that run alone."""
    spawning = get_context("spawn")
    with (
        ProcessPoolExecutor(jobs, mp_context=spawning) as pool,
        ProcessPoolExecutor(1, mp_context=spawning, max_tasks_per_child=1) as alone,
    ):
        try:
            tried = [
                (alone if one.alone else pool).submit(_try_named, one.group, one.name)
                if one.alone or jobs > 1
                else _Here(one)
                for one in members
            ]
            for one in tried:
                yield one.result()
        finally:  # those that wait; of an error or a Ctrl-C
            pool.shutdown(cancel_futures=True)
            alone.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Here:
    """A member that is tried in this process, when its result is asked for."""

    member: Member

    def result(self) -> Result:
        return try_member(self.member)


def try_member(member: Member) -> Result:
    """What the scorecard says of one member."""
    change = None if member.change is None else member.change()
    known = Result(group=member.group, name=member.name, is_right=member.is_right, change=change)
    try:
        with nullcontext() if member.elsewhere else stopped(), _limited(), _quiet():
            card = member.card()
    except Exception as error:  # noqa: BLE001 - that of a scorecard is told, whatever it is
        is_expected = member.change is not None and isinstance(error, SteppayMockError | NotAReceiverError)
        told = f"no card: {error if isinstance(error, NotAReceiverError) else type(error).__name__}"
        return replace(known, broken=told) if is_expected else replace(known, failure=f"{told}: {error}")
    findings = [one for one in card.findings if one.full_name not in member.allowed]
    return replace(
        known,
        findings=tuple(one.full_name for one in findings),
        is_true=None if member.is_true is None else bool(findings) and member.is_true(findings[0]),
        failed=_failed(card, member.allowed),
        deliveries=card.deliveries,
    )


def _failed(card: Scorecard, allowed: frozenset[str]) -> tuple[str, ...]:
    """The checks that failed for what counts, and what the control found, after which no check is made."""
    excused = {name for one in card.findings if one.full_name in allowed for name in (one.full_name, *one.explains)}
    of_control = [one.full_name for one in card.findings if one.family == CONTROL]
    return (*of_control, *(one.check.full_name for one in card.failed if one.check.full_name not in excused))


@cache
def _named(group: str) -> dict[str, Member]:
    return {one.name: one for one in MAKERS[group]()}


def _try_named(group: str, name: str) -> Result:
    """The result of a member in another process, which knows it by its name."""
    return try_member(_named(group)[name])


def stopped() -> AbstractContextManager[object]:
    """The clock stands still, by which webhooks are signed and receivers in this process judge their age."""
    return patch("time.time", lambda: float(NOW))


@contextmanager
def _quiet() -> Iterator[None]:
    """Log nothing: a framework logs what a mistake raises."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _limited() -> Iterator[None]:
    """Raise TimeoutError in what does not end."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
