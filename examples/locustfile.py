"""Puts load on a receiver from one or many processes: locust -f examples/locustfile.py (docs/load.md)."""

import os

from steppay_mock.delivery.locust import StepPayUser


class Shop(StepPayUser):
    """The webhooks of one shop."""

    host = "http://127.0.0.1:8000"  # --host overrides it
    secret = os.environ.get("STEPPAY_WEBHOOK_SECRET", "whsec_test")
    events = ("order.created", "payment.completed", "customer.updated")
    scenarios = ("refund-in-full", "subscription-renewal-fails-then-recovers")
    order = "shuffled"
    duplicates = 0.1
    seed = 7
    limit = 40  # deliveries of each user; without it a user sends until the run ends
