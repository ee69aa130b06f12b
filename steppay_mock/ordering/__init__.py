"""Delivers events in every order: proves that a receiver ends in the same state, or finds a counterexample."""
