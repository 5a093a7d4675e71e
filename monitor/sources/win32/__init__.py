"""Certificate data of this machine from Windows' own libraries; loads only on Windows.

It must not change anything there, and opens no private key.
"""
