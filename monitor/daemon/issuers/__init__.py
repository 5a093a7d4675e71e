"""Questions to CAs about the certificates on the board, in loops that no probe waits for."""
