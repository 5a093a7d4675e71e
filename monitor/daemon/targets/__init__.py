"""Which targets are watched, and what is known of them at the start: discoveries and recorded states."""
