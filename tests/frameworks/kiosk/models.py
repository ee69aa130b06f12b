"""What the kiosk keeps: each content that ever came, once, and the points that were given for it."""

from __future__ import annotations

from django.db import models


class Received(models.Model):
    """The inbox."""

    fingerprint = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return f"{self.fingerprint}"


class Points(models.Model):
    """Points that were given, once for each content."""

    fingerprint = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"points for {self.fingerprint}"
