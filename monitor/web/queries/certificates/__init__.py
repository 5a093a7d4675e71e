"""What is said about certificates: each one in full, and lists of them."""
