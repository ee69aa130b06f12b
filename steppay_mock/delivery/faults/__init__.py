"""Faults by name: what can go wrong with a delivery, on purpose, on its way to the receiver."""

from steppay_mock.delivery.faults.draft import RequestDraft, make_draft
from steppay_mock.delivery.faults.fault import Expects, Family, Fault
from steppay_mock.delivery.faults.registry import FAULTS, find_fault

__all__ = ["FAULTS", "Expects", "Family", "Fault", "RequestDraft", "find_fault", "make_draft"]
