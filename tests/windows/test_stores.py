"""Names of certificate stores, as people write them and as they are in locations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.windows.stores import StoreLocation, StoreName, store_name


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("My", "LocalMachine/My"),
        ("MY", "LocalMachine/My"),
        ("localmachine/my", "LocalMachine/My"),
        (r"LocalMachine\My", "LocalMachine/My"),
        (r"Cert:\LocalMachine\WebHosting", "LocalMachine/WebHosting"),
        ("cert:/CurrentUser/My", "CurrentUser/My"),
        ("remote desktop", "LocalMachine/Remote Desktop"),
        ("Some Product", "LocalMachine/Some Product"),
        ("Services/VideoOS Event Server/My", "Services/VideoOS Event Server/My"),
        (" My ", "LocalMachine/My"),
    ],
)
def test_is_read(written: str, expected: str) -> None:
    """Any usual spelling becomes the one used in locations."""
    assert str(store_name(written)) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "/",
        "LocalMachine/",
        "Users/S-1-5-18/My",
        "Services/My",
        "LocalMachine/a/b",
        "CurrentUser/a/My",
        r"\\host\My",
        "My\x07",
        "M*",
        "a" * 201,
    ],
)
def test_is_refused(written: str) -> None:
    """What names no store here is refused with the forms that are allowed."""
    with pytest.raises(ValueError, match="LocalMachine/My, CurrentUser/My or Services/NAME/My"):
        store_name(written)


@given(st.sampled_from(StoreLocation), st.text(max_size=30), st.text(max_size=30))
def test_what_is_read_is_read_again(location: StoreLocation, service: str, name: str) -> None:
    """The form in locations is a form that is read, as the same store."""
    text = f"{location}/{service}/{name}" if location is StoreLocation.SERVICES else f"{location}/{name}"
    try:
        found = store_name(text)
    except ValueError:
        return
    assert store_name(str(found)) == found


def test_shows_the_service() -> None:
    """The store of a service carries its name."""
    assert str(StoreName(StoreLocation.SERVICES, "My", "NTDS")) == "Services/NTDS/My"
