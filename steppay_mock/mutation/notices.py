"""What would notice a mistake: the checks of ``check_receiver`` and the functions of the toolkit, as sentences."""

from __future__ import annotations


def checks(*names: str) -> str:
    """The checks of these names."""
    return f"steppay.check_receiver(app, state=…, reset=…), by its check {' or '.join(names)}"


COPIES = (
    "steppay.check_receiver(app, state=…, reset=…, effects=…), by its check duplicate/copy-counts-once or "
    "duplicate/copy-accepted"
)
ORDERS = "steppay.assert_order_independent(scenario, app, state=…, reset=…), which delivers in every order"
OVERLAP = "steppay.assert_order_independent(scenario, app, state=…, reset=…, overlap=True), which delivers two at once"
TRUTH = "steppay.assert_order_independent(scenario, app, state=…, reset=…, truth=…), which compares with the store"
NULLS = 'steppay.event(…, nulls="omit"), or steppay.check_receiver(app), by its check absent/one-by-one'
SIGNATURE = checks("signature/wrong-secret")
STATE = "steppay.deliver(…) of a webhook that comes here, and an assertion about your rows after it"


def delivered(event_type: str) -> str:
    """An event of that type, and a look at the state."""
    return f'steppay.deliver(steppay.event("{event_type}"), to=app), and an assertion about your rows after it'
