"""Every action of a store is one of a sandbox: what goes another way would be lost at a restart."""

from __future__ import annotations

import inspect
from pathlib import Path

from sandbox.conftest import Open

from steppay_mock import Store
from steppay_mock.sandbox.acts import ACTIONS

_OF_TIME = {"advance", "advance_to", "let_pass"}
_READING = {"allowed_for", "allowed_transitions", "state", "tables_at", "latest", "subscription_of"}
_OF_SCENARIOS = {"acting_for", "interleave", "found_customer", "found_price", "found_product"}


def test_every_action_of_a_store_can_be_asked_for() -> None:
    methods = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")}
    assert methods - _OF_TIME - _READING - _OF_SCENARIOS == set(ACTIONS)


def test_items_are_replaced_again_at_a_restart(open_sandbox: Open, file: Path) -> None:
    with open_sandbox(data=file) as sandbox:
        sandbox.store.checkout()
        (item,) = sandbox.store.subscription.items
        sandbox.store.replace_items(quantities={item.id: 3})
        sandbox.store.renew_now()
        before = sandbox.store.state()
    with open_sandbox(data=file) as sandbox:
        assert sandbox.store.state() == before
        assert [one.quantity for one in sandbox.store.subscription.items] == [3]
