"""What a CA answers: ACME renewal information, CRLs and OCSP, with a clock for both."""
