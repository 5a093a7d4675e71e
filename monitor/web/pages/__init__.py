"""The pages: HTML made from the values of ``queries``; a page asks for nothing and loads nothing."""

from monitor.web.pages.certificates import add_certificates

__all__ = ["add_certificates"]
