"""Tell from a key provider's name whether its keys lie in hardware, where no file says who may read them."""

# Names of Microsoft's own providers: https://learn.microsoft.com/windows/win32/seccertenroll/cng-key-storage-providers
# and https://learn.microsoft.com/windows/win32/seccrypto/cryptographic-provider-names
_SOFTWARE = (
    "microsoft software key storage provider",
    "microsoft base cryptographic provider",
    "microsoft strong cryptographic provider",
    "microsoft enhanced cryptographic provider",
    "microsoft enhanced rsa and aes cryptographic provider",
    "microsoft rsa schannel cryptographic provider",
    "microsoft dh schannel cryptographic provider",
    "microsoft base dss",
    "microsoft enhanced dss",
)


def is_hardware(provider: str) -> bool:
    """Return whether a key of this provider lies in a TPM, a smart card or an HSM; false for no name.

    Whatever is not one of Microsoft's providers of keys in files counts as hardware: who may read such a key
    cannot be seen.
    """
    name = provider.strip().lower()
    return bool(name) and not name.startswith(_SOFTWARE)
