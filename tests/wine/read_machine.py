"""Print as JSON this Windows machine's facts beside its certificates; creates a file with access rights."""

import json
import sys
import winreg
from dataclasses import asdict
from pathlib import Path

from monitor.model import KeyLink, PrivateKey
from monitor.sources.win32.this_machine import ThisMachine
from monitor.windows.raw_forms import key_file_name

SERVICE = r"SYSTEM\CurrentControlSet\Services\MilestoneTest"

with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
    guid = winreg.QueryValueEx(key, "MachineGuid")[0]
folder = Path(r"C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys")
folder.mkdir(parents=True, exist_ok=True)
(folder / key_file_name("te-rec01", guid)).write_bytes(b"no key")
with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, SERVICE) as service:
    winreg.SetValueEx(service, "ObjectName", 0, winreg.REG_SZ, r"NT SERVICE\MilestoneTest")
    winreg.SetValueEx(service, "DisplayName", 0, winreg.REG_SZ, "Milestone XProtect Event Server")
machine = ThisMachine()
bindings, accounts = machine.bindings(), machine.accounts()
readers = [machine.readers(PrivateKey(KeyLink.PRESENT, "", name)) for name in ("te-rec01", "te-other")]
sys.stdout.write(
    json.dumps(
        {
            "names": machine.names(),
            "bindings": bindings,
            "accounts": None if accounts is None else [asdict(one) for one in accounts],
            "readers": [None if one is None else [asdict(two) for two in one] for one in readers],
        }
    )
)
