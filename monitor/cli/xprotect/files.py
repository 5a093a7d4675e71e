"""Judge a certificate file as if a server already used it; reads only the file."""

import asyncio
import glob
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.assess import PathFinder, split_chains
from monitor.cli.xprotect.suitable import Candidate, make_candidate
from monitor.errors import UsageError
from monitor.messages import english
from monitor.model import Anchors, Clock, Observation, Policy, ProbeResult, Sighting, Target, TargetState
from monitor.pipeline import Judge
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.files.settings import FilesSettings
from monitor.sources.files.source import FilesSource


def file_candidates(
    command: str, path: str, target: Target, clock: Clock, passphrases: dict[str, Any]
) -> list[Candidate]:
    """Return a candidate for each certificate in a file that is not the CA of another.

    ``passphrases`` is as in a configuration of files. Raises ``UsageError`` for a file without a readable
    certificate.
    """
    seen, writer = _seen(path, passphrases), english(clock.now())
    if not seen.sightings:
        said = (
            "; ".join(writer.write(failure.message) for failure in seen.failures) or "there is no certificate"
        )
        raise UsageError(f"{command}: --file {path}: {said}; export the certificate as a .cer or .pem file")
    anchors = TrustStoreLoader().anchors(target.policy.trust, 0)
    states = _states(seen, target, anchors, clock)
    return [make_candidate(state, Path(path).name, writer) for state in states]


def _seen(path: str, passphrases: dict[str, Any]) -> ProbeResult:
    whole = glob.escape(str(Path(path).absolute()))
    settings = FilesSettings.model_validate({"kind": "files", "paths": [whole], **passphrases})
    return asyncio.run(FilesSource().probe(settings.target(Policy()).request))


def _states(seen: ProbeResult, target: Target, anchors: Anchors, clock: Clock) -> Iterator[TargetState]:
    for chain in split_chains(
        [(one.certificate, seen.ders[one.certificate.sha256]) for one in seen.sightings]
    ):
        shown = tuple(Sighting(target.location, location, held[0]) for location, held in enumerate(chain))
        served = ProbeResult(
            shown, ders={certificate.sha256: der for certificate, der in chain}, encrypted=True
        )
        now = clock.now()
        observation = Observation(target.id, now, timedelta(0), served)
        yield Judge(PathFinder()).observed(TargetState(target), observation, anchors, now)
