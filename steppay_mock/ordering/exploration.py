"""The outcome of a search: the verdict, what it rests on, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.ordering.face import Face, current_face, speaking

if TYPE_CHECKING:
    from steppay_mock.ordering.counterexample import Counterexample
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.state.difference import Difference
    from steppay_mock.ordering.truth.hint import Hint
    from steppay_mock.payload.event import Event

Verdict = Literal["proved", "covered", "fails", "flaky", "hidden", "vacuous", "unfinished"]
"""``proved``: every order ends the same. ``covered``: so did every order that was tried, and which those are is said.
``fails``: there is a counterexample. ``flaky``: two equal runs ended differently, or an order did not begin as the
first one did. ``hidden``: equal states behaved differently, so the probe does not show all that matters. ``vacuous``:
nothing was tested, or fewer than two events have an effect. ``unfinished``: the probe raised, or the receiver hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaps:
    """What was in flight at once: ``groups`` of webhooks, ``of`` so many that there are.

    A group is an event and its own copy, two events that are neighbours or related, or the events of one second. The
    groups were in flight ``tries`` times. ``certain`` counts the races that holding the REST API's answer made certain,
    one for each event that the others passed; whatever else may happen in a race is a matter of chance.
    """

    groups: int
    of: int
    tries: int
    certain: int = 0

    def __str__(self) -> str:
        which = f"{self.groups:,}" if self.groups == self.of else f"{self.groups:,} of {self.of:,}"
        certain = f", and {self.certain:,} races made certain by holding the API's answer" if self.certain else ""
        return f"{which} groups of webhooks in flight at once, {self.tries:,} times{certain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a verdict rests on.

    ``orders`` counts the orders that are proved: all n! or those that were delivered as a whole, which are ``runs``.
    ``strength`` is t where every order of any t events occurred, None in a proof. ``of`` are how many such orders there
    are, and ``covered`` how many of them occurred. ``duplicates`` and ``ties`` say whether each event came once more at
    every later place, and whether the events were delivered with the seconds of a burst collapsed as well. ``sampled``
    whole orders were delivered after a proof without merging (``paranoid``), of which ``disagreed`` ended otherwise.
    """

    events: int
    orders: int
    runs: int
    deliveries: int
    states: int
    elapsed: float
    seed: int
    effective: int = 0
    """How many of the events changed the state in some order; of the others no order can matter."""
    late_by: float | None = None
    """No order was tried in which an event comes before one that happened more seconds before it; None: no bound."""
    distance: int | None = None
    """Nor one in which it comes before one that stands more places before it; None: no bound."""
    points: int = 0
    """With a bound, at how many points of rest late duplicates came; 0 where they came at every later place."""
    groups: tuple[int, ...] = ()
    """How many events each customer has, where each was explored alone (``independent``); else empty."""
    interleavings: int = 0
    """In how many orders the events of two customers were delivered then, all pairs together."""
    strength: int | None = None
    covered: int = 0
    of: int = 0
    duplicates: bool = False
    ties: bool = False
    sampled: int = 0
    disagreed: int = 0
    random: int = 0
    """How many of the runs were in random order, beyond those that the strength needs."""
    refused: int = 0
    """How many deliveries were answered with something else than success."""
    silent: int = 0
    """How many deliveries were not answered at all."""
    found_after: int | None = None
    """How many deliveries had been made when the first failure showed."""
    leans_on_retries: bool = False
    """Some events are refused at first, and the state is right only because they were delivered again."""
    overlaps: Overlaps | None = None
    """What was in flight at once, if that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One event that was never delivered: whether the receiver ends as if it had been."""

    place: int
    heals: bool
    changes: tuple[str, ...] = ()
    """Where the states differ, as paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """The outcome of ``explore``: ``assert_ok`` raises what it found, ``report`` says it, ``as_dict`` is data."""

    verdict: Verdict
    target: str
    name: str
    """The scenario, or how many events were given."""
    events: tuple[Event, ...] = field(repr=False)
    coverage: Coverage
    counterexample: Counterexample | None = None
    others: tuple[Counterexample, ...] = ()
    """More counterexamples, each of another kind of mistake or about another kind of thing."""
    given: tuple[Event, ...] = field(default=(), repr=False)
    """What was delivered before every order."""
    losses: tuple[Loss, ...] = ()
    without_effect: tuple[int, ...] = ()
    """The events, by place, that changed nothing in any order that was tried."""
    causes: tuple[str, ...] = ()
    """Where events were refused as they happened, or changed nothing: what may be the cause; one sentence each."""
    notes: tuple[str, ...] = ()
    """What else was noticed and bears on the verdict, such as a state that was not empty; one sentence each."""
    unequal: tuple[Difference, ...] = field(default=(), repr=False)
    """Of ``flaky``, where two states differ that should be equal."""
    hints: tuple[Hint, ...] = ()
    """What looks wrong at the end of the events as they happened, by the store of their story."""
    uncompared: bool = False
    """The end was to be compared with the store, and no state had anything that could be; a note says it too."""
    why: str = ""
    """Of a verdict that is neither yes nor no, the reason in words."""
    unmatched: tuple[str, ...] = ()
    """The patterns of ``ignore=`` that named nothing in any state: usually slips of the pen."""
    witnesses: tuple[Run, ...] = field(default=(), repr=False)
    """Of ``flaky`` and ``hidden``, the runs that contradict each other."""
    face: Face = field(default_factory=current_face, repr=False, compare=False)
    """How its texts write options."""

    @property
    def counterexamples(self) -> tuple[Counterexample, ...]:
        """All that were found, the first of them first."""
        return () if self.counterexample is None else (self.counterexample, *self.others)

    @property
    def ok(self) -> bool:
        """Whether nothing was found against the receiver, and something was tested."""
        return self.verdict in {"proved", "covered"}

    def report(self) -> str:
        """The verdict for a person: one line where it is yes, and the whole reason where it is no."""
        from steppay_mock.ordering.report.text import describe

        with speaking(self.face):
            return describe(self)

    def __str__(self) -> str:
        return self.report()

    def assert_ok(self) -> None:
        """Raise a ContractViolation that tells the reason, unless the verdict is yes."""
        if not self.ok:
            from steppay_mock.ordering.report.text import violation

            with speaking(self.face):
                raise violation(self)

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for ``--json``."""
        from steppay_mock.ordering.report.data import exploration_data

        return exploration_data(self)

    def as_html(self) -> str:
        """Give a page of its own: the verdict, and passing beside failing as a sequence diagram."""
        from steppay_mock.ordering.report.page import write_page

        with speaking(self.face):
            return write_page(self)
