"""What can go wrong with one delivery on its way, on purpose? Faults by name, and a sender that writes them."""

from steppay_mock.delivery.faults.draft import Draft, make_draft
from steppay_mock.delivery.faults.fault import Expects, Family, Fault
from steppay_mock.delivery.faults.faulty import FaultyRequest, Wire
from steppay_mock.delivery.faults.plain import plain_request
from steppay_mock.delivery.faults.registry import FAULTS, find_fault
from steppay_mock.delivery.faults.render import Pause, render
from steppay_mock.delivery.faults.send import send_faulty

__all__ = [
    "FAULTS",
    "Draft",
    "Expects",
    "Family",
    "Fault",
    "FaultyRequest",
    "Pause",
    "Wire",
    "find_fault",
    "make_draft",
    "plain_request",
    "render",
    "send_faulty",
]
