"""Named stories: what may happen between a shop and a customer, told in the events of a store."""
