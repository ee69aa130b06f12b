"""The search through all orders: the graph, the ways through it, and what is made of a failure."""
