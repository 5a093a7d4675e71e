"""The steps from one schema to the next, run by Alembic; never imported by the rest of the store.

A new step is a new file in ``versions`` that names its predecessor as ``down_revision``, has the next
four-digit number as ``revision``, and imports nothing from ``tables``: that file changes, a released step
does not.
"""
