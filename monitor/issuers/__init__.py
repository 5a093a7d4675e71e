"""Ask issuers about their certificates: revocation lists, OCSP, renewal information; judges nothing.

Addresses come out of certificates and are hostile: every request is bounded in size and time, speaks only
http and https, and goes to no private address that the configuration does not allow.
"""
