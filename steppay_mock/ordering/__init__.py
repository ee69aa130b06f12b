"""Does a receiver depend on the order of delivery? Search, proof, and the smallest order that breaks it."""
