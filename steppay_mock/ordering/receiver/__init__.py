"""The receiver of a search: delivering to it, putting it back to a state, and reading its state."""
