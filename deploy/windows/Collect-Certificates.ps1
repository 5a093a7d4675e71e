<#
.SYNOPSIS
Writes what this machine keeps of certificates to OutputFolder\HOST.json, for cert-monitor's kind windows_report.

.DESCRIPTION
Read-only but for that one file. The document is written to a second file that replaces it as a whole, so that a reader
never meets half of one. collector.ps1 must lie beside this script.

.PARAMETER OutputFolder
A folder of this machine or a share. The file is called by the machine's full name.

.PARAMETER Store
Stores of the local machine to read, such as LocalMachine/My, LocalMachine/WebHosting.

.PARAMETER Service
Patterns of the names, titles or programs of services whose accounts are reported; those of XProtect if left out.

.EXAMPLE
.\Collect-Certificates.ps1 -OutputFolder \\monitor.vms.example\certificates$
#>
#Requires -Version 5.1
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string]$OutputFolder,

    [string[]]$Store = @('LocalMachine/My'),

    [string[]]$Service = @()
)
$ErrorActionPreference = 'Stop'
. ([System.IO.Path]::Combine($PSScriptRoot, 'collector.ps1'))

$wanted = @{ Store = $Store }
if ($Service.Count -gt 0) { $wanted.Service = $Service }
$document = Get-CertificateReport @wanted

$network = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
$name = [System.Environment]::MachineName
if ($network.DomainName) { $name = $network.HostName + '.' + $network.DomainName }
$target = [System.IO.Path]::Combine($OutputFolder, $name.ToLowerInvariant() + '.json')
$beside = $target + '.' + $PID + '.tmp'
try {
    [System.IO.File]::WriteAllText($beside, $document, [System.Text.UTF8Encoding]::new($false))
    for ($attempt = 1; ; $attempt++) {
        try {
            if (-not [System.IO.File]::Exists($target)) {
                [System.IO.File]::Move($beside, $target)
            }
            elseif ($attempt -lt 5) {
                [System.IO.File]::Replace($beside, $target, [System.Management.Automation.Language.NullString]::Value)
            }
            else {
                # Replacing needs more rights than a share may grant, and some file servers cannot do it: there is no
                # report for a moment.
                [System.IO.File]::Delete($target)
                [System.IO.File]::Move($beside, $target)
            }
            break
        }
        catch {
            # Somebody may be reading it just now.
            if ($attempt -ge 10) { throw }
            [System.Threading.Thread]::Sleep(200)
        }
    }
}
finally {
    if ([System.IO.File]::Exists($beside)) { [System.IO.File]::Delete($beside) }
}
Write-Verbose "wrote $target"
