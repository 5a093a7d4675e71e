"""The commands ``cert-monitor xprotect ...``: query and probe once; they change nothing."""
