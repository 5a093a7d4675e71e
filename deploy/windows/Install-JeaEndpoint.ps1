<#
.SYNOPSIS
Installs the JEA endpoint CertMonitor, whose one visible function is Get-CertificateReport; with -Remove takes it
away again.

.DESCRIPTION
Copies the module to "Program Files\WindowsPowerShell\Modules\CertMonitor" and registers the session configuration.
Whoever is in the group may call the one function and nothing else, and needs no other right on this machine. Run it
elevated. Registering restarts WinRM: sessions that are open end.

.PARAMETER Group
A group of the domain (DOMAIN\Group). Left out, a local group "CertMonitor" is made, as workgroups need it; put
accounts or groups into it.

.PARAMETER Collector
The file collector.ps1: beside this script, or in the source tree.

.EXAMPLE
.\Install-JeaEndpoint.ps1 -Group 'VMS\Certificate monitors'

.EXAMPLE
.\Install-JeaEndpoint.ps1
Add-LocalGroupMember -Group CertMonitor -Member certmon
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding(DefaultParameterSetName = 'Install', SupportsShouldProcess = $true)]
param(
    [Parameter(ParameterSetName = 'Install')]
    [ValidatePattern('^[^"''\u2018-\u201b]*$')]
    [string]$Group = '',

    [Parameter(ParameterSetName = 'Install')]
    [string]$Collector = '',

    [Parameter(Mandatory = $true, ParameterSetName = 'Remove')]
    [switch]$Remove
)
$ErrorActionPreference = 'Stop'
$name = 'CertMonitor'
$module = Join-Path $env:ProgramFiles "WindowsPowerShell\Modules\$name"

if ($Remove) {
    if ($PSCmdlet.ShouldProcess($name, 'Remove the endpoint and its module')) {
        Unregister-PSSessionConfiguration -Name $name -Force -ErrorAction SilentlyContinue
        Remove-Item -LiteralPath $module -Recurse -Force -ErrorAction SilentlyContinue
    }
    return
}

$product = (Get-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\ProductOptions').ProductType
if ($product -eq 'LanmanNT') {
    # On a domain controller the virtual account of the endpoint would be an administrator of the domain.
    throw 'this is a domain controller: let the collector write a report instead (Install-CertificateCollector.ps1)'
}

if (-not $Collector) {
    $Collector = Join-Path $PSScriptRoot 'collector.ps1'
    if (-not (Test-Path -LiteralPath $Collector)) {
        $Collector = Join-Path $PSScriptRoot '..\..\monitor\windows\collector.ps1'
    }
}

if (-not $Group) {
    if (-not (Get-LocalGroup -Name $name -ErrorAction SilentlyContinue)) {
        if ($PSCmdlet.ShouldProcess($name, 'Make the local group')) {
            New-LocalGroup -Name $name -Description 'May call Get-CertificateReport here' | Out-Null
        }
    }
    $Group = [System.Environment]::MachineName + '\' + $name
}

if ($PSCmdlet.ShouldProcess($module, 'Copy the module')) {
    New-Item -ItemType Directory -Path (Join-Path $module 'RoleCapabilities') -Force | Out-Null
    $from = Join-Path $PSScriptRoot $name
    $copies = [ordered]@{
        (Join-Path $from 'CertMonitor.psd1')                  = 'CertMonitor.psd1'
        (Join-Path $from 'RoleCapabilities\CertMonitor.psrc') = 'RoleCapabilities\CertMonitor.psrc'
        $Collector                                            = 'CertMonitor.psm1'
    }
    foreach ($source in @($copies.Keys)) {
        $copy = Join-Path $module $copies[$source]
        Copy-Item -LiteralPath $source -Destination $copy -Force
        Unblock-File -LiteralPath $copy
    }
}

if ($PSCmdlet.ShouldProcess($name, 'Register the endpoint (restarts WinRM)')) {
    $text = [System.IO.File]::ReadAllText((Join-Path $PSScriptRoot "$name.pssc")).Replace('@GROUP@', $Group)
    $file = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName() + '.pssc')
    try {
        [System.IO.File]::WriteAllText($file, $text, [System.Text.UTF8Encoding]::new($true))
        if (-not (Test-PSSessionConfigurationFile -Path $file)) { throw "$name.pssc is not valid" }
        Register-PSSessionConfiguration -Name $name -Path $file -Force | Out-Null
    }
    finally {
        Remove-Item -LiteralPath $file -Force -ErrorAction SilentlyContinue
    }
}
