"""When are two states of a receiver the same, and where do they differ?"""
