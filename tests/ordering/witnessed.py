"""An automaton that notes what a search does with it: each delivery, each reading, each beginning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ordering.automata import Automaton, Course


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery: what came before it, in which state, and what became of it."""

    before: Course
    state: int
    place: int
    then: int
    accepted: bool

    @property
    def course(self) -> Course:
        """What has come by now."""
        return (*self.before, self.place)


@dataclass(slots=True)
class Witness:
    """The receiver, its probes, and the ways to begin anew, all of them noted."""

    one: Automaton
    deliveries: list[Delivery] = field(default_factory=list)
    seen: set[Any] = field(default_factory=set)
    begun: list[int] = field(default_factory=list)
    """How many deliveries there were at each beginning."""
    course: Course = ()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        before = self.one.state
        statuses: list[str] = []

        def note(status: str, headers: Any) -> Any:
            statuses.append(status)
            return start_response(status, headers)

        place = self.one.places[environ["wsgi.input"].getvalue()]
        body = self.one(environ, note)
        accepted = statuses[0].startswith("2")
        self.deliveries.append(Delivery(self.course, before, place, self.one.state, accepted))
        self.course = (*self.course, place)
        return body

    def reset(self) -> None:
        self.one.reset()
        self.course = ()
        self.begun.append(len(self.deliveries))

    def make(self) -> Witness:
        self.reset()
        return self

    def save(self) -> tuple[int, Course]:
        return self.one.save(), self.course

    def restore(self, saved: tuple[int, Course]) -> None:
        state, self.course = saved
        self.one.restore(state)

    def show(self) -> dict[str, int]:
        shown = self.one.show()
        self.seen.add((shown["shown"], *self.one.effects()))
        return shown

    def show_alone(self) -> dict[str, int]:
        shown = self.one.show()
        self.seen.add((shown["shown"],))
        return shown

    @property
    def runs(self) -> list[list[Delivery]]:
        """The deliveries from each beginning to the next."""
        ends = [*self.begun[1:], len(self.deliveries)]
        return [self.deliveries[first:end] for first, end in zip(self.begun, ends, strict=True)]
