"""Reads the receiver's state and effects through the probes, and gives equal ones the same number.

This runs after every delivery, and bringing a state to its normal form is the most expensive part of it. So a state is
looked up by a digest of the raw data first. A hit (most reads are hits: n! orders have few states) costs one pass in C.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from collections.abc import Set as AbstractSet
from inspect import isgenerator
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.receiver.settle import look_until_settled
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.ordering.state.secrets import without_secrets
from steppay_mock.ordering.state.states import Snapshot, States, fingerprint
from steppay_mock.wire.redact import Redaction

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.fresh_ids import RenamedEvents
    from steppay_mock.ordering.receiver.supervisor import Supervisor

_MOST_KNOWN = 50_000  # fingerprints in memory: 16 bytes each, and the dict around them
_BROKEN = "the invariant does not hold"


class ProbeReader:
    """Calls the probes, brings their data to the normal form, and checks the invariant on each new state."""

    def __init__(self, settings: ExploreSettings, supervisor: Supervisor, call: Callable[..., Any]) -> None:
        self.states = States()
        self._settings = settings
        self._supervisor = supervisor
        self._call = call
        # Of the options alone: a header such as `X-Env: COMPLETE` must not mask a status in the rows.
        self._secrets = Redaction([*(settings.delivery.secret or ()), *settings.delivery.hide])
        self._judged: dict[int, str | None] = {}
        self._known: dict[bytes, int] = {}
        """The numbers of known states by the fingerprint of their raw data."""

    def look(self, renamed: RenamedEvents | None) -> int:
        """The number of the present state, read once the receiver has settled (``settle=``)."""
        settling = self._settings.settle
        if settling is None:
            return self.read(renamed)
        if settling.wait is not None:
            if self._supervisor.call(option("settle"), self._call, settling.wait) is False:
                raise self._supervisor.cut_off(
                    f"{option('settle')} gave False, as Event.wait() does while the work is not done. Let it return "
                    "None when the work is done, as queue.join does"
                )
            return self.read(renamed)
        delivery, seconds = self._settings.delivery, settling.seconds
        number: int = self._supervisor.call(
            option("settle"),
            lambda: look_until_settled(
                lambda: self.read(renamed), seconds=seconds, limit=delivery.timeout, sleep=delivery.sleep
            ),
        )
        return number

    def read(self, renamed: RenamedEvents | None) -> int:
        """The number of the present state, read at once; ``renamed`` has the ids of this run, with ``fresh=True``."""
        settings = self._settings
        raw = self._ask("state", settings.state, renamed)
        effects = None if settings.effects is None else self._ask("effects", settings.effects, renamed)
        # With fresh ids the raw data of equal states differ in every run, so a digest would never be met again.
        printed = fingerprint(raw, effects) if renamed is None else None
        known = None if printed is None else self._known.get(printed)
        if known is not None:
            return known
        counted = None if settings.effects is None else self._counted(effects, renamed)
        number = self.states.number(Snapshot(self._normalised(raw, "state", renamed), counted))
        if settings.invariant is not None and number not in self._judged:
            self._judged[number] = self._judge(settings.invariant, raw)
        if printed is not None and len(self._known) < _MOST_KNOWN:
            self._known[printed] = number
        return number

    def broken(self, number: int) -> str | None:
        """The message of the invariant that is broken in this state; None if it holds."""
        return self._judged.get(number)

    def _ask(self, name: str, probe: Callable[..., Any], renamed: RenamedEvents | None) -> Any:
        ids = () if renamed is None else (renamed.ids,)
        return self._supervisor.call(option(name), self._call, probe, *ids)

    def _counted(self, effects: Any, renamed: RenamedEvents | None) -> Hashable:
        if isinstance(effects, str | bytes | Mapping | AbstractSet) or not hasattr(effects, "__iter__"):
            raise self._supervisor.cut_off(
                f"{option('effects')} gives {type(effects).__name__}. Let it return a list of effects, in which an "
                "effect that happened twice is twice"
            )
        # A multiset: the order of effects does not count, their number does.
        return frozenset(Counter(self._normalised(one, "effects", renamed) for one in effects).items())

    def _normalised(self, value: Any, name: str, renamed: RenamedEvents | None) -> Hashable:
        try:
            form = normalise(value, ignore=self._settings.ignore, name=name)
        except SteppayMockError as error:
            raise self._supervisor.cut_off(str(error)) from self._supervisor.redact.exception(error)
        form = without_secrets(form, self._secrets)
        return form if renamed is None else renamed.as_given(form)

    def _judge(self, invariant: Callable[[Any], Any], raw: Any) -> str | None:
        try:
            verdict = self._call(invariant, raw)
            holds = verdict is None or bool(verdict)  # bool(): numpy.False_ is not the False of Python
        except AssertionError as error:
            return excerpt(self._supervisor.redact.text(str(error))) or _BROKEN
        except Exception as error:  # noqa: BLE001 - any error of the user's function
            told = f"{option('invariant')} raised {type(error).__name__}: {error}"
            raise self._supervisor.cut_off(told) from self._supervisor.redact.exception(error)
        if isgenerator(verdict):
            raise self._supervisor.cut_off(
                f"{option('invariant')} returned a generator, of which nothing ran. Let it return, and not yield"
            )
        return None if holds else _BROKEN
