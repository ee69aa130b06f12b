"""The options of ``check_receiver``: as the caller gives them (CheckOptions), and checked (CheckSettings)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.kinds import FAMILIES, Family
from steppay_mock.contract.v1 import parse_wanted_types
from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.errors import SteppayMockError, check_names, choices, did_you_mean
from steppay_mock.ordering.face import option
from steppay_mock.ordering.options import DELIVERY, ExploreSettings, Probe, read_explore_options
from steppay_mock.values import FunctionValue, WholeValue, check_flag

if TYPE_CHECKING:
    from steppay_mock.conformance.progress import CheckProgress
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.sender.clock import Clock
    from steppay_mock.payload.event import Event
    from steppay_mock.rest.api import StoreApi
    from steppay_mock.wire.signature import Secret

BUDGET = WholeValue(noun="a whole number of deliveries", least=1, most=100_000_000, example="5000")
DEFAULT_BUDGET = 12_000
SEED = 7
_OF_API: Family = "read-back"
_TO_EXPLORE = ("reset", "save", "restore", "accept", "settle", "ignore", "effects", "api")


class CheckOptions(AccessOptions, total=False):
    """What ``check_receiver`` takes beside the receiver; every option has a default, named last.

    ``state`` returns the receiver's rows as plain data; ``reset`` empties the receiver; or ``save`` returns its state
    and ``restore`` puts that back; or the receiver is a function that makes a new app. Without ``state``, checks that
    have to look at rows are skipped; without a way back, those that compare two courses. None.
    ``effects``, ``accept``, ``settle`` and ``ignore`` are those of ``explore``.
    ``api``: the StoreApi that the receiver reads back from, however it is mounted. The events then happen in stores of
    this API, and it answers as of each. None.
    ``types``: the receiver is registered for these event types. All.
    ``scenarios``: names of scenarios for the proofs of order. None: some that fit what the receiver reacts to.
    ``only``, ``skip``: families of checks, or names such as ``"replay/too-old"``. All, none.
    ``quick``: no proofs of order. Neither ``scenarios`` nor ``budget`` can stand beside it. False.
    ``budget``: the deliveries that all proofs may make together. 12,000.
    ``seed``: repeats everything that is drawn. 7, so that two runs send the same events.
    ``watch``: is called before each delivery with a CheckProgress. If it returns True the checks end, and the card has
    what was found so far. None.

    ``path``, ``secret``, ``hide``, ``timeout``, ``allow_hosts`` and ``clock`` are those of ``deliver``; so are
    ``headers``, ``auth``, ``ca_file``, ``client_cert``, ``client_key`` and ``proxy``.
    """

    state: Probe | None
    reset: Callable[[], Any] | None
    save: Callable[[], Any] | None
    restore: Callable[[Any], Any] | None
    effects: Callable[..., Any] | None
    accept: Iterable[int] | Callable[[Event, Answer], object] | None
    settle: float | Callable[[], Any] | None
    ignore: Iterable[str]
    api: StoreApi | None
    types: Iterable[str] | None
    scenarios: str | Iterable[str] | None
    only: str | Iterable[str] | None
    skip: str | Iterable[str] | None
    quick: bool
    budget: int
    seed: int
    watch: Callable[[CheckProgress], object] | None
    path: str
    secret: Secret | None
    hide: Iterable[str]
    timeout: float
    allow_hosts: Iterable[str]
    clock: Clock | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """The checked options with all defaults."""

    probing: ExploreSettings
    """How deliveries are made, answers are read and the state is looked at."""
    given: Mapping[str, Any]
    """The options that a search through orders gets as the caller gave them."""
    has_state: bool
    types: frozenset[str] | None
    scenarios: tuple[str, ...]
    only: tuple[str, ...]
    skip: tuple[str, ...]
    quick: bool
    budget: int
    seed: int
    watch: Callable[[CheckProgress], object]

    def wants(self, family: str, name: str) -> bool:
        """Whether the check is to be made; those of the REST API only where that is given."""
        named = {family, f"{family}/{name}"}
        if family == _OF_API and self.probing.api is None:
            return False
        return (not self.only or not named.isdisjoint(self.only)) and named.isdisjoint(self.skip)


def read_check_options(options: Mapping[str, Any], *, known: Iterable[str]) -> CheckSettings:
    """Check the options before anything is delivered; SteppayMockError names the wrong one.

    ``known`` are the full names of all checks, for ``only`` and ``skip``.
    """
    check_names(options, CheckOptions.__annotations__, owner="check_receiver()")
    names = (*FAMILIES, *known)
    state, seed = options.get("state"), WholeValue(least=0).check("seed", options.get("seed", SEED))
    searching = {name: options[name] for name in (*_TO_EXPLORE, *DELIVERY) if name in options}
    if state is None:
        _refuse_lone(searching)
    probing = read_explore_options(state or _no_state, {**searching, "seed": seed, "truth": "off"})
    types = options.get("types")
    if types is not None and not _texts("types", types):
        raise SteppayMockError(f"{option('types')} names no event type. Name one, or leave it out for all.")
    quick = check_flag("quick", options.get("quick", False))
    settings = CheckSettings(
        probing=replace(probing, effects=probing.effects if state is not None else None),
        given={**searching, "state": state},
        has_state=state is not None,
        types=None if types is None else frozenset(map(str, parse_wanted_types(_texts("types", types)))),
        scenarios=_scenarios(options.get("scenarios")),
        only=_check_names("only", options.get("only"), names),
        skip=_check_names("skip", options.get("skip"), names),
        quick=quick,
        budget=BUDGET.check("budget", options.get("budget", DEFAULT_BUDGET)),
        seed=seed,
        watch=_watch(options.get("watch")),
    )
    if quick or state is None:
        _refuse_of_searches(options, quick=quick)
    if not any(settings.wants(*name.split("/")) for name in known):
        raise SteppayMockError(
            f"{option('only')} and {option('skip')} leave no check to be made. Leave out one of them, or a name of it. "
            f"The checks of {_OF_API} need {option('api')}."
        )
    return settings


def _watch(watch: object) -> Callable[[CheckProgress], object]:
    if watch is None:
        return lambda _progress: None
    return FunctionValue().check("watch", watch, next_step="Pass it without calling it, such as watch=print.")


def _no_state() -> None:
    """The state of a receiver that cannot be looked at."""


def _refuse_lone(searching: Mapping[str, Any]) -> None:
    for name in ("effects", "ignore", "settle"):
        if searching.get(name):
            raise SteppayMockError(
                f"{option(name)} is about the state, and there is no {option('state')}. Pass {option('state')} too."
            )


def _refuse_of_searches(options: Mapping[str, Any], *, quick: bool) -> None:
    """Refuse what is about the searches through orders where none is made: it would have no effect."""
    for name in ("scenarios", "budget"):
        if options.get(name) is not None:
            why = (
                f"{option('quick')} makes none. Leave out one of the two."
                if quick
                else f"they need {option('state')} and {option('reset')}. Pass both, or leave out {option(name)}."
            )
            raise SteppayMockError(f"{option(name)} is about the searches through orders: {why}")


def _texts(name: str, value: object) -> list[str]:
    found: list[Any] = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
    if not all(isinstance(one, str) for one in found):
        raise SteppayMockError(f"{option(name)} takes names, not {type(value).__name__}. Pass one or more names.")
    return found


def _check_names(name: str, value: object, known: tuple[str, ...]) -> tuple[str, ...]:
    found = [] if value is None else _texts(name, value)
    for one in found:
        if one not in known:
            raise SteppayMockError(
                f"{option(name, value=one)}: there is no such family and no such check.{did_you_mean(one, known)} The "
                f"families are {choices(FAMILIES)}."
            )
    return tuple(found)


def _scenarios(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    from steppay_mock.store.scenarios.registry import find_scenario

    names = _texts("scenarios", value)
    for one in names:
        find_scenario(one)
    return tuple(names)
