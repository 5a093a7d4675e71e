"""``cert-monitor setup``: questions, what becomes of the answers, and the files that are written.

``questions`` are data, ``document`` is pure. ``interview`` knows the order, ``person`` and ``options`` give
the answers, ``served`` and ``found`` try them, ``files`` and ``start`` come last.
"""
