"""Query issuers about their certificates: CRLs, OCSP, ACME renewal information; judges nothing.

The URLs come from certificates and are untrusted: every request is bounded in size and time, uses only http
or https, and goes to no private address that the configuration does not allow.
"""
