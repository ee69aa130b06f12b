"""Watches the actions of all stores, and judges each by its rule: what it says, gives back and refuses."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from store.action_burst import Burst, Known
from store.action_scene import ILLEGAL, WRONG, Memory, Scene, Why, Whys
from store.rules_of_catalogue import RULES as OF_CATALOGUE
from store.rules_of_invoices import RULES as OF_INVOICES
from store.rules_of_items import RULES as OF_ITEMS
from store.rules_of_orders import RULES as OF_ORDERS
from store.rules_of_payment_dates import RULES as OF_PAYMENT_DATES
from store.rules_of_payment_methods import RULES as OF_PAYMENT_METHODS
from store.rules_of_payments import RULES as OF_PAYMENTS
from store.rules_of_subscriptions import RULES as OF_SUBSCRIPTIONS
from store.rules_of_time import all_due, come_due

from steppay_mock import SteppayMockError, Store

RULES: dict[str, tuple[Callable[[Scene], Whys], Callable[[Scene], None]]] = {
    **OF_CATALOGUE,
    **OF_ORDERS,
    **OF_PAYMENTS,
    **OF_INVOICES,
    **OF_SUBSCRIPTIONS,
    **OF_ITEMS,
    **OF_PAYMENT_DATES,
    **OF_PAYMENT_METHODS,
}
TIME = ("advance", "advance_to", "let_pass")


class Watch:
    """Judges the actions of the stores that live while it is in place."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._known: WeakKeyDictionary[Store, tuple[Known, Memory]] = WeakKeyDictionary()
        self._busy = False
        for name in RULES:
            monkeypatch.setattr(Store, name, self._watched(name, getattr(Store, name)))
        for name in TIME:
            monkeypatch.setattr(Store, name, self._step_by_step(name, getattr(Store, name)))

    def _watched(self, name: str, action: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(action)

        @wraps(action)
        def judged(store: Store, *arguments: Any, **options: Any) -> Any:
            if self._busy:
                return action(store, *arguments, **options)
            given = dict(signature.bind(store, *arguments, **options).arguments)
            given |= given.pop("fields", {}) | given.pop("options", {})
            self._busy = True
            try:
                return self._judge(name, store, given, lambda: action(store, *arguments, **options))
            finally:
                self._busy = False

        return judged

    def _judge(self, name: str, store: Store, given: dict[str, Any], act: Callable[[], Any]) -> Any:
        given.pop("self", None)
        refuses, rule = RULES[name]
        scene, count = self._scene(store, given), len(store.events)
        now, whys = store.now, set(refuses(scene))
        try:
            scene.result = act()
        except SteppayMockError as error:
            self.refused[name] += 1
            self._check_refusal(name, error, whys)
            unchanged = (len(store.events), store.now, self._scene(store, {}).records()) == (
                count,
                now,
                scene.records(),
            )
            self._require(unchanged)
            raise
        self.done[name] += 1
        assert not whys, f"{name} should have been refused: {whys}"
        self._read(scene, count, lambda: rule(scene))
        self._check_result(scene)
        return scene.result

    @staticmethod
    def _require(unchanged: object) -> None:
        assert unchanged, "a refused action changes nothing"

    @staticmethod
    def _check_refusal(name: str, error: SteppayMockError, whys: set[Why]) -> None:
        why = ILLEGAL if isinstance(error, ILLEGAL) else WRONG
        assert why in whys, f"{name} was refused for no reason: {error!r}"
        if isinstance(error, ILLEGAL):
            assert error.state
            assert str(error).startswith(f"Cannot {error.action}: {error.subject} is {error.state}. ")

    def _read(self, scene: Scene, count: int, rule: Callable[[], None]) -> None:
        """Let the rule read the events since ``count``."""
        store = scene.store
        scene.ended = store.now.replace(tzinfo=None)
        events = store.events[count:]
        scene.burst = Burst(scene.known, events, began=scene.now, ended=scene.ended)
        rule()
        scene.burst.close()
        assert scene.burst.stamp <= scene.ended

    def _check_result(self, scene: Scene) -> None:
        result, store = scene.result, scene.store
        assert result is not None
        gone = any(name.endswith(".deleted") for name in scene.burst.told)
        if gone:
            with pytest.raises(SteppayMockError):
                store.latest(result)
        elif result is not None:
            assert store.latest(result) == result, "what is given back is how it is now"

    def _scene(self, store: Store, given: dict[str, Any]) -> Scene:
        if store not in self._known:
            self._known[store] = Known.of(store), Memory()
        return Scene(store, *self._known[store], given)

    def _step_by_step(self, name: str, pass_time: Callable[..., None]) -> Callable[..., None]:
        """Time passes in steps, from one thing that is due to the next, so that each is judged by itself."""

        @wraps(pass_time)
        def judged(store: Store, *arguments: Any, **options: Any) -> None:
            target = _target(name, store, *arguments, **options)
            if self._busy or target < store.now.replace(tzinfo=None):
                pass_time(store, *arguments, **options)
                return
            self._busy = True
            try:
                self._pass_time(store, target)
            finally:
                self._busy = False

        return judged

    def _pass_time(self, store: Store, target: datetime) -> None:
        while True:
            scene, count = self._scene(store, {}), len(store.events)
            due = [one[0] for one in all_due(scene) if one[0] <= target]
            moment = max(min(due, default=target), scene.now)
            Store.advance_to(store, moment.replace(tzinfo=UTC))
            scene.now = moment
            self._read(scene, count, partial(come_due, scene, until=moment))
            if not due:
                assert store.now.replace(tzinfo=None) == moment
                return


def _target(name: str, store: Store, *arguments: Any, **options: Any) -> datetime:
    now = store.now.replace(tzinfo=None)
    if name == "advance":
        return now + timedelta(**options)
    if name == "let_pass":
        time: timedelta = arguments[0]
        return now + time
    [moment] = arguments
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).replace(tzinfo=None)
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
