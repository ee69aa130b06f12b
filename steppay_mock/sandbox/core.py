"""The parts of a sandbox, and what can be done with them: store, REST API, endpoints, deliveries, file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, cast

from steppay_mock.delivery.address.safety import allowed_names
from steppay_mock.delivery.options.settings import read_sender_options
from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.acts import check_action
from steppay_mock.sandbox.clock import StoreClock, from_microseconds, kept_clock
from steppay_mock.sandbox.delivering import SandboxDeliveries
from steppay_mock.sandbox.dispatcher import Dispatcher
from steppay_mock.sandbox.endpoints import EndpointList, SandboxEndpoint, read_changes
from steppay_mock.sandbox.inbox.inbox import Inbox
from steppay_mock.sandbox.live_store import CLOCK, LiveStore
from steppay_mock.sandbox.recipe import ClockKind, SandboxRecipe, read_recipe, refuse_other, speed_of
from steppay_mock.sandbox.remarks import CallRemark, CallRemarks
from steppay_mock.sandbox.storage import SandboxFile
from steppay_mock.sandbox.store_face import StoreFace
from steppay_mock.sandbox.writing_api import WritingApi
from steppay_mock.values import MappingValue, TextValue, WholeValue
from steppay_mock.wire.real_time import wall_clock

if TYPE_CHECKING:
    from steppay_mock.delivery.report import Report
    from steppay_mock.payload.event import Event
    from steppay_mock.rest.api import StoreApi
    from steppay_mock.sandbox.inbox.received import ReceivedWebhook
    from steppay_mock.store.store import Store

_DECLINED = WholeValue(noun="a number of payments", least=1, most=10_000, example="1")
_NAME = TextValue(noun="the name of an endpoint", example="'mine'")
_PARAMETERS = MappingValue(noun="the parameters of a scenario", example='{"price": 9900}')
_OPTIONS = MappingValue(noun="options by name", example="{...}")
_FIRST = "first_recipe"

FIRST_ENDPOINT = "webhooks"
"""The name of the endpoint that ``forward_to`` makes."""
_TEST_SECRET = "whsec_test"  # noqa: S105 - a secret for tests, as the fixtures have it


class SandboxCore(SandboxDeliveries):
    """A sandbox that is not served yet; :class:`~steppay_mock.sandbox.sandbox.Sandbox` is.

    The options are those of ``Sandbox``, which also has a port and a host.
    """

    def __init__(
        self,
        *,
        forward_to: str | None = None,
        secret: str | None = None,
        endpoint: Mapping[str, Any] | None = None,
        token: str = "test_token",  # noqa: S107 - a token for tests, which opens nothing
        seed: int | str | None = None,
        start: datetime | float | None = None,
        clock: ClockKind | None = None,
        scenario: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        data: str | Path | None = None,
        held: bool = False,
        allow_hosts: Iterable[str] = (),
        store: Mapping[str, Any] | None = None,
        sender: Mapping[str, Any] | None = None,
        told: Callable[[Report], object] = lambda _report: None,
        inbox_first: bool = False,
        told_of_inbox: Callable[[ReceivedWebhook], object] = lambda _webhook: None,
        told_call: Callable[[CallRemark], object] = lambda _remark: None,
    ) -> None:
        self.token = token
        self._secret = secret
        self._file = SandboxFile(data)
        try:
            self._recipe = self._begin(
                seed=seed,
                start=start,
                clock=clock,
                scenario=scenario,
                parameters=dict(_PARAMETERS.check("parameters", {} if parameters is None else parameters)),
                options=dict(_OPTIONS.check("store", {} if store is None else store)),
            )
            kept = self._file.value(CLOCK)
            begun = self._new_clock() if kept is None else kept_clock(kept, wall=wall_clock)
            self._live = LiveStore(self._recipe.make_store(), clock=begun, file=self._file)
            if kept is not None and clock is not None:
                self._live.change_speed(speed_of(clock))
            allowed = allowed_names(allow_hosts)
            self.endpoints = EndpointList(self._file, allowed=allowed)
            """Where webhooks go."""
            self._dispatcher = Dispatcher(
                self._live,
                self.endpoints,
                self._file,
                options={**_OPTIONS.check("sender", {} if sender is None else sender), "allow_hosts": sorted(allowed)},
                told=told,
            )
            self.inbox = Inbox(
                self._file,
                keys=self._keys,
                allowed=allowed,
                timeout=read_sender_options(sender or {}).timeout,
                told=told_of_inbox,
                is_first=inbox_first,
            )
            """What came to ``/in/{name}``."""
            self.remarks = CallRemarks(told=told_call)
            """What callers of the REST API should know."""
            self.api: StoreApi = WritingApi(self._live, token=token, remarks=self.remarks)
            """The REST API."""
            if held:
                self._dispatcher.hold(held=True)
            self._forward(
                forward_to, secret, read_changes(_OPTIONS.check("endpoint", {} if endpoint is None else endpoint))
            )
        except BaseException:
            self._file.close()
            raise

    def begin(self) -> None:
        """Deliver and forward what waits from before, and go on with what happens."""
        self._dispatcher.start()
        self.inbox.begin()

    def stop_deliveries(self) -> None:
        """Start nothing more, and wait for the answers to what is in flight."""
        self._dispatcher.stop()
        self.inbox.stop()

    def close(self) -> None:
        """Close the file, with the time of the store."""
        self._live.keep_clock()
        self._file.close()

    @property
    def secret(self) -> str:
        """The key that signs the webhooks of the first endpoint."""
        for one in self.endpoints:
            return one.secret
        raise SteppayMockError("The sandbox has no endpoint. Add one: sandbox.change_endpoint('mine', url=...)")

    @property
    def store(self) -> Store:
        """The store. Its actions are kept and delivered."""
        return cast("Store", StoreFace(self._live))

    @property
    def events(self) -> list[Event]:
        """All events so far, in occurrence order."""
        return cast("list[Event]", self._live.read(lambda store: list(store.events)))

    @property
    def notices(self) -> list[str]:
        """What went wrong with deliveries at this end, the newest last."""
        return list(self._dispatcher.notices)

    def read(self, question: Callable[[Store], Any]) -> Any:
        """What the function reads of the store, while nothing changes it. It must not change it itself."""
        return self._live.read(question)

    def events_of(self, act: Callable[[], object]) -> list[Event]:
        """Do it, and give the events that it brought: none that another thread or the clock brings meanwhile."""
        with self._live.changed:
            self._live.catch_up()
            before = len(self._live.store.events)  # not that of `events`, which writes all payloads
            act()
            return list(self._live.store.events[before:])

    def act(self, action: str, arguments: Mapping[str, Any]) -> Any:
        """Do an action of the store, by its name and with plain data; what it gives."""
        return self._live.perform("action", {"name": check_action(action), "arguments": dict(arguments)})

    def play(self, scenario: str, /, **parameters: Any) -> None:
        """Run a scenario in the store; the time moves with it."""
        self._live.perform("scenario", {"name": scenario, "parameters": parameters})

    def pay(self, order: Any = None, **options: Any) -> Any:
        """Pay an order as the buyer does on the page; the options are those of ``store.pay``."""
        return self.store.pay(order, **options)

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let the store's time pass, and do what is due in it."""
        self.store.advance(days=days, hours=hours, minutes=minutes, seconds=seconds)

    def fail_renewal(self, subscription: int | None = None, *, times: int = 1) -> None:
        """Decline the next payments of the subscription, and let time pass until its renewal. None: the newest one."""
        _DECLINED.check("times", times)
        with self._live.changed:
            self._live.catch_up()
            store = self._live.store
            wanted = store.subscription.id if subscription is None else subscription
            found = next((one for one in store.subscriptions if one.id == wanted), None)
            if found is not None and (found.status != "ACTIVE" or found.next_at is None):
                raise SteppayMockError(
                    f"Subscription {found.id} is {found.status}, and has no renewal that could fail. Name one that is "
                    "ACTIVE."
                )
            declined = self.act("decline_payments", {"subscription": subscription, "times": times})
            self.store.advance_to(declined.next_at.replace(tzinfo=UTC))

    def change_speed(self, speed: float) -> None:
        """Let the store's time run: ``speed`` store seconds in one second; 0 stops it."""
        self._live.change_speed(speed)

    def change_endpoint(self, name: str, /, **changes: Any) -> SandboxEndpoint:
        """Add an endpoint, or change one. A new one, and one that is switched on, gets what happens from now on.

        SteppayMockError for a wrong field.
        """
        return self._put_endpoint(_NAME.check("name", name), read_changes(changes))

    def _put_endpoint(self, name: str, changes: Mapping[str, Any]) -> SandboxEndpoint:
        with self._live.changed:
            now = len(self._live.store.events)
            if name in self.endpoints:
                before = self.endpoints[name]
                after = replace(before, **changes)
                if after.enabled and not before.enabled:
                    after = replace(after, since=now)
            else:
                if "/" in name:
                    raise SteppayMockError(
                        f"{name!r} is no name of an endpoint: it has '/'. Take another, such as shop."
                    )
                if "url" not in changes:
                    raise SteppayMockError(f"The endpoint {name!r} is new and has no url. Give it.")
                after = SandboxEndpoint(**{"secret": token_hex(16), "since": now, **changes, "name": name})
            found = self.endpoints.put(after)
            self._live.changed.notify_all()
        return found

    def reset(
        self, *, seed: int | str | None = None, scenario: str | None = None, parameters: Mapping[str, Any] | None = None
    ) -> None:
        """Begin with a new store; endpoints and deliveries stay. None: the seed and the scenario of before."""
        recipe = self._recipe
        if seed is not None:
            recipe = replace(recipe, seed=seed)
        if scenario is not None or parameters is not None:
            given = dict(_PARAMETERS.check("parameters", parameters or {}))
            recipe = replace(recipe, scenario=recipe.scenario if scenario is None else scenario, parameters=given)
        store = recipe.make_store()
        with self._live.changed:
            settings = {
                _FIRST: self._file.value(_FIRST) or self._recipe.as_dict(),
                "generation": int(self._file.value("generation") or 0) + 1,
                "recipe": recipe.as_dict(),
                **self.endpoints.restart(),
            }
            self._recipe = recipe
            self._live.replace(store, clock=self._new_clock(), settings=settings)
            self._dispatcher.restart()
            self.remarks.clear()
            self.api = WritingApi(self._live, token=self.token, remarks=self.remarks)

    def status(self) -> dict[str, Any]:
        """The time, the counts and the settings, as plain data."""
        with self._live.changed:
            self._live.catch_up()
            return {
                "now": self._live.store.now.isoformat(),
                "speed": self._live.clock.speed,
                "seed": self._recipe.seed,
                "events": len(self._live.store.events),
                "held": self._dispatcher.is_held,
                "waiting": self._dispatcher.waiting(),
                "endpoints": [one.name for one in self.endpoints],
                "notices": self.notices,
            }

    def _keys(self) -> tuple[str, ...]:
        """The keys of an inbox that has none of its own: that of this start, else that of the first endpoint."""
        if self._secret is not None:
            return (self._secret,)
        return next(((one.secret,) for one in self.endpoints), ())

    def _begin(self, **given: Any) -> SandboxRecipe:
        """The recipe of the file, or a new one."""
        kept = self._file.value("recipe")
        if kept is None:
            recipe = read_recipe(**given)
            self._file.set_value("recipe", recipe.as_dict())
            return recipe
        found = SandboxRecipe(**kept)
        known = {name: given[name] for name in ("seed", "scenario", "parameters", "options")}
        first = SandboxRecipe(**(self._file.value(_FIRST) or kept))
        refuse_other(first, found, start=given["start"], given=known, path=self._file.path)
        return found

    def _new_clock(self) -> StoreClock:
        recipe = self._recipe
        return StoreClock(
            wall=wall_clock, since=wall_clock(), shown=from_microseconds(recipe.start), speed=recipe.speed
        )

    def _forward(self, url: str | None, secret: str | None, fields: Mapping[str, Any]) -> None:
        """Send all webhooks to the URL; the endpoint keeps its key, and its fields, if none are given."""
        if url is None:
            if fields:
                raise SteppayMockError("An endpoint has no URL. Say where its webhooks go with forward_to.")
            return
        changes: dict[str, Any] = {**fields, "url": url}
        if secret is not None:
            changes["secret"] = secret
        if FIRST_ENDPOINT not in self.endpoints:
            changes = {"secret": _TEST_SECRET, "since": 0, **changes}
        self._put_endpoint(FIRST_ENDPOINT, changes)
