"""``cert-monitor check``: its targets, its policy, its report and the forms in which that is printed."""
