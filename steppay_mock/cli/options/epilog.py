"""The end of a help text: examples to copy, and the exit codes."""

from __future__ import annotations


def epilog(*examples: str, exit_codes: str) -> str:
    """The end of a help text. Each example stands unchanged on its own line."""
    # \b at the start of a paragraph keeps click from filling its lines.
    lines = "".join(f"\n  {example}" for example in examples)
    return f"\b\nExamples:{lines}\n\nExit codes: {exit_codes}"
