"""How is a receiver led through a course, begun anew, and looked at?"""
