"""The options of ``explore``: as the caller says them, and as they are meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from random import SystemRandom
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.contract.catalogue import parse_event_types
from steppay_mock.contract.long_numbers import is_number, written
from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.options import DeliveryOptions, Settings, resolve_options
from steppay_mock.delivery.retries import RetryPolicy, read_retry_policy
from steppay_mock.errors import SteppayMockError, check_flag, choices, did_you_mean
from steppay_mock.ordering.bounding import read_distance, read_duplicates, read_late_by
from steppay_mock.ordering.receiver.answers import Acceptance, read_acceptance
from steppay_mock.ordering.receiver.receiver import wants_argument
from steppay_mock.ordering.receiver.settle import Settling, read_settling
from steppay_mock.ordering.state.ignore import Ignore, read_ignore
from steppay_mock.ordering.truth.setting import TruthSetting, Words, read_truth
from steppay_mock.payload.event import Event, Events

if TYPE_CHECKING:
    from pathlib import Path

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.ordering.truth.mapping import TruthMapping
    from steppay_mock.store.api.api import StoreApi
    from steppay_mock.wire.signature import Secret

Probe = Callable[..., Any]
"""Gives the receiver's state as plain data; it may take the app, where a factory makes that, and may be async."""

_DELIVERY = ("path", "secret", "hide", "timeout", "allow_hosts", "now", "sleep", *AccessOptions.__annotations__)
_BURST = 2.0
_TRIES = 10


class ExploreOptions(AccessOptions, total=False):
    """What ``explore`` takes beside events, receiver and ``state``; every option may be left out.

    How to begin anew, one of them: ``reset`` empties the receiver; ``save`` gives its state in any form and ``restore``
    puts that back, which costs fewer deliveries; a receiver that is a factory begins anew by itself; ``fresh`` is for
    one that cannot be emptied: each run is about another customer, with ids never used before, and ``state`` and
    ``effects`` take these as their first argument (:class:`~steppay_mock.ordering.receiver.identifiers.Ids`).

    ``given``: what was delivered before every order: so many first events of those that are given, or other events.
    ``types``: only events of these types are delivered, as to an endpoint that is registered for them. All.
    ``accept``: statuses beside 2xx that accept an event, or a function of event and answer that decides. Whatever else
    is refused in the order in which it happened is a finding.
    ``settle``: how to wait for work that goes on after an answer: seconds for which the state has to stay the same, or
    a function that comes back when the work is done. None: nothing is waited for but the tasks of an ASGI app.
    ``ignore``: paths of the state that do not count, such as ``"received_at"`` or ``"$.rows[*].id"``.
    ``effects``: gives what the receiver did to the world (mails, points), as a list; how often each is there counts.
    ``invariant``: takes the state after every delivery; False, or an AssertionError, is a finding.
    ``truth``: how the end is compared with the story's store. ``"hints"``: rows that carry its ids and contradict it
    are told; ``"strict"``: they are a failure; ``"off"``. A function takes the store's state after the story and gives
    what the probe should show then. A mapping says which rows are what (``load_truth``). ``"hints"``.
    ``late_by``, ``distance``: the bound of disorder. No event is delivered before one that happened so many seconds
    before it or more (or a text: ``"90s"``, ``"10m"``, ``"2h"``, ``"1d"``), or that stands more than so many places
    before it. What is proved are the orders within the bound, and that costs as much less. None: no bound.
    ``independent``: each customer's events are explored alone, with those that are about nobody, and pairs of customers
    in four orders of the events of both. It assumes that customers influence each other no further. False.
    ``duplicates``: each event comes once more at every later place (fact 22). True. With a bound it comes at each place
    until an event arrives that may not overtake it, and later at points of rest; ``"everywhere"``: at every one.
    ``ties``: the same once more with the seconds of each burst collapsed to one (fact 6); a number says how many
    seconds apart the events of a burst are at most. False.
    ``overlap``: whether webhooks in flight at once end the same: each event beside its own copy (with ``duplicates``),
    pairs of neighbours and of related events, and the events of one second; a number says how often each is tried at
    most. True means 10. False.
    ``api``: the StoreApi that the receiver reads back from, however it is mounted. Its time then follows the deliveries
    (``as_of``), and in an overlap it holds what one webhook asks until the others have landed. The events must be those
    of its store.
    ``losses``: what happens if one event never comes, as information. True.
    ``retries``: the name of a policy, or delays. An event that is refused comes again at the end, as often as the
    policy has delays; ``"none"`` is assumed (fact 23), and then it is lost.
    ``first``: stop at the first counterexample; False: up to five, each of another kind or about another thing. False.
    ``only_effective``: explore only the events that change the state, as far as a few orders show which these are.
    False.
    ``strength``: beyond the budget, every order of any so many events occurs: 2, 3 or 4. 3.
    ``budget``: how many deliveries the search may make. 20,000. Half as many may follow for ties, and to make a
    counterexample smaller, as many for ``paranoid``; 40 times the events are always allowed for these.
    ``paranoid``: after a proof, whole orders are delivered without merging states. False.
    ``seed``: repeats what is drawn by chance. None: one is drawn; the result tells it.
    ``watch``: is called with the deliveries made and the budget, now and then.

    ``path``, ``secret``, ``hide``, ``timeout``, ``allow_hosts``, ``now`` and ``sleep`` are those of ``deliver``;
    so are ``headers``, ``auth``, ``ca_file``, ``client_cert``, ``client_key`` and ``proxy``.
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
    seed: int | None
    watch: Callable[[int, int], object] | None
    path: str
    secret: Secret | None
    hide: Iterable[str]
    timeout: float
    allow_hosts: Iterable[str]
    now: Callable[[], float] | None
    sleep: Callable[[float], object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploreSettings:
    """The options, checked, with what was left out filled in."""

    state: Probe
    reset: Callable[[], Any] | None
    save: Callable[[], Any] | None
    restore: Callable[[Any], Any] | None
    fresh: bool
    given: tuple[Event, ...]
    """What is delivered before every order."""
    types: frozenset[str] | None
    """Which types of events are delivered; None: all."""
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
    """With a bound: events come once more at every later place, and not at points of rest alone."""
    burst: float | None
    overlap: int
    """How often each race is tried at most; 0: not at all."""
    api: StoreApi | None
    losses: bool
    first: bool
    only_effective: bool
    attempts: int
    """How often an event that is refused comes again."""
    strength: int
    budget: int
    paranoid: bool
    seed: int
    watch: Callable[[int, int], object]
    delivery: Settings


def read_explore_options(state: object, options: Mapping[str, Any]) -> ExploreSettings:
    """Check the options before anything is delivered; SteppayMockError names the wrong one."""
    known = ExploreOptions.__annotations__
    for name in options:
        if name not in known:
            raise SteppayMockError(
                f"explore() has no option {name!r}.{did_you_mean(name, known)} It has state, {choices(known)}."
            )
    for name in ("reset", "save", "restore", "effects", "invariant", "watch"):
        _check_callable(name, options.get(name))
    if not callable(state):
        raise SteppayMockError(
            f"state={state!r} is no function. Pass one that gives the receiver's rows: state=db.rows"
        )
    if (options.get("save") is None) != (options.get("restore") is None):
        raise SteppayMockError("save= and restore= go together: what one gives, the other takes. Pass both.")
    fresh = _fresh(state, options)
    seed = options.get("seed")
    duplicates, everywhere = read_duplicates(options.get("duplicates", True))
    delivery: DeliveryOptions = {name: options[name] for name in _DELIVERY if name in options}  # type: ignore[assignment]
    settings = resolve_options({**delivery, "seed": seed if seed is not None else SystemRandom().getrandbits(32)})
    api = _api(options.get("api"))
    if api is not None:
        settings = replace(settings, hide=(*settings.hide, api.token))
    return ExploreSettings(
        state=state,
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
        strength=_whole("strength", options.get("strength", 3), least=2, most=4),
        budget=_whole("budget", options.get("budget", 20_000), least=1, most=100_000_000),
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
        raise SteppayMockError(f"types={types!r} are no event types. Say types=['order.created', 'order.updated'].")
    return frozenset(map(str, parse_event_types(named)))


def _check_callable(name: str, value: object) -> None:
    if value is not None and not callable(value):
        raise SteppayMockError(f"{name}={value!r} is no function. Pass one without calling it, such as {name}=db.clear")


def _fresh(state: object, options: Mapping[str, Any]) -> bool:
    if not check_flag("fresh", options.get("fresh", False)):
        return False
    for name in ("reset", "save", "restore", "api"):
        if options.get(name) is not None:
            why = "the API knows the ids of its store alone" if name == "api" else "nothing is put back then"
            raise SteppayMockError(f"fresh=True and {name}= do not go together: {why}. Leave one of them out.")
    for name, probe in (("state", state), ("effects", options.get("effects"))):
        if callable(probe) and not wants_argument(probe):
            raise SteppayMockError(
                f"With fresh=True {name}= gets the ids of the run, and has to give what is about these alone: "
                f"{name}=lambda ids: rows_of(ids.customer_id)"
            )
    return True


def _burst(ties: object) -> float | None:
    if isinstance(ties, bool):
        return _BURST if ties else None
    if not is_number(ties) or ties <= 0:
        raise SteppayMockError(
            f"ties={written(ties)} are no seconds. Say ties=True, or how far apart a burst's events are."
        )
    return float(ties)


def _overlap(overlap: object) -> int:
    if isinstance(overlap, bool):
        return _TRIES if overlap else 0
    return _whole("overlap", overlap, least=1, most=10_000)


def _api(api: object) -> StoreApi | None:
    if api is None:
        return None
    from steppay_mock.store.api.api import StoreApi  # heavy, and seldom wanted

    if isinstance(api, StoreApi):
        return api
    raise SteppayMockError(
        f"api={api!r} is no StoreApi. Make one, mount it (patched or serve), and pass the StoreApi itself: "
        "api=StoreApi(story.store)"
    )


def _whole(name: str, value: object, *, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise SteppayMockError(f"{name}={written(value)}: give a whole number from {least} to {most:,}.")
    return value
