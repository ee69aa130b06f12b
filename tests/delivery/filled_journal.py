"""A journal with a run in each state that a run may have, for tests of what may not be lost."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.run.deliveries import EndedAttempt, PlannedDelivery, StartedAttempt

URL = "http://localhost/hook"
RUN, PLANNING, CONTROLS, DONE = 1, 2, 3, 4
"""Its runs: one that was cut off, one whose planning was, the controls of the first, and one that has its end."""


def started(delivery: int, number: int = 1) -> StartedAttempt:
    """An attempt that is about to be made."""
    return StartedAttempt(delivery, number, 2.0, 2, perhaps_again=False)


def ended(delivery: int, state: str, *, due: float | None = None) -> EndedAttempt:
    """The answer to the first attempt."""
    return EndedAttempt(delivery, 1, state, 500, 0.1, None, "{}", b"told", 3.0, due)


def one_plan(hook: int, *, count: int = 1) -> list[tuple[str, int | None, bytes, list[PlannedDelivery]]]:
    """So many events for a receiver, of which the first one comes twice."""
    first, last = (
        PlannedDelivery(hook, at, 0, again, copied=True, wait=0.0, batch=None, fault=None)
        for at, again in ((1, None), (count + 1, "same"))
    )
    others = [first._replace(position=at + 1, place=at, copied=False, batch=5) for at in range(1, count)]
    planned = [[first], *([one] for one in others)]
    planned[-1].append(last)
    return [("order.created", 5, b'{"n": %d}' % at, deliveries) for at, deliveries in enumerate(planned)]


def fill(path: Path) -> None:
    """Make it. The first run has four deliveries: one arrived, one is due, one is in flight, one was not sent."""
    path.write_bytes(_filled())


@cache
def _filled() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "journal.sqlite")
        with Journal(path) as journal:
            for made_by, settings in (("hand", {}), ("hand", {}), ("occurrence", {"control_of": RUN}), ("hand", {})):
                run = journal.begin_run(began_at=1.0, seed=7, made_by=made_by, settings=settings)
                hook = journal.add_endpoint(run, name="hook", url=URL)
                journal.add_plans(run, one_plan(hook, count=3))
                if run != PLANNING:
                    journal.end_planning(run)
            journal.write([], [started(1), started(2), started(3)])
            journal.write([ended(1, "SUCCESS"), ended(2, "PENDING", due=9.5)], [])
            journal.end_run(DONE, ended_at=9.0)
        return path.read_bytes()
