"""Engines: they carry many requests at once, by libcurl or by threads."""
