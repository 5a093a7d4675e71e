"""The commands ``cert-monitor agent ...``: those of an agent on its machine, and those at its center."""
