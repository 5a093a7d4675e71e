"""What Windows keeps about certificates, as plain data: stored forms, reports, rights; no I/O."""
