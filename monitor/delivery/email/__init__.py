"""The kind of receiver that is sent mails: their text and layout, and a relay that takes them.

Nothing is imported here: reading a configuration needs ``settings``, without SMTP and templates.
"""
