"""The options of ``explore``: as the caller gives them (ExploreOptions), and checked (ExploreSettings)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.contract.v1 import parse_wanted_types
from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.options.settings import Settings, resolve_options
from steppay_mock.delivery.options.table import options_of
from steppay_mock.delivery.retries import RetryPolicy, read_retry_policy
from steppay_mock.errors import SteppayMockError, WrongValueError, check_names
from steppay_mock.ordering.bounding import read_distance, read_duplicates, read_late_by
from steppay_mock.ordering.face import option
from steppay_mock.ordering.receiver.answers import Acceptance, read_acceptance
from steppay_mock.ordering.receiver.receiver import wants_argument
from steppay_mock.ordering.receiver.settle import Settling, read_settling
from steppay_mock.ordering.state.ignore import Ignore, read_ignore
from steppay_mock.ordering.truth.setting import TruthSetting, Words, read_truth
from steppay_mock.payload.event import Event, Events
from steppay_mock.values import FunctionValue, NumberValue, WholeValue, check_flag, shown

if TYPE_CHECKING:
    from pathlib import Path

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.sender.clock import Clock
    from steppay_mock.ordering.truth.mapping import TruthMapping
    from steppay_mock.rest.api import StoreApi
    from steppay_mock.wire.signature import Secret

Probe = Callable[..., Any]
"""Returns the receiver's state as plain data. It may take the app, if a factory makes that, and may be async."""

DELIVERY = tuple(one.name for one in options_of("explore"))
"""The options that ``explore`` passes on to its deliveries."""
BUDGET = WholeValue(noun="a whole number of deliveries", least=1, most=100_000_000, example="5000")
_BURST = 2.0
_TRIES = 10


class ExploreOptions(AccessOptions, total=False):
    """What ``explore`` takes beside events, receiver and ``state``; every option has a default, named last.

    How the receiver is reset, one of four ways: ``reset`` empties the receiver. ``save`` returns its state in any form
    and ``restore`` puts that back, which costs fewer deliveries. A receiver that is a factory is made anew. ``fresh``
    is for one that cannot be emptied: each run is about another customer, with ids that were never used before, and
    ``state`` and ``effects`` take the ids as their first argument
    (:class:`~steppay_mock.ordering.receiver.identifiers.Ids`).

    ``given``: what is delivered before every order: the number of first events, or other events. None.
    ``types``: only events of these types are delivered, as to an endpoint that is registered for them. All.
    ``accept``: statuses beside 2xx that accept an event, or a function of event and answer that decides. An event that
    is refused in the order in which things happened is a failure. None.
    ``settle``: how to wait for work after an answer: seconds for which the state has to stay the same, or a function
    that returns when the work is done. None: only the tasks of an ASGI app are waited for.
    ``ignore``: paths of the state that do not count, such as ``"received_at"`` or ``"$.rows[*].id"``. None.
    ``effects``: returns the receiver's effects outside (mails, points) as a list; the number of each counts. None.
    ``invariant``: takes the state after every delivery; False or an AssertionError is a failure. None.
    ``truth``: how the final state is compared with the story's store. ``"hints"``: rows with an id of the story that
    contradict the store are warnings; ``"strict"``: they are failures; ``"off"``. A function takes the store's state
    after the story and returns the right state. A mapping says which rows are what (``load_truth``). ``"hints"``.
    ``late_by``, ``distance``: the bound of disorder. No event is delivered before one that happened more than
    ``late_by`` seconds earlier (or a text: ``"90s"``, ``"10m"``, ``"2h"``, ``"1d"``), or that stands more than
    ``distance`` places before it. Only orders within the bound are proved, which costs less. None: no bound.
    ``independent``: the events of each customer are explored alone, with those of no customer, and pairs of customers
    in four orders. This assumes that customers influence each other no further. False.
    ``duplicates``: each event is repeated at every later place (fact 22). With a bound it is repeated at each place
    until an event arrives that may not overtake it, and later at points of rest; ``"everywhere"``: at every one. True.
    ``ties``: a second search with the seconds of each burst collapsed to one (fact 6); a number is the most seconds
    between two events of a burst, and True means 2. False.
    ``overlap``: whether webhooks in flight at once end the same: each event beside its own copy (with ``duplicates``),
    pairs of neighbours and of related events, and the events of one second. A number is the most tries of each, and
    True means 10. False.
    ``api``: the StoreApi that the receiver reads back from, however it is mounted. Its time then follows the deliveries
    (``as_of``), and in an overlap it holds one webhook's call until the others have their answers. The events must be
    those of its store. None.
    ``losses``: also find what happens if one event never comes, as information. True.
    ``retries``: the name of a policy, or delays. A refused event is retried at the end, as often as the policy has
    delays; with ``"none"``, which is assumed (fact 23), it is lost.
    ``first``: stop at the first counterexample; otherwise up to five are found, each of another kind or about another
    thing. False.
    ``only_effective``: explore only the events that change the state, as far as a few orders show which they are.
    False.
    ``strength``: if there are too many orders for the budget, every order of any 2, 3 or 4 events occurs. 3.
    ``budget``: the deliveries that the search may make. Half as many are allowed for ties and to make a counterexample
    smaller, as many for ``paranoid``; 40 times the events are always allowed for these. 20,000.
    ``paranoid``: after a proof, whole orders are delivered without merging states. False.
    ``seed``: repeats everything random. None: a random seed, which is in the result.
    ``watch``: is called now and then with the deliveries made and the budget. None.

    ``path``, ``secret``, ``hide``, ``timeout``, ``allow_hosts`` and ``clock`` are those of ``deliver``; so are
    ``headers``, ``auth``, ``ca_file``, ``client_cert``, ``client_key`` and ``proxy``.
    """

    reset: Callable[[], Any] | None
    save: Callable[[], Any] | None
    restore: Callable[[Any], Any] | None
    fresh: bool
    given: int | Events
    types: Iterable[str] | None
    accept: Iterable[int] | Callable[[Event, Answer], object] | None
    settle: float | Callable[[], Any] | None
    ignore: Iterable[str]
    effects: Callable[..., Any] | None
    invariant: Callable[[Any], Any] | None
    truth: Callable[[Any], Any] | Words | TruthMapping | TruthSetting | Mapping[str, Any] | Path | None
    late_by: float | str | None
    distance: int | None
    independent: bool
    duplicates: bool | Literal["everywhere"]
    ties: bool | float
    overlap: bool | int
    api: StoreApi | None
    losses: bool
    first: bool
    only_effective: bool
    retries: str | Iterable[float] | RetryPolicy
    strength: int
    budget: int
    paranoid: bool
    seed: int | str | None
    watch: Callable[[int, int], object] | None
    path: str
    secret: Secret | None
    hide: Iterable[str]
    timeout: float
    allow_hosts: Iterable[str]
    clock: Clock | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploreSettings:
    """The checked options with all defaults."""

    state: Probe
    reset: Callable[[], Any] | None
    save: Callable[[], Any] | None
    restore: Callable[[Any], Any] | None
    fresh: bool
    given: tuple[Event, ...]
    """The events that are delivered before every order."""
    types: frozenset[str] | None
    """The types of events that are delivered; None: all."""
    accept: Acceptance
    settle: Settling | None
    ignore: Ignore
    effects: Probe | None
    invariant: Callable[[Any], Any] | None
    truth: TruthSetting
    late_by: float | None
    distance: int | None
    independent: bool
    duplicates: bool
    everywhere: bool
    """With a bound: events are repeated at every later place, and not only at points of rest."""
    burst: float | None
    overlap: int
    """The most tries of each race; 0: none."""
    api: StoreApi | None
    losses: bool
    first: bool
    only_effective: bool
    attempts: int
    """The retries of a refused event."""
    strength: int
    budget: int
    paranoid: bool
    seed: int
    watch: Callable[[int, int], object]
    delivery: Settings


def read_explore_options(state: object, options: Mapping[str, Any]) -> ExploreSettings:
    """Check the options before anything is delivered; SteppayMockError names the wrong one."""
    check_names(options, ExploreOptions.__annotations__, owner="explore()")
    for name in ("reset", "save", "restore", "effects", "invariant", "watch"):
        _check_callable(name, options.get(name))
    probe = FunctionValue(noun="a function that gives the receiver's rows").check("state", state)
    if (options.get("save") is None) != (options.get("restore") is None):
        raise SteppayMockError("save= and restore= go together: what one gives, the other takes. Pass both.")
    fresh = _fresh(state, options)
    duplicates, everywhere = read_duplicates(options.get("duplicates", True))
    settings = resolve_options({name: options[name] for name in (*DELIVERY, "seed") if name in options})
    api = _api(options.get("api"))
    if api is not None:
        settings = replace(settings, hide=(*settings.hide, api.token))
    return ExploreSettings(
        state=probe,
        reset=options.get("reset"),
        save=options.get("save"),
        restore=options.get("restore"),
        fresh=fresh,
        given=(),
        types=_types(options.get("types")),
        accept=read_acceptance(options.get("accept")),
        settle=read_settling(options.get("settle")),
        ignore=read_ignore(options.get("ignore", ())),
        effects=options.get("effects"),
        invariant=options.get("invariant"),
        truth=read_truth(options.get("truth")),
        late_by=read_late_by(options.get("late_by")),
        distance=read_distance(options.get("distance")),
        independent=check_flag("independent", options.get("independent", False)),
        duplicates=duplicates,
        everywhere=everywhere,
        burst=_burst(options.get("ties", False)),
        overlap=_overlap(options.get("overlap", False)),
        api=api,
        losses=check_flag("losses", options.get("losses", True)),
        first=check_flag("first", options.get("first", False)),
        only_effective=check_flag("only_effective", options.get("only_effective", False)),
        attempts=len(read_retry_policy(options.get("retries", "none")).delays),
        strength=WholeValue(least=2, most=4, example="3").check("strength", options.get("strength", 3)),
        budget=BUDGET.check("budget", options.get("budget", 20_000)),
        paranoid=check_flag("paranoid", options.get("paranoid", False)),
        seed=settings.seed,
        watch=options.get("watch") or (lambda _made, _budget: None),
        delivery=settings,
    )


def _types(types: object) -> frozenset[str] | None:
    if types is None:
        return None
    named = [types] if isinstance(types, str) else types
    if not isinstance(named, Iterable):
        raise WrongValueError(
            name="types",
            shown=shown(types),
            expected="a list of event types",
            next_step="Pass types=['order.created', 'order.updated'].",
        )
    return frozenset(map(str, parse_wanted_types(named)))


def _check_callable(name: str, value: object) -> None:
    if value is not None:
        FunctionValue().check(name, value, next_step=f"Pass it without calling it, such as {name}=db.clear.")


def _fresh(state: object, options: Mapping[str, Any]) -> bool:
    if not check_flag("fresh", options.get("fresh", False)):
        return False
    for name in ("reset", "save", "restore", "api"):
        if options.get(name) is not None:
            why = "the API knows only the ids of its store" if name == "api" else "then nothing is put back"
            raise SteppayMockError(
                f"{option('fresh', value=True)} and {option(name)} do not go together: {why}. Leave one of them out."
            )
    for name, probe in (("state", state), ("effects", options.get("effects"))):
        if callable(probe) and not wants_argument(probe):
            raise SteppayMockError(
                f"With {option('fresh', value=True)} the function of {option(name)} takes the ids of the run, and "
                f"returns only what is about them: {name}=lambda ids: rows_of(ids.customer_id)"
            )
    return True


def _burst(ties: object) -> float | None:
    if isinstance(ties, bool):
        return _BURST if ties else None
    return NumberValue(noun="seconds", above=0).check("ties", ties, next_step=f"Pass ties=True for {_BURST:g} s.")


def _overlap(overlap: object) -> int:
    if isinstance(overlap, bool):
        return _TRIES if overlap else 0
    return WholeValue(least=1, most=10_000).check("overlap", overlap, next_step=f"Pass overlap=True for {_TRIES}.")


def _api(api: object) -> StoreApi | None:
    if api is None:
        return None
    from steppay_mock.rest.api import StoreApi  # heavy, and seldom wanted

    if isinstance(api, StoreApi):
        return api
    raise WrongValueError(
        name="api",
        shown=shown(api),
        expected="a StoreApi",
        next_step="Make one, mount it (patched or serve), and pass the StoreApi itself: api=StoreApi(story.store).",
    )
