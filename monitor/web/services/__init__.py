"""What the web asks of the daemon and changes there: interfaces, and the values that answer."""
