"""What to do about an alert: its impact and the steps that resolve it, as messages; pure."""
