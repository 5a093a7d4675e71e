"""Receivers that are programs: they take every notification as JSON, signed."""
