"""Tell from a key provider's name whether its keys are in hardware, where no file shows who may read them."""

# The names of Microsoft's own providers:
# https://learn.microsoft.com/windows/win32/seccertenroll/cng-key-storage-providers and
# https://learn.microsoft.com/windows/win32/seccrypto/cryptographic-provider-names
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
    """Return whether a key of this provider is in a TPM, a smart card or an HSM; false for an empty name.

    Every provider but Microsoft's file-based ones counts as hardware: who may read such a key cannot be
    determined.
    """
    name = provider.strip().lower()
    return bool(name) and not name.startswith(_SOFTWARE)
