"""What the daemon answers and changes for the web: access, tokens, links, and the questions of its pages."""
