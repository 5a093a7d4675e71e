"""Chains put together at random: odd CAs, leaves, orders, omissions, forgeries and trust, several at once."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from support.pki import (
    ANY_USAGE,
    CLIENT_AUTH,
    SERVER_AUTH,
    TODAY,
    Issued,
    days,
    issue,
    key_usage,
    new_key,
)
from support.pki.certificates import Extension
from support.pki.odd import Case
from support.pki.odd.case import HOST, case

_OTHER = x509.ObjectIdentifier("1.2.3.4")
_USAGES = ([SERVER_AUTH], [], [CLIENT_AUTH], [CLIENT_AUTH, SERVER_AUTH], [ANY_USAGE, SERVER_AUTH], [_OTHER])
_KEY_USAGES = (
    ("digital_signature",),
    ("digital_signature", "key_encipherment"),
    ("key_cert_sign", "digital_signature"),
    ("content_commitment",),
    ("crl_sign",),
)
_CA_USAGES = (("key_cert_sign", "crl_sign"), ("key_cert_sign",), ("crl_sign",), ("digital_signature",))
_NAMES = (
    [HOST],
    ["*.example"],
    [f"DNS:{HOST.upper()}", "other.example"],
    ["other.example"],
    ["*.nvr.example"],
    ["10.0.0.7"],
    [],
    [f"{HOST}.example", "example"],
)


@dataclass
class _Chain:
    """A chain in the making, with what is odd about it in words."""

    chance: random.Random
    odd: list[str] = field(default_factory=list)

    def sometimes(self, share: float, word: str) -> bool:
        """Return whether something odd happens, and note it."""
        happens = self.chance.random() < share
        if happens:
            self.odd.append(word)
        return happens

    def dates(self, who: str) -> tuple[datetime, datetime]:
        """Return when a certificate is valid, most often now."""
        if self.sometimes(0.05, f"{who} expired"):
            return days(-200, TODAY), days(-self.chance.randrange(1, 100), TODAY)
        if self.sometimes(0.04, f"{who} not yet valid"):
            return days(self.chance.randrange(1, 100), TODAY), days(900, TODAY)
        return days(-self.chance.randrange(1, 400), TODAY), days(self.chance.randrange(2, 900), TODAY)

    def authority(self, who: str, by: Issued | None) -> Issued:
        """Return a CA with a few oddities."""
        start, end = self.dates(who)
        extensions: list[Extension] = []
        length, flag = None, True
        if self.sometimes(0.08, f"{who} path length"):
            length = self.chance.randrange(3)
        if self.sometimes(0.04, f"{who} marked as no CA"):
            flag = False
        elif by is not None and self.sometimes(0.04, f"{who} without basicConstraints"):
            flag = None
        if flag is not None:
            extensions.append((x509.BasicConstraints(flag, length if flag else None), True))
        if self.chance.random() < 0.5:
            usages = self.chance.choices(_CA_USAGES, [12, 6, 1, 1])[0]
            self.odd.append(f"{who} may {' and '.join(usages)}")
            extensions.append(key_usage(*usages))
        if self.sometimes(0.06, f"{who} limited by name"):
            extensions.append((self._name_limits(), True))
        purposes: Sequence[x509.ObjectIdentifier] = ()
        if self.sometimes(0.12, f"{who} with purposes"):
            purposes = self.chance.choice(_USAGES)
            self.odd[-1] += str([one.dotted_string for one in purposes])
        key = new_key()
        signer = self._signer(who, by)
        return issue(who, signer, start=start, end=end, key=key, usages=purposes, extensions=extensions)

    def _name_limits(self) -> x509.NameConstraints:
        inside, outside = x509.DNSName("example"), x509.DNSName("example.org")
        some = self.chance.choice([inside, outside])
        return self.chance.choice([x509.NameConstraints([some], None), x509.NameConstraints(None, [some])])

    def _signer(self, who: str, by: Issued | None) -> Issued | None:
        """Return who signs: rarely a namesake of the issuer with another key."""
        if by is None or not self.sometimes(0.04, f"{who} forged"):
            return by
        return Issued(by.certificate, new_key())

    def leaf(self, by: Issued | None) -> Issued:
        """Return a server certificate with a few oddities."""
        start, end = self.dates("leaf")
        names = self.chance.choices(_NAMES, [20, 2, 2, 1, 1, 1, 1, 1])[0]
        usages = self.chance.choices(_USAGES, [20, 5, 1, 5, 1, 1])[0]
        self.odd += [f"names {names}", f"purposes {[one.dotted_string for one in usages]}"]
        extensions: list[Extension] = []
        if self.chance.random() < 0.4:
            granted = self.chance.choices(_KEY_USAGES, [8, 8, 1, 1, 1])[0]
            self.odd.append(f"leaf may {' and '.join(granted)}")
            extensions.append(key_usage(*granted))
        flag = self.chance.choices([None, False, True], [6, 6, 1])[0]
        self.odd.append(f"leaf is CA: {flag}")
        subject = self.chance.choices([HOST, "somebody"], [3, 1])[0]
        signer = self._signer("leaf", by)
        return issue(
            subject, signer, start=start, end=end, names=names, usages=usages, ca=flag, extensions=extensions
        )


def random_case(number: int, chance: random.Random) -> Case:
    """Return one chain; the name says what is in it."""
    made = _Chain(chance)
    authorities: list[Issued] = []
    for depth in range(chance.choices([0, 1, 2, 3, 4], [1, 6, 8, 4, 1])[0]):
        above = authorities[-1] if authorities else None
        authorities.append(made.authority(f"CA {depth}", above))
    own = made.leaf(authorities[-1] if authorities else None)
    served, trusted = _served(made, own, authorities), _trusted(made, own, authorities)
    if trusted[-1] is own:
        served = [own]  # OpenSSL goes by what is served first, and other clients by what they trust
    return case(f"{number}: {', '.join(made.odd)}", *served, trusted=trusted)


def _served(made: _Chain, own: Issued, authorities: list[Issued]) -> list[Issued]:
    """Return what a server shows behind its own certificate, maybe too little, too much or in disorder."""
    others = authorities[:0:-1]
    if others and made.sometimes(0.1, "one is missing"):
        others.remove(made.chance.choice(others))
    if authorities and made.sometimes(0.2, "with the root"):
        others.append(authorities[0])
    if made.sometimes(0.1, "with a stranger"):
        others.insert(0, issue("Stranger", at=TODAY, ca=True))
    if made.sometimes(0.1, "all twice"):
        others += [own, *others]
    if made.sometimes(0.15, "in disorder"):
        made.chance.shuffle(others)
    return [own, *others]


def _trusted(made: _Chain, own: Issued, authorities: list[Issued]) -> list[Issued]:
    trusted = authorities[:1] or [own]
    # Without basicConstraints a trusted CA is accepted by us alone: docs/verdicts.md says why.
    marked = [one for one in authorities[1:] if f"{_name(one)} without basicConstraints" not in made.odd]
    if made.sometimes(0.06, "another CA is trusted"):
        trusted = [issue("CA 0", at=TODAY, ca=True)]
    elif marked and made.sometimes(0.1, "an intermediate is trusted"):
        trusted = [made.chance.choice(marked)]
    elif made.sometimes(0.04, "the leaf is trusted"):
        trusted = [own]
    if made.sometimes(0.1, "strangers are trusted too"):
        trusted = [issue("Stranger", at=TODAY, ca=True), *trusted]
    return trusted


def _name(one: Issued) -> str:
    return str(one.certificate.subject.rfc4514_string().removeprefix("CN="))
