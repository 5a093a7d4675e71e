"""The agent of a zone: probes what its center orders and sends what it saw; it judges and notifies nothing.

It dials out only, keeps probing and spools its answers while the center is away, and probes nothing that its
own file does not allow.
"""
