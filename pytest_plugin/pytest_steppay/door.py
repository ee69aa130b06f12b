"""The ``steppay`` fixture: makes, delivers, explores, validates and signs events for a test."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from pytest_steppay.keys import SCENARIO_FILES
from pytest_steppay.options import masked
from pytest_steppay.receiver import load_receiver
from steppay_mock.contract.validate import validate as validate_payload
from steppay_mock.delivery.address.access import secrets_of_access
from steppay_mock.delivery.argument_order import refuse_swapped
from steppay_mock.payload.chance import SEEDS, derive_seed
from steppay_mock.payload.factory import make_event, make_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pytest_steppay.options import Options, SecretLike, TargetLike
    from pytest_steppay.record import ItemRecord
    from steppay_mock.conformance.options import CheckOptions
    from steppay_mock.conformance.scorecard import Scorecard
    from steppay_mock.contract.catalogue import EventType
    from steppay_mock.contract.validate import HasPayload
    from steppay_mock.delivery.options.settings import DeliveryOptions
    from steppay_mock.delivery.receiver import Receiver as OneReceiver
    from steppay_mock.delivery.report import Report
    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.ordering.options import ExploreOptions, Probe
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.payload.event import Event, Events
    from steppay_mock.payload.options import EventOptions
    from steppay_mock.rest.api import StoreApi
    from steppay_mock.store.options import StoreOptions
    from steppay_mock.store.store import Store, Story


class StepPay:
    """The type of the ``steppay`` fixture. Its defaults are the seed, the secret and the marker of the test."""

    def __init__(
        self,
        *,
        seed: int | str,
        secret: SecretLike,
        target: TargetLike,
        options: Options,
        record: ItemRecord,
        repeat: str,
    ) -> None:
        self._seed = seed
        self._secret = masked(secret)
        self._target = target
        self._options = options
        self._record = record
        self._repeat = repeat
        record.seed = seed
        self._makings = 0
        self._deliveries = 0
        self._explorations = 0
        self._stores: list[Store] = []
        self._api: StoreApi | None = None
        _load_scenarios(options)

    def __repr__(self) -> str:
        return f"<steppay: seed {self._seed}>"

    def event(self, event_type: EventType | str, **options: Unpack[EventOptions]) -> Event:
        """A valid event of that type. The options are those of ``steppay_mock.make_event``.

        Each call gives another event: the first has the seed ``steppay_seed``, the others have seeds derived from it.
        ``seed=`` fixes the event.
        """
        event = make_event(event_type, **self._event_options(options))
        self._record.add_made([event])
        return event

    def events(
        self,
        event_types: EventType | str | Iterable[EventType | str] | None = None,
        *,
        n: int = 1,
        **options: Unpack[EventOptions],
    ) -> list[Event]:
        """``n`` events of each type, in the order in which they happen. None means the marker's types, else all."""
        if event_types is None:
            event_types = self._options.event_types or None
        events = make_events(event_types, n=n, **self._event_options(options))
        self._record.add_made(events)
        return events

    def store(self, **options: Unpack[StoreOptions]) -> Store:
        """A new simulated StepPay store. The options are those of ``steppay_mock.Store``."""
        from steppay_mock.store.store import Store

        return self._registered(Store(**self._store_options(options)))

    def scenario(self, name: str, /, *, assumptions: Mapping[str, Any] | None = None, **parameters: Any) -> Story:
        """The story of that scenario, in a new store; see ``steppay_mock.scenario``.

        If the test uses ``steppay_api``, the API answers for this store too.
        """
        from steppay_mock.store.scenarios.scenario import scenario

        story = scenario(name, assumptions=assumptions, **self._store_options(parameters))
        self._record.add_story(story)
        self._registered(story.store)
        return story

    def deliver(self, events: Events, *, to: OneReceiver | None = None, **options: Unpack[DeliveryOptions]) -> Report:
        """Sign the events, deliver them to the receiver and report the outcome of each: ``report.assert_ok()``.

        ``to`` is an app, a URL or ``module:app``; None means ``steppay_target``. The options are those of
        ``steppay_mock.deliver``. Raises SteppayMockError for misuse, or if there is no receiver.
        """
        from steppay_mock.delivery.deliver import deliver

        report = deliver(events, to=self._receiver(to), **self._delivery_options(options, to))
        self._record.add_delivered(report)
        return report

    def explore(
        self,
        events: Events | str,
        receiver: Receiver | None = None,
        *,
        state: Probe,
        **options: Unpack[ExploreOptions],
    ) -> Exploration:
        """Deliver the events in every order, and tell whether the receiver always ends in the same state.

        ``events`` are a story, any events, or the name of a scenario, from which :meth:`scenario` makes a story.
        ``receiver`` is an app, a function that makes one, a URL or ``module:app``; None means ``steppay_target``.
        The options are those of ``steppay_mock.explore``. If the test uses ``steppay_api``, the API answers each
        request with the state that the store of the story had at that delivery. With ``--steppay-replay`` one order
        is delivered in place of all. Raises SteppayMockError for misuse, or if there is no receiver.
        """
        return self._prepared("explore", events, receiver, state, options)()

    def assert_order_independent(
        self,
        events: Events | str,
        receiver: Receiver | None = None,
        *,
        state: Probe,
        **options: Unpack[ExploreOptions],
    ) -> Exploration:
        """As ``explore``, and raise a ContractViolation with the reason unless every order ends in the same state."""
        return _asserted(self._prepared("assert_order_independent", events, receiver, state, options)())

    async def explore_async(
        self,
        events: Events | str,
        receiver: Receiver | None = None,
        *,
        state: Probe,
        **options: Unpack[ExploreOptions],
    ) -> Exploration:
        """As ``explore``, for tests that run in an event loop: the app and the probes run in that loop."""
        return await self._beside_loop("explore_async", events, receiver, state, options)

    async def assert_order_independent_async(
        self,
        events: Events | str,
        receiver: Receiver | None = None,
        *,
        state: Probe,
        **options: Unpack[ExploreOptions],
    ) -> Exploration:
        """As ``assert_order_independent``, for tests that run in an event loop."""
        return _asserted(await self._beside_loop("assert_order_independent_async", events, receiver, state, options))

    async def deliver_async(
        self, events: Events, *, to: OneReceiver | None = None, **options: Unpack[DeliveryOptions]
    ) -> Report:
        """As ``deliver``, for tests that run in an event loop."""
        from steppay_mock.delivery.deliver import deliver_async

        report = await deliver_async(events, to=self._receiver(to), **self._delivery_options(options, to))
        self._record.add_delivered(report)
        return report

    def check_receiver(self, receiver: Receiver | None = None, **options: Unpack[CheckOptions]) -> Scorecard:
        """Check the receiver in every respect: ``card.assert_ok()`` fails for what a receiver must do and does not.

        ``receiver`` is an app, a function that makes one, a URL or ``module:app``; None means ``steppay_target``. The
        options are those of ``steppay_mock.check_receiver``. If the test uses ``steppay_api``, its events happen in
        stores of that API, as a receiver needs that reads back.
        """
        return self._checked(receiver, options)()

    async def check_receiver_async(
        self, receiver: Receiver | None = None, **options: Unpack[CheckOptions]
    ) -> Scorecard:
        """As ``check_receiver``, for tests that run in an event loop: the app and the probes run in that loop."""
        from steppay_mock.ordering.receiver.hosting import beside_loop

        return await beside_loop(self._checked(receiver, options))

    def validate(self, payload: Mapping[str, Any] | HasPayload, *, strict: bool = False) -> None:
        """Raise the first ContractViolation of the payload, if it is no valid webhook.

        ``strict=True`` also refuses unknown fields, which the vendor may add.
        """
        validate_payload(payload, strict=strict)

    def sign(self, body: bytes | str, *, timestamp: float | None = None) -> str:
        """The ``Steppay-Signature`` header for these bytes, for the test client of your framework.

        ``timestamp`` is the time of sending, in seconds since the epoch; None means now (fact 19).
        """
        from steppay_mock.wire.signature import sign

        return sign(body, self._secret, timestamp=timestamp)

    def answer_through(self, api: StoreApi) -> None:
        """Answer for every store of the test through this API: for the stores made so far and for later ones."""
        self._api = api
        self._record.add_secret(api.token)
        for store in self._stores:
            api.add(store)

    async def _beside_loop(
        self, method: str, events: Events | str, receiver: Receiver | None, state: Probe, options: ExploreOptions
    ) -> Exploration:
        from steppay_mock.ordering.receiver.hosting import beside_loop

        return await beside_loop(self._prepared(method, events, receiver, state, options))

    def _prepared(
        self, method: str, events: Events | str, receiver: Receiver | None, state: Probe, options: ExploreOptions
    ) -> Callable[[], Exploration]:
        """The exploration, or the replay of a token, as a function to call. ``method`` is what the test called."""
        from pytest_steppay.proving import prove, prove_again, replayed_by
        from steppay_mock.ordering.face import speaking

        awaited = "await " * method.endswith("_async")
        refuse_swapped(events, receiver, call=f"{awaited}steppay.{method}({{events}}, {{receiver}}, state=...)")
        story = self.scenario(events) if isinstance(events, str) else events
        target, token = self._receiver(receiver), self._options.replay
        chosen = {**self._told_by_api(story), **self._explore_options(options, receiver)}

        def run() -> Exploration:
            with self._options.progress as watch, speaking(replayed_by(self._repeat)):
                watched = {"watch": watch, **chosen}
                if token is None:
                    return prove(story, target, state=state, options=watched, record=self._record)
                return prove_again(token, story, target, state=state, options=watched, record=self._record)

        return run

    def _checked(self, receiver: Receiver | None, options: CheckOptions) -> Callable[[], Scorecard]:
        from steppay_mock.conformance.check_receiver import check_receiver

        target, chosen = self._receiver(receiver), self._explore_options(options, receiver)
        of_test = {} if self._api is None else {"api": self._api}
        if "budget" not in options and (options.get("quick") or options.get("state") is None):
            chosen.pop("budget", None)  # that of the ini file is for tests that search

        def run() -> Scorecard:
            with self._options.progress as watch:
                return check_receiver(target, **{**of_test, "watch": watch.tell, **chosen})

        return run

    def _registered(self, store: Store) -> Store:
        self._stores.append(store)
        if self._api is not None:
            self._api.add(store)
        return store

    def _store_options(self, options: Mapping[str, Any]) -> Any:
        marked = self._options.event_options
        shared: dict[str, Any] = {name: marked[name] for name in ("locale", "body", "nulls") if name in marked}
        if "now" in marked:
            shared["start"] = marked["now"]
        if "seed" not in options:
            shared["seed"] = self._next_seed()
        return {**shared, **options}

    def _event_options(self, options: Mapping[str, Any]) -> Any:
        if "seed" in options:
            return {**self._options.event_options, **options}
        return {**self._options.event_options, "seed": self._next_seed(), **options}

    def _next_seed(self) -> int | str:
        """The test's own seed at first, then others that follow from it."""
        self._makings += 1
        return self._seed if self._makings == 1 else derive_seed(self._seed, "event", self._makings)

    def _delivery_options(self, options: Mapping[str, Any], to: OneReceiver | None) -> Any:
        self._deliveries += 1
        seed = derive_seed(self._seed, "delivery", self._deliveries) % SEEDS
        shared = {**self._access(to), **self._options.delivery_options}
        return self._hiding({**shared, "secret": self._secret, "seed": seed, **options})

    def _told_by_api(self, events: Events) -> dict[str, Any]:
        """The API as an option of ``explore``, if the events are a story of a store that it answers for."""
        from steppay_mock.store.store import Story

        if self._api is not None and isinstance(events, Story) and any(events.store is one for one in self._stores):
            return {"api": self._api}
        return {}

    def _explore_options(self, options: Mapping[str, Any], to: Receiver | None) -> Any:
        self._explorations += 1
        seed = derive_seed(self._seed, "exploration", self._explorations) % SEEDS
        shared = {**self._access(to), **self._options.delivery_options, **self._options.explore_options}
        return self._hiding({**shared, "secret": self._secret, "seed": seed, **options})

    def _access(self, to: Any) -> Any:
        """What passes the access control of ``steppay_target``: no other receiver gets it, and no app in process."""
        return self._options.access if to is None and isinstance(self._receiver(None), str) else {}

    def _hiding(self, options: dict[str, Any]) -> dict[str, Any]:
        """The options, with all secrets of the test in ``hide``, so that no report shows them."""
        hide = options.get("hide", ())
        self._record.add_secret(options["secret"])
        self._record.add_secret(hide)
        self._record.add_secret(secrets_of_access(options))
        if self._api is None or not isinstance(hide, str | tuple | list | set | frozenset):
            return options
        return {**options, "hide": (*((hide,) if isinstance(hide, str) else hide), self._api.token)}

    def _receiver(self, to: OneReceiver | None) -> OneReceiver:
        if to is not None:
            return load_receiver(to)
        # Kept, so that a factory is called once a test: the second delivery reaches the app of the first.
        self._target = load_receiver(self._target)
        return self._target


def _asserted(found: Exploration) -> Exploration:
    # With --steppay-replay the verdict on all events but those of the token is "unfinished": that fails no test.
    if found.verdict != "unfinished":
        found.assert_ok()
    return found


def _load_scenarios(options: Options) -> None:
    """Load the user's files, each once in a run of pytest: another run in this process may have others."""
    if not options.scenario_files:
        return
    from steppay_mock.store.scenarios.registry import forget_scenarios, load_scenarios

    loaded = options.config.stash.setdefault(SCENARIO_FILES, set())
    for path in options.scenario_files:
        if path not in loaded:
            load_scenarios(path)
            loaded.add(path)
            options.config.add_cleanup(partial(forget_scenarios, path))
