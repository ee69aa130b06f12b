"""The next step after an answer that did not come, or that something before the receiver gave.

The sentences are the same in Python and at a shell, but for the names of options.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from steppay_mock.delivery.failure import Failure

Door = Literal["python", "shell"]
"""The side from which the options are given."""

_CA_FILE: dict[Door | None, str] = {"python": "ca_file=", "shell": "--ca-file", None: "ca_file=, --ca-file"}

_WITHOUT_ANSWER = {
    Failure.NO_ADDRESS: "The name of the host leads to no address: correct it, or let /etc/hosts or a name server know "
    "it.",
    Failure.UNREACHABLE: "Is the host switched on, and does every firewall on the way let the connection through?",
    Failure.CERTIFICATE: "The receiver runs, and its certificate is not trusted. If an authority of your own signed "
    "it, name the file of that authority ({ca_file}), or in the environment variable SSL_CERT_FILE. Else "
    "give the host name for which the certificate was made, or renew it. The check cannot be switched off: without it "
    "anybody could read the webhooks.",
    Failure.PROXY: "Correct the URL of the proxy, or leave it out: none is needed where this machine reaches the "
    "receiver by itself.",
    Failure.BROKEN: "Something listens there, and ended the connection without a whole HTTP answer. Does the URL say "
    "http where the port speaks TLS, or https where it does not? Else read the receiver's log: its process may have "
    "failed.",
}
BROKE = "Correct the receiver where it makes its answer: it is broken off or malformed."
"""The step where an answer began and did not come whole."""
_PROXY = (
    "Most often a proxy answered in the place of the receiver: it got no answer from the application behind it. Is "
    "that running, and is it fast enough? Read the proxy's log."
)
_BY_STATUS = {
    413: "The receiver, or a proxy before it, takes no body of this size. Raise its limit, such as "
    "client_max_body_size of nginx, limit of express.raw() or DATA_UPLOAD_MAX_MEMORY_SIZE of Django.",
    415: "Webhooks are application/json and nothing else (fact 1): let the receiver take that.",
    429: "A limit on the number of requests stands before the receiver. Let webhooks pass it: StepPay sends several "
    "within one second (fact 6).",
    502: _PROXY,
    504: _PROXY,
}
_REDIRECT = (
    "A redirect is not followed: StepPay's sender is not known to follow any. Give the address it points to, and "
    "register that one in the portal."
)


def step_without_answer(failures: Collection[Failure | None], *, door: Door | None = None) -> str | None:
    """The step, where all that failed without an answer did so in the same way; ``door`` names the options.

    None where nothing listens, or the answer was late: what to change then differs from door to door.
    """
    found = set(failures)
    only = found.pop() if len(found) == 1 else None
    step = None if only is None else _WITHOUT_ANSWER.get(only)
    return None if step is None else step.replace("{ca_file}", _CA_FILE[door])


def step_for_status(status: int) -> str | None:
    """The step for a status that says enough by itself; None for any other."""
    return _REDIRECT if 300 <= status <= 399 else _BY_STATUS.get(status)
