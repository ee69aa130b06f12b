"""What is this kind of mistake called, and what usually cures it?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """A kind of mistake: its name, what it is in one sentence, and the usual cure in one sentence."""

    name: str
    meaning: str
    cure: str

    def __str__(self) -> str:
        return self.name


REFUSED = Anomaly(
    name="refused",
    meaning="An event is refused, though it came in the order in which it happened.",
    cure="Read the answer and correct the receiver where it refuses: it has to answer 2xx to every event that it is "
    "registered for, also to those of no interest; if it refuses some on purpose, say so with the option accept.",
)
STALE_OVERWRITE = Anomaly(
    name="stale overwrite",
    meaning="An older event arrived after a newer one about the same thing, and overwrote it.",
    cure="Keep with each thing the timestamp of the event that was applied last and write only what is newer, since "
    "the order of delivery is not guaranteed (fact 5); or read the present state from the REST API (fact 27).",
)
RESURRECTION = Anomaly(
    name="resurrection",
    meaning="A thing that had ended lives again: an older event arrived after its end.",
    cure="Keep a tombstone: remember what was deleted, CANCELED or EXPIRED, also where the end is the first that "
    "arrives, and let no older event bring it back (CANCELED and EXPIRED are final, fact 24).",
)
ORPHAN_UPDATE_LOST = Anomaly(
    name="orphan update lost",
    meaning="An event came before the one that its thing begins with, and was forgotten.",
    cure="Make the row from whichever event comes first (an upsert), or keep the early event and apply it once its "
    "thing is there; the order of delivery is not guaranteed (fact 5), and nobody is known to send it again (fact 23).",
)
DOUBLE_EFFECT = Anomaly(
    name="double effect",
    meaning="What happened once was done twice.",
    cure="Duplicates happen (fact 22) and an event has no id (fact 4): remember a hash of each body, in the "
    "transaction that has the effect, and skip a body that is known.",
)
FALSE_DEDUPE = Anomaly(
    name="false dedupe",
    meaning="Two different events were taken for one: whichever arrived second changed nothing.",
    cure="Take only a body that is equal byte for byte for a duplicate: type, id and second do not tell two events "
    "apart (facts 4 and 6).",
)
TIE_FLIP = Anomaly(
    name="tie flip",
    meaning="Two events of one second do not say which is newer, so the order of arrival decided.",
    cure="Compare timestamps, and since they are in seconds (fact 6) let the content decide a tie, by a rule that is "
    "the same in both orders, such as a rank of statuses; or read the present state from the REST API (fact 27).",
)
LOST_UPDATE = Anomaly(
    name="lost update",
    meaning="Two events wrote to one place, and what one of them had written is gone.",
    cure="Write only the fields that the event is about, in one atomic statement or under a lock; do not read a row, "
    "change it and write it back as a whole.",
)
ORDER_DEPENDENT_REJECTION = Anomaly(
    name="order-dependent rejection",
    meaning="An event is accepted in one order and refused in another, or as a repeat.",
    cure="Answer 2xx and keep the event until what it waits for is there, or make what is missing from the event "
    "itself, for no retries are documented (fact 23); answer 2xx to a duplicate as well (fact 22).",
)
REJECTION_IN_FLIGHT = Anomaly(
    name="rejection in flight",
    meaning="An event that is accepted alone is refused while another one is in flight.",
    cure="Let the database wait for its lock (busy_timeout in SQLite, FOR UPDATE elsewhere) and run a "
    "transaction again that failed to serialise; answer 2xx to a copy that meets a unique constraint, for no retries "
    "are documented (fact 23).",
)
DOUBLE_EFFECT_IN_FLIGHT = Anomaly(
    name="double effect in flight",
    meaning="Two deliveries in flight at once found nothing done yet, and both did it.",
    cure="Do not look and then insert: insert the hash of the body under a unique constraint first, in the transaction "
    "that has the effect, and skip the event where the insert fails (duplicates happen, fact 22).",
)
BROKEN_INVARIANT = Anomaly(
    name="broken invariant",
    meaning="What has to hold after every delivery does not hold after this one.",
    cure="Write what belongs together in one transaction, and keep an event that comes too early until what it needs "
    "is there: between any two deliveries somebody may look (fact 5).",
)
ROW_ORDER = Anomaly(
    name="row order",
    meaning="The probe gives the same rows in another order; nothing else differs.",
    cure="Sort the rows in the probe (ORDER BY an id), for without it a database gives them as it likes; where their "
    "order means something, let the receiver sort them by what the events say, such as their timestamp.",
)
WRONG_IN_EVERY_ORDER = Anomaly(
    name="wrong in every order",
    meaning="Even as it happened, the end is not what the store knows to be true.",
    cure="Correct this first: deliver the events in order and compare, field by field, what is kept with what they "
    "say.",
)
ORDER_DEPENDENCE = Anomaly(
    name="order dependence",
    meaning="The same events end otherwise in another order.",
    cure="Let what is written follow from what the events say and not from what arrived before: compare the timestamps "
    "of each thing by itself, keep what comes early, skip what is known (facts 4, 5 and 6).",
)

ANOMALIES = (
    REFUSED,
    STALE_OVERWRITE,
    RESURRECTION,
    ORPHAN_UPDATE_LOST,
    DOUBLE_EFFECT,
    FALSE_DEDUPE,
    TIE_FLIP,
    LOST_UPDATE,
    ORDER_DEPENDENT_REJECTION,
    REJECTION_IN_FLIGHT,
    DOUBLE_EFFECT_IN_FLIGHT,
    BROKEN_INVARIANT,
    ROW_ORDER,
    WRONG_IN_EVERY_ORDER,
    ORDER_DEPENDENCE,
)
"""Every kind that a counterexample may have."""
