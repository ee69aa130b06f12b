"""Makes events from the schemas: plausible values, overrides, edge cases, drift."""
