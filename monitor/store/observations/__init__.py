"""What is recorded of probes: states, certificates, their history, and outcomes."""
