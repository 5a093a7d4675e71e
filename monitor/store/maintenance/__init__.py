"""Whole databases: backed up, restored, copied to another one, and examined."""
