"""What was planned, sent, answered, lost and repeated: on disk before the next step depends on it."""
