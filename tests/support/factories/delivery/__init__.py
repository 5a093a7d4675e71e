"""Notifications and mails: samples, an outbox, and a process that delivers until it is killed."""
