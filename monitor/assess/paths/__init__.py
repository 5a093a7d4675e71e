"""Find the path from a certificate to a trust anchor, and say why there is none."""
