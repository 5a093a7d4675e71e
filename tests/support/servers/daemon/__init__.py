"""The daemon itself: in this process, as a process of its own, on a terminal, and what surrounds it."""
