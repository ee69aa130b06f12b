"""The receiver's scorecard: many small checks, each with a name, and the causes behind those that fail."""
