"""Writes requests byte by byte on a socket, for faults that no HTTP library writes."""
