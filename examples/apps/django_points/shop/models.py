"""What the shop keeps: payments, subscriptions, the inbox of webhooks, and the points that were given."""

from __future__ import annotations

from django.db import models


class Payment(models.Model):
    """What is known of a payment; ``version`` says how new that is."""

    id = models.BigIntegerField(primary_key=True)  # 64 bits, given by StepPay
    order_id = models.CharField(max_length=255, null=True)  # a string, of any form; absent is not the empty string
    status = models.CharField(max_length=40)  # no choices: new statuses come without notice
    paid_amount = models.DecimalField(max_digits=19, decimal_places=4)
    canceled_amount = models.DecimalField(max_digits=19, decimal_places=4)
    version = models.CharField(max_length=128, db_collation="C")  # compared byte by byte, in every locale

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class Subscription(models.Model):
    """What is known of a subscription."""

    id = models.BigIntegerField(primary_key=True)
    customer_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=40)
    next_payment_date = models.DateTimeField(null=True)
    version = models.CharField(max_length=128, db_collation="C")

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class Received(models.Model):
    """The inbox: every content that ever came, once. StepPay sends no event id, so a hash stands in for it."""

    fingerprint = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return f"{self.fingerprint}"


class Points(models.Model):
    """Points that were given. Nothing here is unique: that they are given once is for the inbox to see to."""

    payment_id = models.BigIntegerField()
    amount = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.amount} for {self.payment_id}"
