"""How values stand in columns: instants, durations, texts, and small values as JSON."""
