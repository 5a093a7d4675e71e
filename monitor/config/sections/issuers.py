"""The section ``issuers`` of the configuration: which issuers may be queried and how; sends nothing."""

from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.addresses import is_loopback_host
from monitor.clock import SystemClock
from monitor.http.policy import UrlPolicy, UrlRefusedError, read_url
from monitor.messages import english
from monitor.settings import AnchorPath, Settings


def _network(text: str) -> str:
    try:
        UrlPolicy.of((text,))
    except ValueError as error:
        raise ValueError(f"must be an address or a network such as 10.1.2.0/28: {error}") from None
    return text


def _directory(text: str) -> str:
    try:
        url = read_url(text)
    except UrlRefusedError as error:
        raise ValueError(f"must be the URL of an ACME directory: {_written(error)}") from None
    if url.scheme != "https" and not is_loopback_host(url.host or ""):
        raise ValueError("must start with https://; without TLS anybody could answer for the CA")
    return text


def _named(directories: dict[str, str]) -> dict[str, str]:
    names = [name.casefold() for name in directories]
    for name, folded in zip(directories, names, strict=True):
        if not folded:
            raise ValueError("an issuer has no name; use its organization, such as Let's Encrypt")
        if names.count(folded) > 1:
            raise ValueError(f"{name!r} is listed twice (case is ignored)")
    return directories


class IssuerSettings(Settings):
    """The settings for querying issuers."""

    private_addresses: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(
        (), description="private addresses and networks of your CA to which certificates may refer"
    )

    acme: Annotated[dict[str, Annotated[str, AfterValidator(_directory)]], AfterValidator(_named)] = Field(
        default_factory=dict,
        description="ACME CAs to ask when to renew: directory URL by the issuer's O, CN or name",
    )

    trust: tuple[AnchorPath, ...] = Field(
        ("system",),
        min_length=1,
        description="trusted CAs for the web servers of ACME CAs: system, or files and folders",
    )

    @property
    def url_policy(self) -> UrlPolicy:
        """Return the policy for URLs in certificates."""
        return UrlPolicy.of(self.private_addresses)


def _written(error: UrlRefusedError) -> str:
    return english(SystemClock().now()).write(error.message)
