"""States of a receiver: reading what a probe returns, comparing two states, and showing where they differ."""
