"""Hand events to a receiver: over HTTP, or to a WSGI or ASGI app in process."""
