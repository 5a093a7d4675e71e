"""Whether an account may read a key, by the entries of its access list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess.key_access import decide_access, may_read, service_sid, sids_of
from monitor.model import KeyLink, KeyPermission, PrivateKey, ServiceAccount

SYSTEM, ADMINS = "S-1-5-18", "S-1-5-32-544"
NETWORK_SERVICE, LOCAL_SERVICE = "S-1-5-20", "S-1-5-19"
USER, GROUP, OTHER = "S-1-5-21-1-2-3-1104", "S-1-5-21-1-2-3-2001", "S-1-5-21-1-2-3-9999"
SERVICE = "Milestone XProtect Recording Server"


def key(*entries: str, hardware: bool = False) -> PrivateKey:
    """Return a key with these readers; a minus before a SID denies."""
    readers = tuple(KeyPermission(one.lstrip("-"), allowed=not one.startswith("-")) for one in entries)
    return PrivateKey(KeyLink.PRESENT, readers=readers, hardware=hardware)


def svc(*sids: str, name: str = "VMS\\svc") -> ServiceAccount:
    """Return a service's account with its SIDs, not known when there are none."""
    return ServiceAccount(SERVICE, SERVICE, name, sids or None)


CASES = {
    "itself": (svc(USER), ["S-1-5-18", USER], True),
    "a group of it": (svc(USER, GROUP), [GROUP], True),
    "nobody we are": (svc(USER, GROUP), [SYSTEM, ADMINS, OTHER], False),
    "nobody at all": (svc(USER), [], False),
    "denied before": (svc(USER, GROUP), [f"-{GROUP}", USER], False),
    "denied after": (svc(USER, GROUP), [USER, f"-{GROUP}"], True),
    "somebody else is denied": (svc(USER), [f"-{OTHER}", USER], True),
    "everyone": (svc(USER), ["S-1-1-0"], True),
    "authenticated users": (svc(USER), ["S-1-5-11"], True),
    "services": (svc(USER), ["S-1-5-6"], True),
    "users": (svc(USER), ["S-1-5-32-545"], True),
    "services denied": (svc(USER), ["-S-1-5-6", USER], False),
    "people at the keyboard": (svc(USER), ["S-1-5-4"], False),
    "lower case": (svc(USER.lower()), [USER], True),
    "system is an administrator": (svc(SYSTEM), [ADMINS], True),
    "network service is none": (svc(NETWORK_SERVICE), [ADMINS, SYSTEM], False),
    "network service": (svc(NETWORK_SERVICE), [NETWORK_SERVICE], True),
    "local service is not network service": (svc(LOCAL_SERVICE), [NETWORK_SERVICE], False),
    "the name is enough for built-in ones": (
        svc(name="NT AUTHORITY\\NetworkService"),
        [NETWORK_SERVICE],
        True,
    ),
    "so also for no": (svc(name="NT AUTHORITY\\LocalService"), [SYSTEM, ADMINS], False),
    "and for system": (svc(name="LocalSystem"), [SYSTEM, ADMINS], True),
    "a user called as one": (svc(name="VMS\\NetworkService"), [NETWORK_SERVICE], None),
    "groups not seen": (svc(), [SYSTEM, ADMINS], None),
    "a virtual account": (svc(service_sid(SERVICE), name=f"NT SERVICE\\{SERVICE}"), ["S-1-5-80-0"], True),
    "perhaps by the service's own SID": (svc(USER), [SYSTEM, service_sid(SERVICE)], None),
    "perhaps as any service": (svc(USER), ["S-1-5-80-0"], None),
    "perhaps denied": (svc(USER), ["-S-1-5-80-0", USER], None),
    "perhaps, but denied anyway": (svc(USER), ["-S-1-5-80-0"], False),
    "an application pool": (svc("S-1-5-82-1-2-3-4-5"), ["S-1-5-32-568"], True),
}


@pytest.mark.parametrize(("account", "entries", "answer"), CASES.values(), ids=list(CASES))
def test_readers(account: ServiceAccount, entries: list[str], *, answer: bool | None) -> None:
    """The first entry that concerns the account decides; what may concern it makes the answer unknown."""
    assert may_read(account, key(*entries)) is answer


def test_what_cannot_be_known() -> None:
    """A key in hardware has no list, and a list may not be seen: neither is a no."""
    assert may_read(svc(USER), key(SYSTEM, hardware=True)) is None
    assert may_read(svc(USER), PrivateKey(KeyLink.PRESENT, readers=None)) is None


def test_the_sid_of_a_service() -> None:
    """Windows makes it from the name alone; that of TrustedInstaller is published."""
    published = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
    assert service_sid("TrustedInstaller") == service_sid("trustedinstaller") == published


def test_an_account_has_its_own_sid_and_those_of_every_service() -> None:
    """Beside what was seen stand the groups that no list of groups names."""
    assert sids_of(svc(USER)) == frozenset({USER, "S-1-1-0", "S-1-5-11", "S-1-5-6", "S-1-5-32-545"})


ENTRIES = st.lists(st.builds(KeyPermission, st.sampled_from("ABCDE"), allowed=st.booleans()), max_size=8)


def in_order(entries: list[KeyPermission], sids: set[str]) -> bool:
    """Return what AccessCheck gives: the first entry for one of the SIDs."""
    return next((entry.allowed for entry in entries if entry.sid in sids), False)


@given(ENTRIES, st.sets(st.sampled_from("ABC")), st.sets(st.sampled_from("DE")))
def test_unknown_exactly_where_it_depends(
    entries: list[KeyPermission], sure: set[str], perhaps: set[str]
) -> None:
    """The answer is what Windows says whatever is true of the doubtful SIDs, else unknown."""
    subsets = [set(), *({one} for one in perhaps), perhaps]
    answers = {in_order(entries, sure | some) for some in subsets}
    expected = answers.pop() if len(answers) == 1 else None
    assert decide_access(entries, frozenset(sure), frozenset(perhaps)) is expected
