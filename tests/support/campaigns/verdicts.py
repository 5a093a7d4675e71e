"""Random chains are judged by us, by ``openssl verify`` and by curl; where those two agree, so do we."""

import shutil

from support.campaigns.campaign import Run, require
from support.campaigns.random_chains import random_case
from support.servers.tls.odd import Verdicts
from support.servers.tls.odd import verdicts as judged

CHAINS = 20


async def verdicts(run: Run) -> None:
    """Judge some random chains in each round; a warning counts as agreement, as ``docs/verdicts.md`` says."""
    for one in run:
        cases = [random_case(number, one.chance) for number in range(CHAINS)]
        found = await judged(cases, one.folder)
        for name, verdict in found.items():
            run.counts[_class(verdict)] += 1
            require(_fits(verdict), f"case {name} is judged {verdict}; its files are in {one.folder}")
        shutil.rmtree(one.folder)


def _fits(found: Verdicts) -> bool:
    """Return whether we say what all clients say, or clients differ."""
    return found.ours == "warns" or found.openssl != found.curl or found.ours == found.openssl


def _class(found: Verdicts) -> str:
    if found.openssl != found.curl:
        return "chains on which clients differ"
    return f"chains that all {found.ours[:-1]}" if found.unanimous else "chains with a warning"
