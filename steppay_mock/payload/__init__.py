"""Make one: events from the schemas, with values, overrides, edge cases and drift."""
