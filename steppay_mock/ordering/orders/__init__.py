"""The orders of events: what an order is, which orders a bound allows, and the few orders that prove all of them."""
