"""What only SQLite does: its files, their lock, and the search for damage."""
