"""What happened in one course: the answers, and the state at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.orders.course import Course

if TYPE_CHECKING:
    from steppay_mock.ordering.receiver.identifiers import Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One course, as it was delivered.

    ``answers`` has one text for each delivery, such as ``204`` or ``500, the app raised: ValueError: boom``.
    ``accepted`` says for each delivery whether the answer accepts the event (2xx, assumed, fact 23, or what ``accept=``
    says). ``state`` is the final state in normal form. ``effects`` are counted; None without ``effects=``.
    """

    course: Course
    answers: tuple[str, ...]
    accepted: tuple[bool, ...]
    state: Any
    exceptions: tuple[BaseException | None, ...] = field(default=(), repr=False, compare=False)
    """What the receiver raised at each delivery, where it runs in this process."""
    effects: Any = None
    broken: str | None = None
    """The message of the broken invariant: the run ended there. None: it held."""
    trail: tuple[Any, ...] = ()
    """The state before the first delivery and after each one; empty for a run with deliveries in flight at once."""
    together: tuple[int, ...] = ()
    """Which deliveries were in flight at once, as positions in the course."""
    ids: Ids | None = None
    """With ``fresh=True``, the ids that the events had in this run: the receiver still has its rows under them."""
    held: bool = False
    """Whether the REST API held the first delivery's call until the other deliveries had their answers."""
