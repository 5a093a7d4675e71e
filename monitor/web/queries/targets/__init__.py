"""What is said about targets and the discoveries that give them: each one in full, and lists of them."""
