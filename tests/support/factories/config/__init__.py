"""Configurations, good and bad, and what is said about a bad one."""
