"""The table of the options of delivery: each option once, for Python, the file, the command line and the docs.

To add an option: add its row here, use its value, and run ``python tests/docs/option_tables.py``, which writes the rows
of ``docs/`` and ``schemas/config.schema.json``. For static types, also add it to the TypedDict and the settings of its
door in ``settings.py``.
"""

from __future__ import annotations

from functools import cache
from typing import get_args

from steppay_mock.delivery.options.option import Door, Option
from steppay_mock.delivery.options.values import (
    AccessValue,
    ClockValue,
    FaultValue,
    HiddenTextsValue,
    HostsValue,
    JournalValue,
    PathValue,
    RetriesValue,
    SecretValue,
    SpeedValue,
)
from steppay_mock.delivery.order import DeliveryOrder
from steppay_mock.delivery.retries import PRESETS
from steppay_mock.payload.chance import SEEDS
from steppay_mock.values import (
    ChoiceValue,
    FlagValue,
    FunctionValue,
    NumberValue,
    SeedValue,
    StatusesValue,
    WholeValue,
)

DEFAULT_TIMEOUT = 10.0
"""Seconds, assumed: the vendor documents none (fact 23)."""
LONGEST_TIMEOUT = 86_400
"""Seconds; the system cannot wait for very long times."""
MOST_AT_ONCE = 1_000
"""Deliveries in flight at once."""
SEED_BITS = SEEDS.bit_length()
"""A column of the journal holds no more."""


def _doors(*names: Door) -> frozenset[Door]:
    return frozenset(names)


_ACCESS = _doors("deliver", "sender", "explore")

OPTIONS: tuple[Option, ...] = (
    Option(
        name="path",
        type=PathValue(),
        help="The path of the receiver, for an app and for a URL without a path.",
        default="/webhooks/steppay",
        doors=_doors("deliver", "explore"),
    ),
    Option(
        name="secret",
        type=SecretValue(),
        help="The secret that signs each request, or a list of several while it rotates (fact 18).",
        default_words="no signature",
        doors=_doors("deliver", "explore"),
    ),
    Option(
        name="hide",
        type=HiddenTextsValue(),
        help="More texts that no output shows, such as an API token.",
        docs="See [Secrets](delivery.md#secrets).",
        default=(),
        default_words="none",
        doors=_doors("deliver", "explore"),
    ),
    Option(
        name="journal",
        type=JournalValue(),
        help="The SQLite file that records every delivery, attempt and answer.",
        docs="Without it no run can be resumed.",
        default_words="no journal",
        doors=_doors("sender", "config", "cli"),
        metavar="FILE",
        is_path=True,
        file={"type": "string", "minLength": 1, "examples": ["deliveries.sqlite"]},
        file_words="a path, from the folder of this file",
    ),
    Option(
        name="order",
        type=ChoiceValue(words=get_args(DeliveryOrder)),
        help="The order of the deliveries: as the events happened, shuffled, reversed, shuffled with the events of "
        "each entity in order, or shuffled with one timestamp for all (facts 5 and 6).",
        docs="See [Order](delivery.md#order).",
        default="occurrence",
        doors=_doors("deliver", "send", "cli", "dev"),
    ),
    Option(
        name="duplicates",
        type=NumberValue(least=0, most=1, example="0.2"),
        help="The share of the events that are delivered a second time, after all others: 0.2 is a fifth (fact 22).",
        default=0.0,
        default_words="0",
        doors=_doors("deliver", "send", "cli", "dev"),
        metavar="SHARE",
    ),
    Option(
        name="fault",
        type=FaultValue(),
        help="The name of the fault that every delivery has.",
        docs="See [Faults](faults.md).",
        default_words="none",
        doors=_doors("deliver", "send"),
    ),
    Option(
        name="control",
        type=FlagValue(),
        help="With a fault: repeat, without the fault, the first event of each type that was not taken.",
        docs="See [the control](faults.md#the-control).",
        default=True,
        doors=_doors("deliver", "send"),
    ),
    Option(
        name="seed",
        type=SeedValue(bits=SEED_BITS),
        help="Repeats the order, the duplicates, the trace ids and the jitter of retries; the report shows the seed.",
        default_words="a random seed",
        doors=_doors("deliver", "send"),
    ),
    Option(
        name="concurrency",
        type=WholeValue(least=1, most=MOST_AT_ONCE, example="8"),
        help="The number of deliveries in flight at once.",
        default=1,
        doors=_doors("sender", "send", "config", "cli"),
        is_remembered=True,
        metavar="N",
        file={"type": "integer", "minimum": 1, "maximum": MOST_AT_ONCE, "examples": [8]},
    ),
    Option(
        name="rate",
        type=NumberValue(least=0.001, example="50"),
        help="The highest number of attempts that begin in one second, retries included.",
        default_words="no limit",
        doors=_doors("sender", "config", "cli"),
        is_remembered=True,
        metavar="N",
        file={"type": "number", "minimum": 0.001, "examples": [50]},
    ),
    Option(
        name="timeout",
        type=NumberValue(noun="seconds", above=0, most=LONGEST_TIMEOUT, example="10"),
        help="The longest time from the start of an attempt to the end of its answer.",
        default=DEFAULT_TIMEOUT,
        default_words=f"{DEFAULT_TIMEOUT:g} s",
        assumed_fact=23,
        doors=_doors("deliver", "sender", "explore", "config", "cli", "dev"),
        is_remembered=True,
        metavar="S",
        file={"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_TIMEOUT, "examples": [10]},
        file_default=10,
    ),
    Option(
        name="retries",
        type=RetriesValue(),
        help="When a failed delivery is attempted again.",
        docs="The name of a retry policy, or delays in seconds: see [Retries](sender.md#retries).",
        default="none",
        default_words="no retries",
        assumed_fact=23,
        doors=_doors("sender", "config", "cli", "dev"),
        is_remembered=True,
        metavar="NAME|S,S,S",
        file={
            "anyOf": [
                {"type": "string", "enum": [*PRESETS]},
                {"type": "array", "items": {"type": "number", "minimum": 0}},
            ],
            "examples": ["standard-webhooks", [5, 60, 3600]],
        },
        file_words="the name of a policy, or a list of seconds",
        file_default="none",
    ),
    Option(
        name="success",
        type=StatusesValue(),
        help="The statuses that count as success.",
        docs="Example: `[200, 204]`.",
        default_words="every 2xx",
        assumed_fact=23,
        doors=_doors("sender", "config", "cli"),
        is_remembered=True,
        metavar="N,N",
        file={
            "type": "array",
            "items": {"type": "integer", "minimum": 100, "maximum": 599},
            "minItems": 1,
            "examples": [[200, 204]],
        },
        file_words="a list of whole numbers from 100 to 599",
    ),
    Option(
        name="keep_alive",
        type=FlagValue(),
        help="Reuse connections, which StepPay closes (fact 21).",
        docs="A connection that the receiver has closed is replaced, if nothing of the request was sent on it. If the "
        "receiver closes it at the moment of sending, the attempt has no answer: a server with a short keep-alive "
        "timeout causes this now and then.",
        default=False,
        default_words="a new connection for each attempt",
        doors=_doors("sender", "config", "cli"),
        is_remembered=True,
        file={"type": "boolean", "examples": [True]},
        file_words="true or false",
    ),
    Option(
        name="speed",
        type=SpeedValue(),
        help="How fast time passes in the waits of schedules and between retries.",
        docs="Payloads and signatures keep real time (fact 19). In Python: the seconds of waiting for one second of "
        "the story. `1 / 86400` makes a day a second, 0 waits for nothing.",
        default=1.0,
        default_words="real time",
        doors=_doors("sender", "config", "cli"),
        is_remembered=True,
        metavar="SPEED",
        file={
            "type": "string",
            "pattern": r"^(0|real|[0-9]+(\.[0-9]+)?[smhd]=[0-9]+(\.[0-9]+)?(ms|[smhd]))$",
            "examples": ["1d=1s"],
        },
        file_words='"real", "0", or a rate in ms, s, m, h and d',
        file_default="real",
    ),
    Option(
        name="allow_hosts",
        type=HostsValue(),
        help="Hosts, besides this machine, that may be called.",
        docs="StepPay's hosts are always refused. See [Safety](delivery.md#safety).",
        default=(),
        default_words="this machine alone",
        doors=_doors("deliver", "sender", "explore", "config", "cli"),
        flag="--allow-host",
        metavar="HOST",
        is_repeatable=True,
        file={
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "examples": [["staging.example.com"]],
        },
        file_words="a list of names without scheme, port or path",
    ),
    Option(
        name="headers",
        type=AccessValue(),
        help="Headers that are sent beside those of the webhook, and that no output shows.",
        doors=_ACCESS,
    ),
    Option(name="auth", type=AccessValue(), help="User and password for HTTP basic authentication.", doors=_ACCESS),
    Option(
        name="ca_file",
        type=AccessValue(),
        help="The PEM file of the authorities by which the receiver's certificate is checked.",
        default_words="those of the system",
        doors=_ACCESS,
    ),
    Option(
        name="client_cert",
        type=AccessValue(),
        help="The PEM file of the certificate that is shown to the receiver.",
        doors=_ACCESS,
    ),
    Option(
        name="client_key",
        type=AccessValue(),
        help="The PEM file of the key of the certificate.",
        default_words="the key in the file of the certificate",
        doors=_ACCESS,
    ),
    Option(
        name="proxy",
        type=AccessValue(),
        help="The URL of the HTTP proxy in front of the receiver.",
        default_words="no proxy; HTTPS_PROXY has no effect",
        doors=_ACCESS,
    ),
    Option(
        name="clock",
        type=ClockValue(),
        help="The clock that gives the time of signing and that waits: a Clock.",
        docs="The default waits in real time, also in a test that [stops the clock](pytest.md#a-stopped-clock). A "
        "receiver in the process of that test gets signatures with the stopped time.",
        default_words="the receiver's clock and real waits",
        doors=_doors("deliver", "sender", "explore"),
        former=(("now", "clock=Clock(now=...)"), ("sleep", "clock=Clock(sleep=...)")),
    ),
    Option(
        name="watch",
        type=FunctionValue(noun="a function of the counts", example="print"),
        help="A function that is called with the counts while the run goes on.",
        default_words="none",
        doors=_doors("send"),
    ),
    Option(
        name="keep_outcomes",
        type=FlagValue(),
        help="Whether the report keeps every outcome.",
        docs="See [the limits](delivery.md#limits-of-what-is-kept).",
        default_words="the outcomes of at most 1,000 deliveries",
        doors=_doors("send"),
    ),
)
"""Every option, in the order of the docs."""


@cache
def options_of(door: Door) -> tuple[Option, ...]:
    """The options that a door takes."""
    return tuple(one.of_one_send if door == "send" else one for one in OPTIONS if door in one.doors)


def option_named(name: str) -> Option:
    """The row of that name."""
    return next(one for one in OPTIONS if one.name == name)
