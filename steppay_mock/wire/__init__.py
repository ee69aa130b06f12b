"""Requests on the wire: headers, signature, redaction of secrets, and real time."""
