"""The configuration of a set of certificate files, and its target; reads no file."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from monitor.addresses import read_host
from monitor.model import Policy, Target, TargetInfo, make_target_id
from monitor.secrets import SecretReference
from monitor.settings import LocalPath, LocalPattern, TargetSettings
from monitor.sources.files.globs import has_magic
from monitor.sources.files.passphrases import MOST, PassphraseSettings
from monitor.sources.files.walk import ALL_SUFFIXES, STORE_SUFFIXES


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Files:
    """The files that one target covers."""

    paths: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    passphrases: tuple[SecretReference, ...] = ()
    kind: Literal["files"] = field(default="files", kw_only=True)


class FilesSettings(TargetSettings):
    """The settings of a set of certificate files."""

    kind: Literal["files"]
    name: str = Field("", description="name of the target; the paths if left out")
    paths: tuple[LocalPath, ...] = Field(
        min_length=1,
        description=f"files, folders (with everything below that ends in {' '.join(ALL_SUFFIXES)}) "
        "and patterns with *, ?, [...] and ** for any depth",
    )
    exclude: tuple[LocalPattern, ...] = Field((), description="patterns of files and folders to leave out")
    passphrases: tuple[PassphraseSettings, ...] = Field(
        (), max_length=MOST, description="where the passphrases of key stores are, tried in this order"
    )
    host: str = Field("", description="machine that uses these certificates; this machine if left out")

    @field_validator("host")
    @classmethod
    def _host(cls, text: str) -> str:
        return read_host(text) if text else ""

    def target(self, policy: Policy) -> Target:
        """Return the target for these settings; checks on disk whether a path is a folder."""
        where = ", ".join(self.paths)
        return Target(
            id=make_target_id(self.kind, self.name or where),
            kind=self.kind,
            location=where,
            settings=Files(self.paths, self.exclude, tuple(one.reference for one in self.passphrases)),
            policy=policy,
            labels=tuple(sorted(self.labels.items())),
            host=self.host,
            collection=any(_many(path) for path in self.paths),
            info=TargetInfo(title=self.title or self.name),
        )


def _many(path: str) -> bool:
    """Return whether superseded certificates may be present: in folders, patterns and stores."""
    if has_magic(path) or path.lower().endswith(STORE_SUFFIXES):
        return True
    # The suffix decides for nearly every file, so that a hanging network disk is not accessed here.
    return not has_certificate_suffix(path) and Path(path).is_dir()


def has_certificate_suffix(path: str) -> bool:
    """Return whether a file name has a suffix of certificate files."""
    return path.lower().endswith(ALL_SUFFIXES)
