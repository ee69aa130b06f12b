"""A Lambda function as the receiver: the events of its gateway, the function itself, and how its answer is read."""
