<#
.SYNOPSIS
Installs the collector on this machine and lets Task Scheduler run it; with -Remove takes both away again.

.DESCRIPTION
Copies collector.ps1 and Collect-Certificates.ps1 to "Program Files\cert-monitor", where only administrators may
change them, and registers the task "cert-monitor collector". Run it elevated. It changes nothing else.

.PARAMETER OutputFolder
Where the task writes the report: a share, or a local folder that is made here with rights for administrators, the
system and the task only.

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
    [ValidatePattern('^[^"]+$')]
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
$home_folder = Join-Path $env:ProgramFiles 'cert-monitor'

if ($Remove) {
    if ($PSCmdlet.ShouldProcess($task, 'Remove the task and its scripts')) {
        Unregister-ScheduledTask -TaskName $task -Confirm:$false -ErrorAction SilentlyContinue
        foreach ($file in 'collector.ps1', 'Collect-Certificates.ps1') {
            Remove-Item -LiteralPath (Join-Path $home_folder $file) -Force -ErrorAction SilentlyContinue
        }
    }
    return
}

if (-not $Collector) {
    $Collector = Join-Path $PSScriptRoot 'collector.ps1'
    if (-not (Test-Path -LiteralPath $Collector)) {
        $Collector = Join-Path $PSScriptRoot '..\..\monitor\windows\collector.ps1'
    }
}
$sid = @{ System = 'S-1-5-18'; NetworkService = 'S-1-5-20' }[$Account]

if ($PSCmdlet.ShouldProcess($home_folder, 'Copy the collector')) {
    New-Item -ItemType Directory -Path $home_folder -Force | Out-Null
    $script = Join-Path $PSScriptRoot 'Collect-Certificates.ps1'
    foreach ($source in @($Collector, $script)) {
        Copy-Item -LiteralPath $source -Destination $home_folder -Force
        Unblock-File -LiteralPath (Join-Path $home_folder (Split-Path -Leaf $source))
    }
}

$local = -not $OutputFolder.StartsWith('\\')
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
    }
}

$policy = 'RemoteSigned'
if ($Signed) { $policy = 'AllSigned' }
# -Command and not -File: that would hand over several stores as one text.
$call = "& '{0}' -OutputFolder '{1}' -Store {2}" -f @(
    (Join-Path $home_folder 'Collect-Certificates.ps1').Replace("'", "''")
    $OutputFolder.Replace("'", "''")
    (@(foreach ($one in $Store) { "'" + $one + "'" }) -join ',')
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
