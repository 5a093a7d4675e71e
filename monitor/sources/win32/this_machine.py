"""This machine as Windows describes it: stores, names, bindings, services and key permissions."""

import sys

from monitor.model import Binding, KeyPermission, PrivateKey, ServiceAccount
from monitor.sources.win32 import crypt32, httpapi, keyfiles, names, services
from monitor.windows.certificate import StoredCertificate
from monitor.windows.stores import StoreName

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere


class ThisMachine:
    """The data for a probe of this machine; what cannot be read is ``None``."""

    def stored_in(self, store: StoreName) -> tuple[StoredCertificate, ...]:
        """Return the contents of one logical store; raise ``CallError``."""
        return crypt32.read_store(store)

    def names(self) -> tuple[str, ...]:
        """Return the names and addresses of this machine, without queries to a server."""
        return names.machine_names()

    def bindings(self) -> tuple[Binding, ...] | None:
        """Return the bindings of http.sys."""
        return httpapi.bindings()

    def accounts(self) -> tuple[ServiceAccount, ...] | None:
        """Return the services that use certificates, and the accounts they run as."""
        return services.accounts()

    def readers(self, key: PrivateKey) -> tuple[KeyPermission, ...] | None:
        """Return who may read a private key's file."""
        return keyfiles.readers(key.container)
