"""One probe with one of the product's sources, and what it saw."""
