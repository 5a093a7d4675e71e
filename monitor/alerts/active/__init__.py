"""What is wrong now: alerts collected from the findings and failures of a snapshot; pure."""
