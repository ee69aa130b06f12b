"""Compares the final state of a receiver with the story's store: by hints, or by a mapping of rows to things."""

from steppay_mock.ordering.truth.mapping import load_truth

__all__ = ["load_truth"]
