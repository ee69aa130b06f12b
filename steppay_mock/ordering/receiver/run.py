"""What became of one course? The answers, and what the probe showed at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.orders.course import Course

if TYPE_CHECKING:
    from steppay_mock.ordering.receiver.identifiers import Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One course, as it was delivered.

    ``answers`` has one text for each delivery, such as ``204`` or ``500, the app raised: ValueError: boom``, and
    ``accepted`` says of each whether it was a success (2xx, assumed, fact 23, or what ``accept=`` says). ``state`` is
    the probe's, in the plain form in which states are compared; ``effects`` are counted, None if nobody lists them.
    """

    course: Course
    answers: tuple[str, ...]
    accepted: tuple[bool, ...]
    state: Any
    exceptions: tuple[BaseException | None, ...] = field(default=(), repr=False, compare=False)
    """What the receiver raised at each delivery, where it runs in this process."""
    effects: Any = None
    broken: str | None = None
    """What the invariant said, if it said no: then the run ended there."""
    trail: tuple[Any, ...] = ()
    """What the probe showed before the first delivery and after each, as ``state``; empty if nobody looked."""
    together: tuple[int, ...] = ()
    """Which deliveries were in flight at once, as positions in the course."""
    ids: Ids | None = None
    """With ``fresh``, what the events of this run were about: under these ids the receiver still has its rows."""
    held: bool = False
    """The first of them was kept from its end until the others had landed: the REST API held what it had asked."""
