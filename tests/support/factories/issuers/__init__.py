"""CRLs and rounds of asking about revocation, without a network."""
