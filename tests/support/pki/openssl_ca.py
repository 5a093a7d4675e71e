"""A CA run by the ``openssl`` program: its index, its CRLs, its OCSP responder, a server with a staple.

Nothing here is for use outside tests.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.servers.programs import running

_CONFIG = """
[ca]
default_ca = own
[own]
dir = {folder}
database = $dir/index.txt
serial = $dir/serial
crlnumber = $dir/crlnumber
new_certs_dir = $dir
certificate = $dir/ca.pem
private_key = $dir/ca.key
default_md = sha256
default_days = 300
default_crl_days = 7
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
commonName = OpenSSL CA
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[server]
subjectAltName = IP:127.0.0.1
crlDistributionPoints = URI:http://127.0.0.1:{crl_port}/ca.crl
authorityInfoAccess = OCSP;URI:http://127.0.0.1:{ocsp_port}/
[responder]
extendedKeyUsage = OCSPSigning
"""


@dataclass(frozen=True)
class OpensslCa:
    """A CA in a folder."""

    folder: Path
    crl_port: int
    ocsp_port: int

    def make(self) -> None:
        """Make the CA itself."""
        text = _CONFIG.format(folder=self.folder, crl_port=self.crl_port, ocsp_port=self.ocsp_port)
        (self.folder / "ca.cnf").write_text(text)
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text("1000\n")
        (self.folder / "crlnumber").write_text("01\n")
        self._run(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 999 -config ca.cnf "
            "-extensions root -keyout ca.key -out ca.pem"
        )

    def issue(self, name: str, extensions: str = "server") -> Path:
        """Return the file of a new certificate; its key lies beside it."""
        self._run(
            f"req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} -config ca.cnf "
            f"-keyout {name}.key -out {name}.csr"
        )
        self._run(f"ca -batch -notext -config ca.cnf -extensions {extensions} -in {name}.csr -out {name}.pem")
        return self.folder / f"{name}.pem"

    def revoke(self, name: str) -> None:
        """Revoke a certificate."""
        self._run(f"ca -config ca.cnf -revoke {name}.pem -crl_reason keyCompromise")

    def crl(self, form: str = "DER") -> bytes:
        """Return the CRL of now."""
        self._run("ca -config ca.cnf -gencrl -out crl.pem")
        self._run(f"crl -in crl.pem -outform {form} -out crl.der")
        return (self.folder / "crl.der").read_bytes()

    def staple(self, name: str) -> Path:
        """Return the file of an OCSP response about a certificate."""
        self._run(
            f"ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -issuer ca.pem -cert {name}.pem "
            "-ndays 3 -respout staple.der -noverify"
        )
        return self.folder / "staple.der"

    @contextmanager
    def responding(self, signer: str = "ca") -> Iterator[None]:
        """Run the OCSP responder, signing with a certificate of this CA."""
        command = (
            f"ocsp -index index.txt -port {self.ocsp_port} -CA ca.pem -rsigner {signer}.pem "
            f"-rkey {signer}.key -nmin 60"
        )
        # A connection that only tries whether it listens would hold it for ever.
        with self._started(command, "waiting for OCSP client connections"):
            yield

    @contextmanager
    def serving(self, name: str, *more: str) -> Iterator[int]:
        """Run a TLS server with a certificate and give its port."""
        command = f"s_server -www -accept 127.0.0.1:0 -cert {name}.pem -key {name}.key"
        with self._started(" ".join((command, *more)), "ACCEPT 127.0.0.1:") as said:
            yield int(said.rpartition(":")[2])

    @contextmanager
    def _started(self, command: str, ready: str) -> Iterator[str]:
        """Run a program and give the line by which it says that it is ready."""
        with running(
            ["openssl", *command.split()],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None
            yield next(line for line in process.stdout if ready in line)

    def _run(self, command: str) -> None:
        subprocess.run(
            ["openssl", *command.split()], cwd=self.folder, check=True, capture_output=True, timeout=30
        )
