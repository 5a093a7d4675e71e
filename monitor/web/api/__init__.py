"""The answers for programs below ``/api/v1``: JSON of the values that the queries make."""

from monitor.web.api.routes import add_api
from monitor.web.api.tokens import add_tokens

__all__ = ["add_api", "add_tokens"]
