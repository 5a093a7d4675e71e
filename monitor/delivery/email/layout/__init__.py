"""How a mail looks: plain text and HTML of its content in one message, with headers."""
