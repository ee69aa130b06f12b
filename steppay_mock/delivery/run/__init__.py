"""A run: the one loop by which ``deliver()`` and ``Sender`` make deliveries, and what it counts."""
