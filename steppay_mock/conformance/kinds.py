"""The words of a scorecard: families, severities, harms, needs and outcomes."""

from __future__ import annotations

from typing import Literal, get_args

Severity = Literal["must", "should", "assumed", "fact"]
"""``must``: the vendor documents it, or does it. ``should``: good practice; the vendor's own samples may fail it.
``assumed``: nobody knows whether StepPay will send it. ``fact``: neither right nor wrong, and good to know."""

Family = Literal[
    "signature",
    "replay",
    "rotation",
    "raw-body",
    "unknown-event",
    "unknown-enum",
    "unknown-field",
    "null",
    "absent",
    "empty",
    "timezone",
    "big-id",
    "malformed",
    "latency",
    "connection",
    "duplicate",
    "order",
    "tie",
    "overlap",
    "truth",
    "read-back",
    "method",
    "secrets",
]

Harm = Literal["money", "access", "lost", "wrong", "later", "untidy"]
"""What a failed check costs, the dearest first. ``money``: forged or doubled payments. ``access``: access after a
cancellation. ``lost``: an event is lost. ``wrong``: a value is stored wrong. ``later``: it fails when StepPay adds
something. ``untidy``: it costs nobody anything today."""

Need = Literal["secret", "state", "reset", "socket", "process", "route", "stories", "proofs", "api", "contents"]
"""What a check cannot do without. ``secret``: deliveries are signed. ``state``: the state can be read. ``reset``: it
can be read and put back. ``socket``: the receiver is a URL. ``process``: it is an app in this process. ``route``: it
gets requests of every method, as a function behind a gateway does not. ``stories``: scenarios are delivered once.
``proofs``: searches through orders are wanted. ``api``: it reads from the REST API of the check. ``contents``: it
stores what webhooks say, and not what the REST API says."""

Outcome = Literal["passed", "failed", "skipped"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
FAMILIES: tuple[Family, ...] = get_args(Family)
HARMS: tuple[Harm, ...] = get_args(Harm)
