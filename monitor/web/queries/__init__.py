"""Values that people read, made from a snapshot; free of HTML and HTTP, and no clock is read.

Pages are built from them.
"""
