<#
.SYNOPSIS
Installs cert-monitor from the unpacked zip beside this script, or replaces the version that is there; -Remove takes
the program away.

.DESCRIPTION
Copies the program to "Program Files\cert-monitor", registers the service "cert-monitor" (stopped), adds the folder to
the machine's PATH and a link to the page to the Start menu. Services that are registered stay, and one that ran before
runs again afterwards. Run it elevated. Configuration, state and logs in "ProgramData\cert-monitor" and
"ProgramData\cert-monitor-agent" are neither changed nor removed.

.PARAMETER Firewall
Lets other machines reach the page and the metrics through Windows' firewall.

.PARAMETER Agent
Registers the service "cert-monitor-agent", the agent of a zone, in place of the monitor's.

.PARAMETER Remove
Removes the services, the program, its entry in PATH and the link.

.EXAMPLE
.\install.ps1

.EXAMPLE
.\install.ps1 -Agent

.EXAMPLE
.\install.ps1 -Remove
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding(DefaultParameterSetName = 'Install', SupportsShouldProcess = $true)]
param(
    [Parameter(ParameterSetName = 'Install')]
    [switch]$Firewall,

    [Parameter(ParameterSetName = 'Install')]
    [switch]$Agent,

    [Parameter(Mandatory = $true, ParameterSetName = 'Remove')]
    [switch]$Remove
)
$ErrorActionPreference = 'Stop'
$name = 'cert-monitor'
$folder = Join-Path $env:ProgramFiles $name
# The services of the program, with the words that choose each among its commands.
$services = [ordered]@{ 'cert-monitor' = @(); 'cert-monitor-agent' = @('--agent') }
$link = "$name.url"
$menu = Join-Path ([Environment]::GetFolderPath('CommonPrograms')) $link

function Test-InstalledByMsi {
    $products = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*'
    $found = Get-ItemProperty -Path $products -ErrorAction SilentlyContinue |
        Where-Object { $_.DisplayName -eq $name -and $_.WindowsInstaller -eq 1 }
    return $null -ne $found
}

function Invoke-Monitor([string[]]$Words) {
    & (Join-Path $folder "$name.exe") @Words
    if ($LASTEXITCODE) { throw "cert-monitor $Words failed with exit code $LASTEXITCODE" }
}

function Get-Registered {
    return $services.Keys | Where-Object { Get-Service -Name $_ -ErrorAction SilentlyContinue }
}

# What is there stays; without any it is the monitor's service, or with -Agent that of an agent.
function Select-Service([string[]]$There) {
    if ($Agent -and $There -notcontains 'cert-monitor-agent') { $There += 'cert-monitor-agent' }
    if (-not $There) { $There = @('cert-monitor') }
    return $There
}

function Stop-Program([string]$Service) {
    $found = Get-Service -Name $Service
    if ($found.Status -eq 'Stopped') { return $false }
    Stop-Service -Name $Service
    $found.WaitForStatus('Stopped', [TimeSpan]::FromSeconds(60))
    return $true
}

# The registry, since [Environment] would write the folders behind variables such as %SystemRoot% in full.
function Set-Path([bool]$Present) {
    $place = 'SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($place, $true)
    $before = [string]$key.GetValue('Path', '', 'DoNotExpandEnvironmentNames')
    $folders = @($before.Split(';') | Where-Object { $_ -and $_ -ne $folder })
    if ($Present) { $folders += $folder }
    $key.SetValue('Path', ($folders -join ';'), 'ExpandString')
    $key.Close()
    # To remove a variable, even one that is not there, announces a change to programs that run (WM_SETTINGCHANGE).
    [Environment]::SetEnvironmentVariable('CERT_MONITOR_PATH', $null, 'User')
}

# Beside the old program first: what cannot be copied leaves everything as it was.
function Copy-Program {
    $new = "$folder.new"
    $old = "$folder.old"
    foreach ($left in $new, $old) {
        if (Test-Path -LiteralPath $left) { Remove-Item -LiteralPath $left -Recurse -Force }
    }
    New-Item -ItemType Directory -Path $new | Out-Null
    # By names as they are: a bracket in the path of the folder would be a pattern.
    Get-ChildItem -LiteralPath $PSScriptRoot -Force | ForEach-Object {
        Copy-Item -LiteralPath $_.FullName -Destination $new -Recurse
    }
    Get-ChildItem -LiteralPath $new -Recurse -File | Unblock-File
    if (Test-Path -LiteralPath $folder) { Rename-Item -LiteralPath $folder -NewName "$name.old" }
    try {
        Rename-Item -LiteralPath $new -NewName $name
    }
    catch {
        if (Test-Path -LiteralPath $old) { Rename-Item -LiteralPath $old -NewName $name }
        throw
    }
    if (Test-Path -LiteralPath $old) { Remove-Item -LiteralPath $old -Recurse -Force }
}

# In a 32-bit PowerShell other folders and keys of the registry would be meant.
if (-not [Environment]::Is64BitProcess) { throw 'run this in the 64-bit Windows PowerShell, not in "(x86)"' }
if (Test-InstalledByMsi) { throw 'cert-monitor was installed by its MSI: use a newer MSI, or remove it first' }
if ($Remove) {
    if (-not $PSCmdlet.ShouldProcess($folder, 'Remove the services and the program')) { return }
    foreach ($service in @(Get-Registered)) { Stop-Program $service | Out-Null }
    if (Test-Path -LiteralPath $folder) {
        foreach ($service in $services.Keys) { Invoke-Monitor (@('service', 'remove') + $services[$service]) }
        Remove-Item -LiteralPath $folder -Recurse -Force
    }
    if (Test-Path -LiteralPath $menu) { Remove-Item -LiteralPath $menu }
    Set-Path $false
    Write-Output "Removed. Configuration and state are still in $(Join-Path $env:ProgramData $name)*."
    return
}
if (-not $PSCmdlet.ShouldProcess($folder, 'Install cert-monitor')) { return }
if (-not (Test-Path -LiteralPath (Join-Path $PSScriptRoot "$name.exe"))) {
    throw "no $name.exe beside this script: run it in the unpacked folder"
}
$there = @(Get-Registered)
$wanted = @(Select-Service $there)
$ran = @($there | Where-Object { Stop-Program $_ })
try {
    Copy-Program
    foreach ($service in $wanted) {
        $words = @('service', 'install') + $services[$service]
        if ($Firewall -and $service -eq $name) { $words += '--firewall' }
        Invoke-Monitor $words
    }
    Copy-Item -LiteralPath (Join-Path $folder $link) -Destination $menu
    Set-Path $true
}
finally {
    foreach ($service in $ran) { Start-Service -Name $service }
}
$next = if ($wanted -contains $name) { 'setup' } else { 'agent enroll LINE' }
Write-Output "Installed. Next, in a new window: cert-monitor $next"
