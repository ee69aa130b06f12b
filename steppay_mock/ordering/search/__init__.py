"""Which courses are delivered, and what do their ends say?"""
