"""Lists the cards and accounts that a customer has given."""

from __future__ import annotations

from steppay_mock.store.tables import Tables


def cards_of(tables: Tables, customer_id: int) -> tuple[str, ...]:
    """Each card once: those of the subscriptions, then those that were added to the customer, the newest first."""
    # tuple(...) first: a server reads in its threads while a test changes the tables.
    subscriptions, orders = reversed(tuple(tables.subscriptions.values())), reversed(tuple(tables.orders.values()))
    charged = [one.card for one in subscriptions if one.customer_id == customer_id]
    added = [
        one.basket.card
        for one in orders
        if one.customer_id == customer_id and one.basket is not None and one.basket.is_of_customer
    ]
    given = dict.fromkeys(card for card in (*charged, *added) if card is not None)
    return tuple(card for card in given if (customer_id, card) not in tables.removed_cards)
