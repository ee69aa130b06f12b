"""Compares the end of a receiver with what the story's store knows: by hints, and by a mapping of rows to things."""

from steppay_mock.ordering.truth.mapping import load_truth

__all__ = ["load_truth"]
