"""The long-running service: it wires the rooms together, reloads, and stops with everything recorded.

It imports nothing: agents and workers use one file of it, and would else load web server and database.
"""
