"""The commands ``cert-monitor xprotect ...``: ask and look once; none of them changes anything anywhere."""
