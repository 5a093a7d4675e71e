"""Man page and completion below a folder like ``/usr/share``, made from the parser of the arguments."""

import gzip
from pathlib import Path

from monitor.cli.arguments import parser
from packages.linux.completion import bash_completion
from packages.linux.man_page import man_page
from packages.times import BUILT_AT, EPOCH


def write(share: Path, version: str) -> None:
    """Write both where the programs that read them look."""
    root = parser()
    page = share / "man" / "man1" / "cert-monitor.1.gz"
    page.parent.mkdir(parents=True)
    page.write_bytes(gzip.compress(man_page(root, version, BUILT_AT.date()).encode(), mtime=EPOCH))
    completion = share / "bash-completion" / "completions" / "cert-monitor"
    completion.parent.mkdir(parents=True)
    completion.write_text(bash_completion(root), "utf-8")
