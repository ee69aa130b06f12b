"""Makes small mistakes in a user's handler, and tells which of them the user's tests do not notice."""
