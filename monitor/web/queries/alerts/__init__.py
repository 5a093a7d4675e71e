"""What is said about alerts: each one in full, lists of them, and who was notified or silenced it."""
