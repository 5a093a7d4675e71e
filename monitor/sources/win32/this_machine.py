"""This machine as its own Windows tells of it: stores, names, bindings, services and key rights."""

import sys

from monitor.model import Binding, KeyPermission, PrivateKey, ServiceAccount
from monitor.sources.win32 import crypt32, httpapi, keyfiles, names, services
from monitor.windows.certificate import StoredCertificate
from monitor.windows.stores import StoreName

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere


class ThisMachine:
    """Answer what a probe this machine asks; what cannot be seen is ``None``."""

    def stored_in(self, store: StoreName) -> tuple[StoredCertificate, ...]:
        """Return what one logical store holds; raise ``CallError``."""
        return crypt32.stored_in(store)

    def names(self) -> tuple[str, ...]:
        """Return the names and addresses of this machine, as it knows them without asking a server."""
        return names.own()

    def bindings(self) -> tuple[Binding, ...] | None:
        """Return the bindings of http.sys."""
        return httpapi.bindings()

    def accounts(self) -> tuple[ServiceAccount, ...] | None:
        """Return the services that use certificates, and whom they run as."""
        return services.accounts()

    def readers(self, key: PrivateKey) -> tuple[KeyPermission, ...] | None:
        """Return who may read a private key's file."""
        return keyfiles.readers(key.container)
