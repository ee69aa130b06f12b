"""HTTP: sends requests to a URL over sockets, and reads the head of each answer in one way."""
