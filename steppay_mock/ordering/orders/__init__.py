"""In which orders are events delivered? Courses, and the few of them that stand for all."""
