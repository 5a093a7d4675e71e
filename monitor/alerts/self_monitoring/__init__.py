"""The alerts about the monitor itself: its clock, its database, and its outages; pure."""
