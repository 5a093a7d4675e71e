"""How values are stored in columns: instants, durations, texts, and small values as JSON."""
