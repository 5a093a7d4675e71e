"""Certificate files are found and read, whatever else lies beside them."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from monitor.model import Failure, FailureReason, Message, Target
from monitor.model.texts import names
from monitor.parse.texts import CERTIFICATE_REQUEST
from monitor.sources.files import certfile, source, texts, walk
from monitor.sources.files.settings import Files
from monitor.sources.files.source import FilesSource
from support.factories.sources.file_probes import UNIX, locations, probe, reasons, target, write
from support.pki import Issued, issue, leaf, rsa_key
from support.pki.foreign import enveloped, request


@pytest.fixture(scope="module")
def first() -> Issued:
    """Return one certificate."""
    return leaf("first.example")


@pytest.fixture(scope="module")
def second() -> Issued:
    """Return another certificate."""
    return leaf("second.example")


def test_named_file(tmp_path: Path, first: Issued, second: Issued) -> None:
    """Every certificate of a file is seen with its index, and its DER is handed over."""
    write(tmp_path, a_pem=first.pem + second.pem)
    seen = probe(target(tmp_path / "a.pem"))
    assert (
        [(s.location, s.position, s.certificate.sha256) for s in seen.sightings],
        dict(seen.ders),
        seen.failures,
        seen.encrypted,
    ) == (
        [(str(tmp_path / "a.pem"), 0, first.sha256), (str(tmp_path / "a.pem"), 1, second.sha256)],
        {first.sha256: first.der, second.sha256: second.der},
        (),
        None,
    )


def test_der_file(tmp_path: Path, first: Issued) -> None:
    """DER is read as well as PEM, whatever the suffix says."""
    write(tmp_path, a_pem=first.der)
    assert [s.certificate.sha256 for s in probe(target(tmp_path / "a.pem")).sightings] == [first.sha256]


def test_key_beside_certificate(tmp_path: Path, first: Issued) -> None:
    """A private key in the same file is passed over and its bytes are held nowhere."""
    write(tmp_path, a_pem=first.key_pem + first.pem)
    source, wanted = FilesSource(), target(tmp_path / "a.pem")
    seen = probe(wanted, source)
    kept = [known for paths in source._known.values() for known in paths.values()]
    assert (seen.failures, "PRIVATE" in repr(kept), len(kept)) == ((), False, 1)


@pytest.mark.parametrize(
    ("paths", "collection", "name"),
    [
        (("a.pem",), False, "a.pem"),
        (("a.pem", "b.CRT"), False, "a.pem, b.CRT"),
        (("*.pem",), True, "*.pem"),
        (("a.pem", "**/*.cer"), True, "a.pem, **/*.cer"),
        (("a[0-9].pem",), True, "a[0-9].pem"),
        (("no-such-file",), False, "no-such-file"),
    ],
)
def test_target(paths: tuple[str, ...], collection: bool, name: str) -> None:  # noqa: FBT001 - a column
    """Patterns are collections, named files are not; the paths are the name when none is given."""
    made = target(*paths)
    assert (made.id, made.location, made.collection) == (f"files:{name}", name, collection)


def test_folder_is_a_collection(tmp_path: Path) -> None:
    """A folder is a collection."""
    assert target(tmp_path).collection is True


def test_folder(tmp_path: Path, first: Issued) -> None:
    """A folder means the files below it with the suffixes of certificates, in any case of letters."""
    write(tmp_path, a_PEM=first.pem, b_crt=first.pem, c_cer=first.der, d_der=first.der, e_txt=first.pem)
    write(tmp_path, sub__f_pem=first.pem, sub__g_key=first.key_pem)
    seen = probe(target(tmp_path))
    assert (locations(seen, tmp_path), seen.failures) == (
        ["a.PEM", "b.crt", "c.cer", "d.der", "sub/f.pem"],
        (),
    )


def test_pattern(tmp_path: Path, first: Issued) -> None:
    """A pattern with ** matches at any depth, none included."""
    write(tmp_path, a_pem=first.pem, x__b_pem=first.pem, x__y__c_pem=first.pem, x__d_crt=first.pem)
    assert locations(probe(target(f"{tmp_path}/**/*.pem")), tmp_path) == ["a.pem", "x/b.pem", "x/y/c.pem"]


def test_names_that_look_like_patterns(tmp_path: Path, first: Issued) -> None:
    """A file or folder that exists is meant by its name, as setup was given it."""
    folder = tmp_path / "certs [old]"
    folder.mkdir()
    write(folder, a_pem=first.pem)
    for named in (folder, folder / "a.pem"):
        assert locations(probe(target(named)), folder) == ["a.pem"]


def test_exclude(tmp_path: Path, first: Issued) -> None:
    """Excluded folders and files are left out."""
    write(tmp_path, a_pem=first.pem, old__b_pem=first.pem, x__old__y__c_pem=first.pem, x__d_pem=first.pem)
    seen = probe(target(f"{tmp_path}/**/*.pem", exclude=("**/old/**", "**/d.*")))
    assert (locations(seen, tmp_path), seen.failures) == (["a.pem"], ())


def test_excluded_folders_are_not_listed(
    tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is excluded is never opened: it may be huge or forbidden."""
    write(tmp_path, a_pem=first.pem, old__b_pem=first.pem)
    listed: list[str] = []
    real = walk._listed
    monkeypatch.setattr(walk, "_listed", lambda folder, budget: listed.append(folder) or real(folder, budget))
    probe(target(f"{tmp_path}/**/*.pem", exclude=("**/old/**",)))
    assert listed == [str(tmp_path)]


def test_file_given_twice(tmp_path: Path, first: Issued) -> None:
    """A file that is named and matched too is seen once."""
    write(tmp_path, a_pem=first.pem)
    assert locations(probe(target(tmp_path / "a.pem", f"{tmp_path}/*.pem")), tmp_path) == ["a.pem"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", FailureReason.NOT_A_CERTIFICATE),
        (b"hello", FailureReason.NOT_A_CERTIFICATE),
        (b"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n", FailureReason.BAD_CERTIFICATE),
    ],
)
def test_named_file_without_certificate(tmp_path: Path, content: bytes, reason: FailureReason) -> None:
    """A named file must hold a certificate."""
    write(tmp_path, a_pem=content)
    assert reasons(probe(target(tmp_path / "a.pem"))) == [(reason, "a.pem")]


def test_matched_files_without_certificate(tmp_path: Path, first: Issued) -> None:
    """A file that a pattern matches may hold something else."""
    write(tmp_path, a_pem=first.pem, b_pem=b"hello", c_pem=first.key_pem, d_pem=b"", e_pem=os.urandom(99))
    seen = probe(target(f"{tmp_path}/*"))
    assert (locations(seen, tmp_path), seen.failures) == (["a.pem"], ())


SAFE = issue("safe", key=rsa_key())


def test_a_request_is_passed_over(tmp_path: Path, first: Issued) -> None:
    """A request lies in many a folder of certificates; it is no damaged one."""
    write(tmp_path, a_pem=first.pem, b_der=request(), c_p7b=enveloped(SAFE, encoding=Encoding.PEM))
    seen = probe(target(tmp_path))
    assert (locations(seen, tmp_path), seen.failures) == (["a.pem"], ())


def test_a_named_request_is_no_certificate(tmp_path: Path) -> None:
    """A file that is configured by name is reported."""
    write(tmp_path, a_der=request())
    (failure,) = probe(target(tmp_path / "a.der")).failures
    path, hint = str(tmp_path / "a.der"), CERTIFICATE_REQUEST
    said = texts.no_certificate_in_because(path=path, hint=hint)
    assert failure == Failure(FailureReason.NOT_A_CERTIFICATE, said, path)


DAMAGED = b"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n"


def test_one_damaged_file_of_many(tmp_path: Path, first: Issued) -> None:
    """It is a failure of that file, and the target is reachable: its certificates are read."""
    write(tmp_path, a_pem=first.pem, b_pem=DAMAGED, c_der=first.der[:-9])
    for paths in (tmp_path, f"{tmp_path}/*"):
        seen = probe(target(paths))
        assert (locations(seen, tmp_path), reasons(seen), seen.unreachable_failures) == (
            ["a.pem"],
            [(FailureReason.BAD_CERTIFICATE, "b.pem"), (FailureReason.BAD_CERTIFICATE, "c.der")],
            (),
        )


def test_nothing_but_damaged_files(tmp_path: Path) -> None:
    """Where nothing at all is read the target is unreachable."""
    write(tmp_path, a_pem=DAMAGED, b_pem=b"hello")
    seen = probe(target(tmp_path))
    assert [one.reason for one in seen.unreachable_failures] == [FailureReason.BAD_CERTIFICATE]


def test_a_damaged_file_that_is_named(tmp_path: Path, first: Issued) -> None:
    """It is what somebody wants to know about, whatever else is read."""
    write(tmp_path, a_pem=first.pem, b_pem=DAMAGED)
    seen = probe(target(tmp_path / "b.pem", f"{tmp_path}/a*"))
    assert [Path(one.location).name for one in seen.unreachable_failures] == ["b.pem"]


def test_damaged_block(tmp_path: Path, first: Issued, second: Issued) -> None:
    """One damaged block among good ones is a failure at its file; the others are seen."""
    damaged = b"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n"
    write(tmp_path, a_pem=first.pem + damaged + second.pem)
    seen = probe(target(f"{tmp_path}/*.pem"))
    assert ([s.certificate.sha256 for s in seen.sightings], reasons(seen)) == (
        [first.sha256, second.sha256],
        [(FailureReason.BAD_CERTIFICATE, "a.pem")],
    )


def test_missing_file(tmp_path: Path) -> None:
    """A named file that is missing is not found."""
    seen = probe(target(tmp_path / "a.pem"))
    path = str(tmp_path / "a.pem")
    assert seen.failures == (Failure(FailureReason.NOT_FOUND, texts.file_missing(path=path), path),)


def test_missing_folder_of_a_pattern(tmp_path: Path) -> None:
    """A pattern below a folder that is missing is not found: a lost mount must not look like peace."""
    assert reasons(probe(target(f"{tmp_path}/none/*.pem"))) == [(FailureReason.NOT_FOUND, "none")]


def test_pattern_without_match(tmp_path: Path) -> None:
    """A target that gives no file at all is not found."""
    wanted = target(f"{tmp_path}/*.pem")
    assert [(f.reason, f.location) for f in probe(wanted).failures] == [
        (FailureReason.NOT_FOUND, wanted.location)
    ]


def test_only_other_files(tmp_path: Path) -> None:
    """A target whose files all hold something else says so."""
    write(tmp_path, a_pem=b"x", b_pem=b"y")
    messages = [failure.message for failure in probe(target(f"{tmp_path}/*.pem")).failures]
    assert messages == [texts.no_certificate_in_files(files=2, paths=names([f"{tmp_path}/*.pem"]))]


def test_broken_and_good_paths(tmp_path: Path, first: Issued) -> None:
    """One path that fails does not cost the others."""
    write(tmp_path, a_pem=first.pem)
    seen = probe(target(tmp_path / "none.pem", tmp_path / "a.pem"))
    assert (locations(seen, tmp_path), reasons(seen)) == (["a.pem"], [(FailureReason.NOT_FOUND, "none.pem")])


@UNIX
def test_no_permission(tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read is a failure, named or matched."""

    def refused(path: str, known: object, passphrases: object) -> object:
        raise PermissionError(13, "Permission denied", path)

    write(tmp_path, a_pem=first.pem)
    monkeypatch.setattr(source, "read_file", refused)
    seen = [reasons(probe(target(path))) for path in (tmp_path / "a.pem", f"{tmp_path}/*.pem")]
    assert seen == [[(FailureReason.PERMISSION, "a.pem")]] * 2


@UNIX
def test_real_permission(tmp_path: Path, first: Issued) -> None:
    """The operating system's own refusal of a folder below becomes a failure at that folder."""
    write(tmp_path, a_pem=first.pem, shut__b_pem=first.pem)
    (tmp_path / "shut").chmod(0)
    try:
        seen = probe(target(f"{tmp_path}/**/*.pem"))
    finally:
        (tmp_path / "shut").chmod(0o700)
    # root may list everything
    refused = os.geteuid() != 0
    assert reasons(seen) == ([(FailureReason.PERMISSION, "shut")] if refused else [])


@UNIX
def test_pipe_is_never_opened(tmp_path: Path, first: Issued) -> None:
    """A pipe or socket is no file: matched it is passed over, named it is unreadable; neither blocks."""
    write(tmp_path, a_pem=first.pem)
    os.mkfifo(tmp_path / "p.pem")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s.pem"))
        matched = probe(target(f"{tmp_path}/*.pem"))
        named = probe(target(tmp_path / "p.pem", tmp_path / "s.pem", "/dev/zero"))
    assert (locations(matched, tmp_path), matched.failures, reasons(named)) == (
        ["a.pem"],
        (),
        [(FailureReason.UNREADABLE, name) for name in ("p.pem", "s.pem", "zero")],
    )


def test_large_file(tmp_path: Path, first: Issued) -> None:
    """A file over 16 MiB is too large, named or matched; the others are still seen."""
    write(tmp_path, a_pem=first.pem)
    with (tmp_path / "b.pem").open("wb") as stream:
        stream.truncate(2 << 30)  # sparse: nothing is written
    matched, named = probe(target(f"{tmp_path}/*.pem")), probe(target(tmp_path / "b.pem"))
    said = texts.file_too_large(path=str(tmp_path / "b.pem"), mebibytes=16)
    failures = [(f.reason, f.message) for f in (*matched.failures, *named.failures)]
    assert (locations(matched, tmp_path), failures) == (["a.pem"], [(FailureReason.TOO_LARGE, said)] * 2)


def test_large_file_of_another_kind(tmp_path: Path, first: Issued) -> None:
    """A large file that a pattern matches and that is not called like a certificate's is passed over."""
    write(tmp_path, a_pem=first.pem)
    with (tmp_path / "film.mkv").open("wb") as stream:
        stream.truncate(certfile.LARGEST + 1)
    seen = probe(target(f"{tmp_path}/*"))
    assert (locations(seen, tmp_path), seen.failures) == (["a.pem"], ())


@pytest.mark.parametrize(
    ("bound", "most", "kind"),
    [("entries", 1_000_000, texts.too_many_entries), ("files", 100_000, texts.too_many_files)],
)
def test_endless_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int, kind: Callable[..., Message]
) -> None:
    """A folder without end is listed up to the bound of one probe, and the probe says where it stopped."""
    for number in range(60):
        (tmp_path / f"{number:02}.pem").touch()
    budget = walk.Budget.of(10)
    setattr(budget, bound, 20)  # as if so many were left of the bound
    monkeypatch.setattr(walk.Budget, "of", lambda timeout: budget)
    (failure,) = probe(target(tmp_path)).failures
    said = kind(most=most, path=failure.location)
    assert (failure.reason, failure.message, getattr(budget, bound)) == (FailureReason.UNREADABLE, said, -1)


def test_strange_settings() -> None:
    """A target of another kind is a bug and fails loudly."""
    with pytest.raises(TypeError, match="no files target"):
        probe(Target("endpoint:a:1", "endpoint", "a:1", Files))


def test_relative_pattern(tmp_path: Path, first: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative pattern, as typed after ``check``, shows paths as a person would type them."""
    write(tmp_path, a_pem=first.pem, x__b_pem=first.pem)
    monkeypatch.chdir(tmp_path)
    found = [
        [s.location for s in probe(target(path)).sightings] for path in ("*.pem", "**/*.pem", "x/*", "a.pem")
    ]
    assert found == [
        ["a.pem"],
        ["a.pem", str(Path("x", "b.pem"))],
        [str(Path("x", "b.pem"))],
        ["a.pem"],
    ]
