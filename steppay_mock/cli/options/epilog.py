"""How does a help text end? With examples to copy, and what the exit code says."""

from __future__ import annotations


def closing(*examples: str, exit_codes: str) -> str:
    """The end of a help text; the examples stand as they are, a line each."""
    # \b at the start of a paragraph keeps click from filling its lines.
    lines = "".join(f"\n  {example}" for example in examples)
    return f"\b\nExamples:{lines}\n\nExit codes: {exit_codes}"
