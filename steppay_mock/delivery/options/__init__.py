"""The options of delivery: a table of them, their checks, and the settings that a run reads."""

from steppay_mock.delivery.options.remembered import recall, remember
from steppay_mock.delivery.options.settings import (
    DeliveryOptions,
    SenderOptions,
    SenderSettings,
    Settings,
    read_send_options,
    read_sender_options,
    resolve_options,
)
from steppay_mock.delivery.options.table import DEFAULT_TIMEOUT

__all__ = [
    "DEFAULT_TIMEOUT",
    "DeliveryOptions",
    "SenderOptions",
    "SenderSettings",
    "Settings",
    "read_send_options",
    "read_sender_options",
    "recall",
    "remember",
    "resolve_options",
]
