"""What the section ``issuers`` may hold: how issuers of certificates may be asked; asks nobody."""

from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.issuers.reach import Reach
from monitor.settings import Settings


def _network(text: str) -> str:
    try:
        Reach.of((text,))
    except ValueError as error:
        raise ValueError(f"must be an address or a network such as 10.1.2.0/28: {error}") from None
    return text


class IssuerSettings(Settings):
    """Say what may be asked for what stands in certificates, beyond public addresses."""

    private_addresses: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(
        (), description="private addresses and networks of your CA that certificates may send us to"
    )

    @property
    def reach(self) -> Reach:
        """Return what may be asked."""
        return Reach.of(self.private_addresses)
