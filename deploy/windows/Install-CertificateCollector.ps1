<#
.SYNOPSIS
Installs the collector on this machine and lets Task Scheduler run it; with -Remove takes both away again.

.DESCRIPTION
Copies collector.ps1 and Collect-Certificates.ps1 to "Program Files\cert-monitor-collector", where only administrators
may change them, and registers the task "cert-monitor collector". Run it elevated. It changes nothing else.

.PARAMETER OutputFolder
Where the task writes the report, as a whole path: a share, or a local folder that is made here with rights for
administrators, the system and the task only. A local one that is there has to be an administrator's.

.PARAMETER Account
System sees who may read private keys, and needs no password. NetworkService reads the same stores, bindings and
services and may do far less, but does not see the keys. Both reach a share as the computer's own account (a domain
only).

.PARAMETER EveryMinutes
Time between two reports. "late_after" in cert-monitor's configuration should be at least twice as long.

.PARAMETER Collector
The file collector.ps1: beside this script, or in the source tree.

.PARAMETER Signed
Runs the scripts with the execution policy AllSigned: sign both files before.

.EXAMPLE
.\Install-CertificateCollector.ps1 -OutputFolder \\monitor.vms.example\certificates$

.EXAMPLE
.\Install-CertificateCollector.ps1 -Remove
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding(DefaultParameterSetName = 'Install', SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true, ParameterSetName = 'Install')]
    [ValidatePattern('^([A-Za-z]:\\|\\\\)[^"]+$')]
    [string]$OutputFolder,

    [Parameter(ParameterSetName = 'Install')]
    [ValidatePattern('^LocalMachine/[A-Za-z0-9 ._-]{1,100}$')]
    [string[]]$Store = @('LocalMachine/My'),

    [Parameter(ParameterSetName = 'Install')]
    [ValidateSet('System', 'NetworkService')]
    [string]$Account = 'System',

    [Parameter(ParameterSetName = 'Install')]
    [ValidateRange(5, 1440)]
    [int]$EveryMinutes = 60,

    [Parameter(ParameterSetName = 'Install')]
    [string]$Collector = '',

    [Parameter(ParameterSetName = 'Install')]
    [switch]$Signed,

    [Parameter(Mandatory = $true, ParameterSetName = 'Remove')]
    [switch]$Remove
)
$ErrorActionPreference = 'Stop'
$task = 'cert-monitor collector'
# Not that of the monitor, which is replaced as a whole when it is upgraded.
$folder = Join-Path $env:ProgramFiles 'cert-monitor-collector'

# Whoever owns a folder on the way could lead what the task writes, which may write everywhere, to another file.
function Test-OwnedByAdministrators([string]$Path) {
    $trusted_installer = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464'
    for ($at = $Path; $at; $at = Split-Path -Parent $at) {
        if (-not (Test-Path -LiteralPath $at)) { continue }
        $owner = (Get-Acl -LiteralPath $at).GetOwner([System.Security.Principal.SecurityIdentifier]).Value
        $link = (Get-Item -LiteralPath $at -Force).Attributes -band [System.IO.FileAttributes]::ReparsePoint
        if ($link -or @('S-1-5-18', 'S-1-5-32-544', $trusted_installer) -notcontains $owner) { return $false }
    }
    return $true
}

# Typographic quotes, too, end a text in PowerShell.
function Get-Quoted([string]$Text) {
    return "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($Text) + "'"
}

if ($Remove) {
    if ($PSCmdlet.ShouldProcess($task, 'Remove the task and its scripts')) {
        Unregister-ScheduledTask -TaskName $task -Confirm:$false -ErrorAction SilentlyContinue
        Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction SilentlyContinue
    }
    return
}

if (-not $Collector) {
    $Collector = Join-Path $PSScriptRoot 'collector.ps1'
    if (-not (Test-Path -LiteralPath $Collector)) {
        $Collector = Join-Path $PSScriptRoot '..\..\monitor\windows\collector.ps1'
    }
}
$local = -not $OutputFolder.StartsWith('\\')
if ($local -and -not (Test-OwnedByAdministrators $OutputFolder)) {
    throw "$OutputFolder or a folder above it is a link or not an administrator's: choose another, or takeown /a /f it"
}
$sid = @{ System = 'S-1-5-18'; NetworkService = 'S-1-5-20' }[$Account]

if ($PSCmdlet.ShouldProcess($folder, 'Copy the collector')) {
    New-Item -ItemType Directory -Path $folder -Force | Out-Null
    $script = Join-Path $PSScriptRoot 'Collect-Certificates.ps1'
    foreach ($source in @($Collector, $script)) {
        Copy-Item -LiteralPath $source -Destination $folder -Force
        Unblock-File -LiteralPath (Join-Path $folder (Split-Path -Leaf $source))
    }
}

if ($local -and -not (Test-Path -LiteralPath $OutputFolder)) {
    if ($PSCmdlet.ShouldProcess($OutputFolder, 'Make the folder for reports')) {
        New-Item -ItemType Directory -Path $OutputFolder | Out-Null
        $security = [System.Security.AccessControl.DirectorySecurity]::new()
        $security.SetAccessRuleProtection($true, $false)
        foreach ($entry in @(@('S-1-5-18', 'FullControl'), @('S-1-5-32-544', 'FullControl'), @($sid, 'Modify'))) {
            $who = [System.Security.Principal.SecurityIdentifier]::new($entry[0])
            $security.AddAccessRule([System.Security.AccessControl.FileSystemAccessRule]::new(
                    $who, $entry[1], 'ContainerInherit, ObjectInherit', 'None', 'Allow'))
        }
        Set-Acl -LiteralPath $OutputFolder -AclObject $security
        if (Get-ChildItem -LiteralPath $OutputFolder -Force) {
            throw "somebody put files into $OutputFolder before it was closed to others: remove it, and try again"
        }
    }
}

$policy = 'RemoteSigned'
if ($Signed) { $policy = 'AllSigned' }
# -Command and not -File: that would hand over several stores as one text.
$call = '& {0} -OutputFolder {1} -Store {2}' -f @(
    (Get-Quoted (Join-Path $folder 'Collect-Certificates.ps1'))
    (Get-Quoted $OutputFolder)
    (@(foreach ($one in $Store) { Get-Quoted $one }) -join ',')
)
$powershell = Join-Path $env:SystemRoot 'System32\WindowsPowerShell\v1.0\powershell.exe'
$arguments = '-NoProfile -NonInteractive -ExecutionPolicy {0} -Command "{1}"' -f $policy, $call
$action = New-ScheduledTaskAction -Execute $powershell -Argument $arguments
$pause = New-TimeSpan -Minutes $EveryMinutes
$triggers = @(
    (New-ScheduledTaskTrigger -Once -At (Get-Date).Date -RepetitionInterval $pause -RandomDelay (New-TimeSpan -Minutes 4))
    (New-ScheduledTaskTrigger -AtStartup)
)
$principal = New-ScheduledTaskPrincipal -UserId $sid -LogonType ServiceAccount -RunLevel Highest
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew `
    -ExecutionTimeLimit (New-TimeSpan -Minutes 15) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
if ($PSCmdlet.ShouldProcess($task, 'Register the task')) {
    Register-ScheduledTask -TaskName $task -Action $action -Trigger $triggers -Principal $principal `
        -Settings $settings -Description 'Writes what this machine keeps of certificates, for cert-monitor.' -Force |
        Out-Null
    Start-ScheduledTask -TaskName $task
}
