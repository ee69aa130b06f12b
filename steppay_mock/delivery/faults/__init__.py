"""Faults by name: what goes wrong with a delivery, on purpose, on its way to the receiver."""

from steppay_mock.delivery.faults.bodies import BODY_FAULTS
from steppay_mock.delivery.faults.connections import CONNECTION_FAULTS
from steppay_mock.delivery.faults.draft import RequestDraft, make_draft
from steppay_mock.delivery.faults.fault import Expects, Family, Fault
from steppay_mock.delivery.faults.headers import HEADER_FAULTS
from steppay_mock.delivery.faults.proofs import PROOF_FAULTS
from steppay_mock.delivery.faults.signature_forms import SIGNATURE_FORM_FAULTS
from steppay_mock.errors import SteppayMockError, did_you_mean

__all__ = ["FAULTS", "Expects", "Family", "Fault", "RequestDraft", "find_fault", "make_draft"]

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (*PROOF_FAULTS, *SIGNATURE_FORM_FAULTS, *HEADER_FAULTS, *BODY_FAULTS, *CONNECTION_FAULTS)
}
"""All faults by name: those of the signature, of the headers, of the body, of the connection."""


def find_fault(name: object) -> Fault:
    """The fault of that name; a SteppayMockError that names the nearest, if there is none."""
    if isinstance(name, str) and name in FAULTS:
        return FAULTS[name]
    raise SteppayMockError(
        f"Unknown fault {str(name)[:60]!r}.{did_you_mean(name, FAULTS)} `steppay-mock faults` lists them."
    )
