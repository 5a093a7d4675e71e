"""Decrypt RC2 in CBC mode (RFC 2268), the cipher of old PKCS#12 files; it must not be used to encrypt.

Windows, Java and OpenSSL encrypted certificates with 40-bit RC2 until about 2022. The library used for all
other ciphers supports 128-bit RC2 only, and only where OpenSSL's legacy module is available.
"""

from monitor.parse import texts
from monitor.parse.der import DerError

# One block takes about 30 microseconds for 8 octets: this is far more than a chain needs and still only
# seconds.
LARGEST = 1024 * 1024

_PI = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32"
    "bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a"
    "961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2ec5"
    "f3db47e5a59c770aa62068fe7fc1ad"
)
_MASK = 0xFFFF
# Section 4.2: a mashing round follows the fifth and the eleventh mixing round.
_MASHED = (11, 5)


def decrypt_cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    """Return the plaintext with its padding; the key's own length is its effective one."""
    if len(data) % 8 or len(vector) != 8:
        raise DerError(texts.BAD_CIPHER_LENGTH)
    if len(data) > LARGEST:
        raise DerError(texts.rc2_too_long(mebibytes=LARGEST >> 20))
    words, before, plain = _expanded(key), int.from_bytes(vector, "little"), bytearray()
    for start in range(0, len(data), 8):
        block = data[start : start + 8]
        plain += (_turned_back(words, block) ^ before).to_bytes(8, "little")
        before = int.from_bytes(block, "little")
    return bytes(plain)


def _expanded(key: bytes) -> tuple[int, ...]:
    """Return the 64 words of the key (section 2)."""
    size = len(key)
    grown = bytearray(key)
    while len(grown) < 128:
        grown.append(_PI[(grown[-1] + grown[-size]) & 0xFF])
    grown[128 - size] = _PI[grown[128 - size]]
    for index in range(127 - size, -1, -1):
        grown[index] = _PI[grown[index + 1] ^ grown[index + size]]
    return tuple(int.from_bytes(grown[index : index + 2], "little") for index in range(0, 128, 2))


def _turned_back(words: tuple[int, ...], block: bytes) -> int:
    """Return one decrypted block (section 4): 16 mixing rounds from the last to the first."""
    a, b, c, d = (int.from_bytes(block[index : index + 2], "little") for index in (0, 2, 4, 6))
    for number in range(15, -1, -1):
        place = 4 * number
        d = (d >> 5 | d << 11) & _MASK
        d = (d - words[place + 3] - (c & b) - (~c & a)) & _MASK
        c = (c >> 3 | c << 13) & _MASK
        c = (c - words[place + 2] - (b & a) - (~b & d)) & _MASK
        b = (b >> 2 | b << 14) & _MASK
        b = (b - words[place + 1] - (a & d) - (~a & c)) & _MASK
        a = (a >> 1 | a << 15) & _MASK
        a = (a - words[place] - (d & c) - (~d & b)) & _MASK
        if number in _MASHED:
            d = (d - words[c & 63]) & _MASK
            c = (c - words[b & 63]) & _MASK
            b = (b - words[a & 63]) & _MASK
            a = (a - words[d & 63]) & _MASK
    return a | b << 16 | c << 32 | d << 48
