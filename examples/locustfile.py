"""Load on a receiver, out of as many processes as you like: locust -f examples/locustfile.py (docs/load.md)."""

import os

from steppay_mock.delivery.locust import StepPayUser


class Shop(StepPayUser):
    """What StepPay sends of one shop."""

    host = "http://127.0.0.1:8000"  # --host says otherwise
    secret = os.environ.get("STEPPAY_WEBHOOK_SECRET", "whsec_test")
    events = ("order.created", "payment.completed", "customer.updated")
    scenarios = ("refund-in-full", "subscription-renewal-fails-then-recovers")
    order = "shuffled"
    duplicates = 0.1
    seed = 7
    limit = 40  # deliveries of each user; without it they go on until the time is over
