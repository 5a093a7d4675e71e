"""What is made of a snapshot once and kept until the targets that it is about change."""
