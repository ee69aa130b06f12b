"""Writes programs that show a counterexample again: a shell script, a test in Python, a test in JavaScript."""
