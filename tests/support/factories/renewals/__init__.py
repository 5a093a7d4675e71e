"""A renewal day, and the ports of its site."""
