"""The answers for programs below ``/api/v1``: JSON of the values that the queries make."""

from monitor.web.api.routes import add_api

__all__ = ["add_api"]
