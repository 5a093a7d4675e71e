"""Several centers: which one leads, what the next one takes over, and what is missing of all parts."""
