"""The sender: delivers to several endpoints, many at once, with retries and a journal of each attempt."""
