"""A shop that gives points for what was paid."""
