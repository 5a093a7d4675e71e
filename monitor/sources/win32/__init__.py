"""What Windows itself tells of this machine, through its own libraries; loads only on Windows.

It must not change anything there, and it opens no private key.
"""
