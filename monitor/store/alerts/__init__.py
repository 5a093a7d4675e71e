"""What is recorded of alerts and notifications: what receivers know, the outbox, deliveries and silences."""
