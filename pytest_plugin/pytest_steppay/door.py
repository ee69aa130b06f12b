"""What can a test do? Everything that the ``steppay`` fixture offers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Unpack

from pytest_steppay.options import masked
from pytest_steppay.target import load_target
from steppay_mock.contract.validate import validate as validate_payload
from steppay_mock.delivery.address.access import secrets_of_access
from steppay_mock.payload.chance import derive_seed
from steppay_mock.payload.factory import make_event, make_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pytest_steppay.options import Options, SecretLike, TargetLike
    from pytest_steppay.record import Record
    from steppay_mock.contract.catalogue import EventType
    from steppay_mock.contract.validate import HasPayload
    from steppay_mock.delivery.options import DeliveryOptions
    from steppay_mock.delivery.receiver import Receiver as OneReceiver
    from steppay_mock.delivery.report import Report
    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.ordering.options import ExploreOptions, Probe
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.payload.event import Event, Events
    from steppay_mock.payload.options import EventOptions
    from steppay_mock.store.api.api import StoreApi
    from steppay_mock.store.options import StoreOptions
    from steppay_mock.store.scenarios.story import Story
    from steppay_mock.store.store import Store


class StepPay:
    """One door to steppay-mock for a test: all that it makes and sends follows the test's seed, secret and marker."""

    def __init__(
        self, *, seed: int, secret: SecretLike, target: TargetLike, options: Options, record: Record, repeat: str
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
        for path in options.scenario_files:
            _load_once(path)

    def __repr__(self) -> str:
        return f"<steppay: seed {self._seed}>"

    def event(self, event_type: EventType | str, **options: Unpack[EventOptions]) -> Event:
        """A valid event of that type, another one at each call; the options are those of ``steppay_mock.make_event``.

        The first call takes ``steppay_seed`` itself, later ones derive theirs from it; ``seed=`` fixes one.
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
        """``n`` events of each type, in the order in which they happen; None: of the marker's types, else of all."""
        if event_types is None:
            event_types = self._options.event_types or None
        events = make_events(event_types, n=n, **self._event_options(options))
        self._record.add_made(events)
        return events

    def store(self, **options: Unpack[StoreOptions]) -> Store:
        """A simulated StepPay store, another one at each call; the options are those of ``steppay_mock.Store``."""
        from steppay_mock.store.store import Store

        return self._registered(Store(**self._store_options(options)))

    def scenario(self, name: str, /, *, assumptions: Mapping[str, Any] | None = None, **parameters: Any) -> Story:
        """A story of that name, lived in a store of its own; see ``steppay_mock.scenario``.

        Where the test asks for ``steppay_api``, that answers for this store too.
        """
        from steppay_mock.store.scenarios.perform import scenario

        story = scenario(name, assumptions=assumptions, **self._store_options(parameters))
        self._record.add_story(story)
        self._registered(story.store)
        return story

    def deliver(self, events: Events, *, to: OneReceiver | None = None, **options: Unpack[DeliveryOptions]) -> Report:
        """Hand the events to the receiver, signed, and report what came of each: ``report.assert_ok()``.

        ``to`` is an app, a URL or ``module:app``; None is ``steppay_target``. The options are those of
        ``steppay_mock.deliver``. Raises SteppayMockError for misuse and where there is no receiver.
        """
        from steppay_mock.delivery.deliver import deliver

        report = deliver(events, to=self._receiver(to), **self._delivery_options(options, to))
        self._record.add_delivered(report)
        return report

    def explore(
        self, receiver: Receiver | None, events: Events | str, *, state: Probe, **options: Unpack[ExploreOptions]
    ) -> Exploration:
        """Deliver the events in every order, and find out whether the receiver ends the same.

        ``receiver`` is an app, a function that makes one, a URL or ``module:app``; None is ``steppay_target``.
        ``events`` are a story, any events, or the name of a scenario, which is lived as ``scenario`` does it; where
        the test asks for ``steppay_api``, that tells of a story how things were at each delivery. The options are those
        of ``steppay_mock.explore``. With ``--steppay-replay`` one order is delivered in place of all.
        Raises SteppayMockError for misuse and where there is no receiver.
        """
        return self._prepared(receiver, events, state, options)()

    def assert_order_independent(
        self, receiver: Receiver | None, events: Events | str, *, state: Probe, **options: Unpack[ExploreOptions]
    ) -> Exploration:
        """As ``explore``; raises a ContractViolation with the reason, unless every order ends the same."""
        return _asserted(self.explore(receiver, events, state=state, **options))

    async def explore_async(
        self, receiver: Receiver | None, events: Events | str, *, state: Probe, **options: Unpack[ExploreOptions]
    ) -> Exploration:
        """As ``explore``, for tests that run in an event loop: the app and the probes run in that loop."""
        from steppay_mock.ordering.receiver.hosting import beside_loop

        return await beside_loop(self._prepared(receiver, events, state, options))

    async def assert_order_independent_async(
        self, receiver: Receiver | None, events: Events | str, *, state: Probe, **options: Unpack[ExploreOptions]
    ) -> Exploration:
        """As ``assert_order_independent``, for tests that run in an event loop."""
        return _asserted(await self.explore_async(receiver, events, state=state, **options))

    async def deliver_async(
        self, events: Events, *, to: OneReceiver | None = None, **options: Unpack[DeliveryOptions]
    ) -> Report:
        """As ``deliver``, for tests that run in an event loop."""
        from steppay_mock.delivery.deliver import deliver_async

        report = await deliver_async(events, to=self._receiver(to), **self._delivery_options(options, to))
        self._record.add_delivered(report)
        return report

    def validate(self, payload: Mapping[str, Any] | HasPayload, *, strict: bool = False) -> None:
        """Nothing, if the payload is a valid webhook; its first ContractViolation otherwise.

        ``strict=True`` refuses unknown fields too, which the vendor may add.
        """
        validate_payload(payload, strict=strict)

    def sign(self, body: bytes | str, *, timestamp: float | None = None) -> str:
        """The ``Steppay-Signature`` header for these bytes, for your framework's own test client.

        ``timestamp`` is when it is sent, in seconds since the epoch; None is now (fact 19).
        """
        from steppay_mock.wire.signature import sign

        return sign(body, self._secret, timestamp=timestamp)

    def answer_through(self, api: StoreApi) -> None:
        """Let this API answer for every store of the test: those that there are and those to come."""
        self._api = api
        self._record.add_secret(api.token)
        for store in self._stores:
            api.add(store)

    def _prepared(
        self, receiver: Receiver | None, events: Events | str, state: Probe, options: ExploreOptions
    ) -> Callable[[], Exploration]:
        """The exploration, or the replay of a token, ready to be made."""
        from pytest_steppay.proving import prove, prove_again, replayed_by
        from steppay_mock.ordering.face import speaking

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

    def _next_seed(self) -> int:
        """The test's own seed at first, then others that follow from it."""
        self._makings += 1
        return self._seed if self._makings == 1 else derive_seed(self._seed, "event", self._makings)

    def _delivery_options(self, options: Mapping[str, Any], to: OneReceiver | None) -> Any:
        self._deliveries += 1
        seed = derive_seed(self._seed, "delivery", self._deliveries)
        shared = {**self._access(to), **self._options.delivery_options}
        return self._hiding({**shared, "secret": self._secret, "seed": seed, **options})

    def _told_by_api(self, events: Events) -> dict[str, Any]:
        """The API, if it can tell how things were at each of these events."""
        from steppay_mock.store.scenarios.story import Story

        if self._api is not None and isinstance(events, Story) and any(events.store is one for one in self._stores):
            return {"api": self._api}
        return {}

    def _explore_options(self, options: Mapping[str, Any], to: Receiver | None) -> Any:
        self._explorations += 1
        seed = derive_seed(self._seed, "exploration", self._explorations)
        shared = {**self._access(to), **self._options.delivery_options, **self._options.explore_options}
        return self._hiding({**shared, "secret": self._secret, "seed": seed, **options})

    def _access(self, to: Any) -> Any:
        """What gets through the access control of the target: it is for that alone, and for no app in process."""
        return self._options.access if to is None and isinstance(self._receiver(None), str) else {}

    def _hiding(self, options: dict[str, Any]) -> dict[str, Any]:
        """The options, with everything among what is hidden that this test knows to be secret."""
        hide = options.get("hide", ())
        self._record.add_secret(options["secret"])
        self._record.add_secret(hide)
        self._record.add_secret(secrets_of_access(options))
        if self._api is None or not isinstance(hide, str | tuple | list | set | frozenset):
            return options
        return {**options, "hide": (*((hide,) if isinstance(hide, str) else hide), self._api.token)}

    def _receiver(self, to: OneReceiver | None) -> OneReceiver:
        if to is not None:
            return load_target(to)
        # Kept: a factory is called once a test, so that two deliveries reach the same app.
        self._target = load_target(self._target)
        return self._target


def _asserted(found: Exploration) -> Exploration:
    if found.verdict != "unfinished":  # a replay passes over what its token is not about
        found.assert_ok()
    return found


@cache
def _load_once(path: Path) -> None:
    from steppay_mock.store.scenarios.registry import load_scenarios

    load_scenarios(path)
