"""What of a run whose planning was cut off? Nothing of it was sent, and nothing of it ever is: it is taken out."""

from __future__ import annotations

from steppay_mock.delivery.journal.claim import IS_CERTAIN, claim
from steppay_mock.delivery.journal.journal import Journal


def forget_given_up(journal: Journal) -> list[int]:
    """Take out the runs whose planning was cut off, and tell which; those that are being planned now stay."""
    forgotten = []
    for run in journal.unplanned() if IS_CERTAIN else ():
        with claim(journal.path, run) as ours:
            if ours and run in journal.unplanned():
                journal.forget(run)
                forgotten.append(run)
    return forgotten
