"""What happens while the database cannot be used: in memory in place of a disk, or waiting for a server."""
