"""Scenarios: named functions that run actions in a store, so that its events tell a typical story."""
