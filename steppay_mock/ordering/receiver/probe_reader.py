"""Reads the receiver's state and effects, and gives equal ones the same number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from collections.abc import Set as AbstractSet
from inspect import isgenerator
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.state.fingerprint import fingerprint
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.ordering.state.states import Snapshot, States

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.fresh_ids import RenamedEvents
    from steppay_mock.ordering.receiver.supervisor import Supervisor

_MOST_KNOWN = 50_000  # fingerprints that are kept
_BROKEN = "the invariant does not hold"


class ProbeReader:
    """Calls the probes, brings what they give to its normal form, and asks the invariant about each new state."""

    def __init__(self, settings: ExploreSettings, supervisor: Supervisor, call: Callable[..., Any]) -> None:
        self.states = States()
        self._settings = settings
        self._supervisor = supervisor
        self._call = call
        self._judged: dict[int, str | None] = {}
        self._known: dict[bytes, int] = {}
        """By their fingerprints, the numbers of states that were read before."""

    def look(self, story: RenamedEvents | None) -> int:
        """The number of the state that the receiver is in; ``story`` are the ids of this run, where they are fresh."""
        settings = self._settings
        raw = self._ask("state", settings.state, story)
        effects = None if settings.effects is None else self._ask("effects", settings.effects, story)
        printed = fingerprint(raw, effects) if story is None else None
        known = None if printed is None else self._known.get(printed)
        if known is not None:
            return known
        counted = None if settings.effects is None else self._counted(effects, story)
        number = self.states.number(Snapshot(self._normalised(raw, "state", story), counted))
        if settings.invariant is not None and number not in self._judged:
            self._judged[number] = self._judge(settings.invariant, raw)
        if printed is not None and len(self._known) < _MOST_KNOWN:
            self._known[printed] = number
        return number

    def broken(self, number: int) -> str | None:
        """What the invariant says of a state, if it says no."""
        return self._judged.get(number)

    def _ask(self, name: str, probe: Callable[..., Any], story: RenamedEvents | None) -> Any:
        ids = () if story is None else (story.ids,)
        return self._supervisor.call(option(name), self._call, probe, *ids)

    def _counted(self, effects: Any, story: RenamedEvents | None) -> Hashable:
        if isinstance(effects, str | bytes | Mapping | AbstractSet) or not hasattr(effects, "__iter__"):
            raise self._supervisor.cut_off(
                f"{option('effects')} gives {type(effects).__name__}. Let it give a list of what was done, in which a "
                "thing that was done twice is twice"
            )
        return frozenset(Counter(self._normalised(one, "effects", story) for one in effects).items())

    def _normalised(self, value: Any, name: str, story: RenamedEvents | None) -> Hashable:
        try:
            form = normalise(value, ignore=self._settings.ignore, name=name)
        except SteppayMockError as error:
            raise self._supervisor.cut_off(str(error)) from error
        return form if story is None else story.as_given(form)

    def _judge(self, invariant: Callable[[Any], Any], raw: Any) -> str | None:
        try:
            verdict = self._call(invariant, raw)
            holds = verdict is None or bool(verdict)  # numpy's False is not False
        except AssertionError as error:
            return excerpt(str(error)) or _BROKEN
        except Exception as error:
            raise self._supervisor.cut_off(f"{option('invariant')} raised {type(error).__name__}: {error}") from error
        if isgenerator(verdict):
            raise self._supervisor.cut_off(
                "invariant= gave a generator, of which nothing ran. Let it return, and not yield"
            )
        return None if holds else _BROKEN
