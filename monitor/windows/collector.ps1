# Tells what a Windows machine keeps of certificates, as one JSON document (deploy/windows/report.schema.json).
# It must change nothing and read no private key: of a key it reports who may read it.
#
# Windows PowerShell 5.1. Nothing but functions: a task dot-sources this file, a JEA endpoint has it as its module,
# and over WinRM it is sent along with the call. A JEA session has no drives (Cert:, HKLM:, env:) and no modules
# loaded, hence .NET types throughout and one command, named with its module. Lists are written as @(...) or .ToArray():
# others become {"value": ..., "Count": ...} in the JSON of Windows PowerShell.

function Get-CertMonitorCause {
    # Returns the innermost exception of an error record: only its sentence is specific.
    param($ErrorRecord)
    $exception = $ErrorRecord.Exception
    while ($null -ne $exception.InnerException) { $exception = $exception.InnerException }
    return $exception
}

function Get-CertMonitorElevated {
    $identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = [System.Security.Principal.WindowsPrincipal]::new($identity)
    return $principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
}

function Get-CertMonitorHost {
    $properties = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
    $addresses = [System.Collections.Generic.List[string]]::new()
    foreach ($card in [System.Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces()) {
        if ($card.OperationalStatus -ne [System.Net.NetworkInformation.OperationalStatus]::Up) { continue }
        foreach ($entry in $card.GetIPProperties().UnicastAddresses) {
            $address = $entry.Address
            if ([System.Net.IPAddress]::IsLoopback($address) -or $address.IsIPv6LinkLocal) { continue }
            $addresses.Add($address.ToString())
        }
    }
    $fqdn = $properties.HostName
    if ($properties.DomainName) { $fqdn = $properties.HostName + '.' + $properties.DomainName }
    return [ordered]@{
        netbios   = [System.Environment]::MachineName
        fqdn      = $fqdn
        addresses = $addresses.ToArray()
    }
}

function Get-CertMonitorStore {
    # Returns the certificates of a store of the local machine. Windows gives the logical store, with what group
    # policy and the enterprise put into it.
    param([string]$Name, [bool]$Archived)
    $flags = [System.Security.Cryptography.X509Certificates.OpenFlags]'ReadOnly, OpenExistingOnly'
    if ($Archived) {
        $flags = [System.Security.Cryptography.X509Certificates.OpenFlags]'ReadOnly, OpenExistingOnly, IncludeArchived'
    }
    $location = [System.Security.Cryptography.X509Certificates.StoreLocation]::LocalMachine
    $opened = [System.Security.Cryptography.X509Certificates.X509Store]::new($Name, $location)
    try {
        $opened.Open($flags)
        foreach ($certificate in $opened.Certificates) { $certificate }
    }
    finally {
        $opened.Close()
    }
}

function Get-CertMonitorInstalled {
    # Returns the SHA-1 and SHA-256 of each certificate of a logical store.
    param([string]$Name)
    # The managed class of that name is refused on machines that are set to FIPS; this one is not.
    $hashing = [System.Security.Cryptography.SHA256CryptoServiceProvider]::new()
    foreach ($certificate in @(Get-CertMonitorStore -Name $Name -Archived $false)) {
        $digest = [System.BitConverter]::ToString($hashing.ComputeHash($certificate.RawData))
        [ordered]@{
            thumbprint = $certificate.Thumbprint
            sha256     = $digest.Replace('-', '').ToLowerInvariant()
        }
    }
}

function Open-CertMonitorKey {
    # Returns a handle on a certificate's private key, $null for a kind of key that is not known here.
    param($Certificate)
    switch ($Certificate.PublicKey.Oid.Value) {
        '1.2.840.113549.1.1.1' {
            return [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($Certificate)
        }
        '1.2.840.10045.2.1' {
            return [System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions]::GetECDsaPrivateKey($Certificate)
        }
    }
    return $null
}

function Find-CertMonitorKeyFile {
    # Returns the path of a key's file, empty when there is none: keys of RSA turn up in either kind of folder.
    param([string]$Name)
    if ([System.IO.Path]::IsPathRooted($Name)) {
        if ([System.IO.File]::Exists($Name)) { return $Name }
        return ''
    }
    $crypto = [System.IO.Path]::Combine([System.Environment]::GetFolderPath('CommonApplicationData'), 'Microsoft\Crypto')
    foreach ($folder in 'Keys', 'RSA\MachineKeys', 'SystemKeys', 'RSA\S-1-5-18', 'DSS\MachineKeys') {
        $path = [System.IO.Path]::Combine($crypto, $folder, $Name)
        if ([System.IO.File]::Exists($path)) { return $path }
    }
    return ''
}

function Get-CertMonitorAccountName {
    # Returns how an account is called, empty when nobody knows any more.
    param($Sid)
    try { return $Sid.Translate([System.Security.Principal.NTAccount]).Value }
    catch { return '' }
}

function Get-CertMonitorReader {
    # Returns the entries of a file's access list that concern reading, in their order.
    param([string]$Path)
    $sections = [System.Security.AccessControl.AccessControlSections]::Access
    $security = [System.Security.AccessControl.FileSecurity]::new($Path, $sections)
    foreach ($rule in $security.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier])) {
        # ReadData, or one of the generic rights to read and to do everything.
        $rights = [int]$rule.FileSystemRights
        if (($rights -band 1) -eq 0 -and ($rights -band 0x10000000) -eq 0 -and $rights -ge 0) { continue }
        $allowed = $rule.AccessControlType -eq [System.Security.AccessControl.AccessControlType]::Allow
        [ordered]@{
            sid     = $rule.IdentityReference.Value
            name    = (Get-CertMonitorAccountName -Sid $rule.IdentityReference)
            allowed = $allowed
        }
    }
}

function Get-CertMonitorKey {
    # Returns what is known of a certificate's private key.
    param($Certificate, [bool]$Elevated)
    $key = [ordered]@{
        link      = 'missing'
        provider  = ''
        container = ''
        hardware  = $false
        readers   = $null
        error     = ''
    }
    if (-not $Certificate.HasPrivateKey) { return $key }
    $key.link = 'present'
    try {
        $handle = Open-CertMonitorKey -Certificate $Certificate
        if ($null -eq $handle) {
            $key.error = 'this kind of key is not supported'
            return $key
        }
        try {
            if ($handle -is [System.Security.Cryptography.ICspAsymmetricAlgorithm]) {
                $key.provider = $handle.CspKeyContainerInfo.ProviderName
                $key.container = $handle.CspKeyContainerInfo.UniqueKeyContainerName
                $key.hardware = $handle.CspKeyContainerInfo.HardwareDevice
            }
            else {
                $key.provider = $handle.Key.Provider.Provider
                $key.container = $handle.Key.UniqueName
                $key.hardware = $key.provider -ne 'Microsoft Software Key Storage Provider'
            }
        }
        finally {
            $handle.Dispose()
        }
        if ($key.hardware) { return $key }
        $file = Find-CertMonitorKeyFile -Name $key.container
        if ($file) { $key.readers = @(Get-CertMonitorReader -Path $file) }
        else { $key.error = 'the file of this key was not found' }
    }
    catch {
        $cause = Get-CertMonitorCause -ErrorRecord $_
        $key.error = $cause.Message
        # NTE_BAD_KEYSET, NTE_NO_KEY and NTE_NOT_FOUND (winerror.h): there is no such key. To an account without
        # rights Windows says the same of a key that is there.
        if ($Elevated -and (-2146893802, -2146893811, -2146893807) -contains $cause.HResult) {
            $key.link = 'missing'
        }
    }
    return $key
}

function Get-CertMonitorBinding {
    # Returns the bindings of http.sys. The labels of netsh are in the language of Windows: only values are read, in
    # their order (address and port, hash, application, store).
    $netsh = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'netsh.exe')
    $lines = @(& $netsh http show sslcert)
    $text = $lines -join "`n"
    if ($LASTEXITCODE -ne 0 -and $text -notmatch '[0-9a-fA-F]{40}') {
        # So it stops where there is no binding too: not known is safer than none.
        throw "netsh http show sslcert showed none and ended with $LASTEXITCODE"
    }
    $bindings = [System.Collections.Generic.List[object]]::new()
    $current = $null
    $storeIsNext = $false
    foreach ($line in $lines) {
        if ($storeIsNext) {
            $storeIsNext = $false
            if ($line -match '\s:\s+(\S.*?)\s*$' -and $Matches[1] -ne '(null)') { $current.store = $Matches[1] }
        }
        elseif ($line -match '\s:\s+(\S+):(\d{1,5})\s*$') {
            $current = [ordered]@{
                address    = $Matches[1].Trim('[', ']')
                port       = [int]$Matches[2]
                thumbprint = ''
                store      = 'My'
                app_id     = ''
            }
        }
        elseif ($null -ne $current -and $line -match '\s:\s+([0-9a-fA-F]{40})\s*$') {
            $current.thumbprint = $Matches[1].ToUpperInvariant()
            $bindings.Add($current)
        }
        elseif ($null -ne $current -and $line -match '\s:\s+(\{[0-9a-fA-F-]{36}\})\s*$') {
            $current.app_id = $Matches[1]
            $storeIsNext = $true
        }
    }
    foreach ($binding in $bindings) { $binding }
}

function Get-CertMonitorLocalGroup {
    # Returns a table of the SID of each local group to the SIDs of its members, $null on a domain controller: there
    # these are the groups of the whole domain.
    $options = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SYSTEM\CurrentControlSet\Control\ProductOptions')
    if ($options.GetValue('ProductType') -eq 'LanmanNT') { return $null }
    [void][System.Reflection.Assembly]::LoadWithPartialName('System.DirectoryServices')
    $computer = [System.DirectoryServices.DirectoryEntry]::new('WinNT://' + [System.Environment]::MachineName + ',computer')
    [void]$computer.psbase.Children.SchemaFilter.Add('group')
    $groups = @{}
    foreach ($group in $computer.psbase.Children) {
        $sid = [System.Security.Principal.SecurityIdentifier]::new([byte[]]$group.psbase.Properties['objectSid'].Value, 0)
        $members = [System.Collections.Generic.List[string]]::new()
        foreach ($member in @($group.psbase.Invoke('Members'))) {
            $bytes = [byte[]]$member.GetType().InvokeMember('objectSid', 'GetProperty', $null, $member, $null)
            $members.Add([System.Security.Principal.SecurityIdentifier]::new($bytes, 0).Value)
        }
        $groups[$sid.Value] = $members
    }
    return $groups
}

function Add-CertMonitorSid {
    # Adds the SIDs that a service of this account carries to a list and returns whether these are all: half of them
    # would make "may not read" of an account that may.
    param([System.Collections.Generic.List[string]]$Into, [string]$Account, [string[]]$More, $LocalGroups)
    $own = ''
    # Names of these accounts are translated on other languages' Windows; the registry keeps the English ones.
    switch -Regex ($Account) {
        '^(NT AUTHORITY\\)?(Local ?)?System$' { $own = 'S-1-5-18' }
        '^NT AUTHORITY\\Network ?Service$' { $own = 'S-1-5-20' }
        '^NT AUTHORITY\\Local ?Service$' { $own = 'S-1-5-19' }
    }
    $usual = @('S-1-1-0', 'S-1-5-11', 'S-1-5-6', 'S-1-5-32-545')
    if ($own -eq 'S-1-5-18') { $usual = @('S-1-1-0', 'S-1-5-11', 'S-1-5-32-544') }
    $domain, $user = $Account.Split([char[]]'\', 2)
    $machine = [System.Environment]::MachineName
    if ($domain -eq '.') { $domain = $machine }
    $token = $null
    try {
        if (-not $own -and ($Account -like '*@*' -or @($machine, 'NT SERVICE', 'IIS APPPOOL') -notcontains $domain)) {
            # Windows makes a token for identification of a domain's account, with all its groups (Kerberos S4U).
            $name = $Account
            if ($user) { $name = $user + '@' + $domain }
            $token = [System.Security.Principal.WindowsIdentity]::new($name)
            $own = $token.User.Value
            $usual = @('S-1-5-6') + @(foreach ($group in $token.Groups) { $group.Value })
        }
        elseif (-not $own) {
            $known = [System.Security.Principal.NTAccount]::new($domain, $user)
            $own = $known.Translate([System.Security.Principal.SecurityIdentifier]).Value
        }
    }
    catch { return $false }
    foreach ($sid in @($own) + $usual + $More) {
        if ($sid -and -not $Into.Contains($sid)) { $Into.Add($sid) }
    }
    # A token has the local groups in it, and the system may do what its administrators may.
    if ($null -ne $token -or $own -eq 'S-1-5-18') { return $true }
    if ($null -eq $LocalGroups) { return $false }
    foreach ($group in @($LocalGroups.Keys)) {
        foreach ($member in @($LocalGroups[$group])) {
            if ($Into.Contains($member) -and -not $Into.Contains($group)) { $Into.Add($group) }
        }
    }
    return $true
}

function Get-CertMonitorService {
    # Returns the services whose name, title or program matches a pattern. Everybody can read the registry, but not
    # the service manager.
    param([string[]]$Pattern, $LocalGroups)
    [void][System.Reflection.Assembly]::LoadWithPartialName('System.ServiceProcess')
    $states = @{}
    try {
        foreach ($one in [System.ServiceProcess.ServiceController]::GetServices()) { $states[$one.ServiceName] = $one }
    }
    catch { $states = @{} }
    $all = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SYSTEM\CurrentControlSet\Services')
    foreach ($name in $all.GetSubKeyNames()) {
        try { $entry = $all.OpenSubKey($name) }
        catch { continue }
        # 0x30: a program of its own or in a shared process; the others are drivers (winnt.h, SERVICE_WIN32).
        if ($null -eq $entry -or (($entry.GetValue('Type', 0) -as [int]) -band 0x30) -eq 0) { continue }
        $title = [string]$entry.GetValue('DisplayName', '')
        $running = $null
        if ($states.ContainsKey($name)) {
            try {
                $title = $states[$name].DisplayName
                $running = $states[$name].Status -eq [System.ServiceProcess.ServiceControllerStatus]::Running
            }
            catch { $running = $null }
        }
        $wanted = $false
        foreach ($like in $Pattern) {
            if ($name -like $like -or $title -like $like -or [string]$entry.GetValue('ImagePath', '') -like $like) {
                $wanted = $true
            }
        }
        if (-not $wanted) { continue }
        $account = [string]$entry.GetValue('ObjectName', 'LocalSystem')
        $more = @()
        if (($entry.GetValue('ServiceSidType', 0) -as [int]) -ne 0) {
            try {
                $known = [System.Security.Principal.NTAccount]::new('NT SERVICE', $name)
                $more = @($known.Translate([System.Security.Principal.SecurityIdentifier]).Value, 'S-1-5-80-0')
            }
            catch { $more = @() }
        }
        $sids = [System.Collections.Generic.List[string]]::new()
        $complete = Add-CertMonitorSid -Into $sids -Account $account -More $more -LocalGroups $LocalGroups
        $service = [ordered]@{
            name         = $name
            display_name = $title
            account      = $account
            sids         = $null
            running      = $running
        }
        if ($complete) { $service.sids = $sids.ToArray() }
        $service
    }
}

function Get-CertMonitorPool {
    # Returns the application pools of IIS; the passwords in its configuration are not read.
    param($LocalGroups)
    $path = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'inetsrv\config\applicationHost.config')
    $iis = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\InetStp')
    if ($null -eq $iis) { return }
    $configuration = [System.Xml.XmlDocument]::new()
    $configuration.Load($path)
    $section = '/configuration/system.applicationHost/applicationPools'
    $usual = 'ApplicationPoolIdentity'
    $set = $configuration.SelectSingleNode($section + '/applicationPoolDefaults/processModel/@identityType')
    if ($null -ne $set) { $usual = $set.Value }
    foreach ($pool in $configuration.SelectNodes($section + '/add')) {
        $name = $pool.GetAttribute('name')
        $kind = $usual
        $user = ''
        $model = $pool.SelectSingleNode('processModel')
        if ($null -ne $model) {
            if ($model.GetAttribute('identityType')) { $kind = $model.GetAttribute('identityType') }
            $user = $model.GetAttribute('userName')
        }
        $account = 'IIS APPPOOL\' + $name
        if ($kind -eq 'SpecificUser') { $account = $user }
        elseif ($kind -ne 'ApplicationPoolIdentity') { $account = 'NT AUTHORITY\' + $kind }
        $sids = [System.Collections.Generic.List[string]]::new()
        $complete = Add-CertMonitorSid -Into $sids -Account $account -More 'S-1-5-32-568' -LocalGroups $LocalGroups
        $service = [ordered]@{
            name         = 'IIS APPPOOL\' + $name
            display_name = 'IIS application pool ' + $name
            account      = $account
            sids         = $null
            running      = $null
        }
        if ($complete) { $service.sids = $sids.ToArray() }
        $service
    }
}

function Get-CertificateReport {
    <#
    .SYNOPSIS
    Returns what this machine keeps of certificates, as one JSON document for cert-monitor.
    .PARAMETER Store
    Stores of the local machine to read, such as LocalMachine/My.
    .PARAMETER Service
    Patterns of the names, titles or programs of services whose accounts are reported.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [ValidatePattern('^LocalMachine/[^\\/:*?"<>|]{1,100}$')]
        [string[]]$Store = @('LocalMachine/My'),

        [string[]]$Service = @(
            '*Milestone*', '*XProtect*', '*VideoOS*', 'W3SVC', 'MSSQL*', 'TermService', 'WinRM', 'NTDS', 'adfssrv'
        )
    )
    $ErrorActionPreference = 'Stop'
    $now = [System.DateTime]::UtcNow
    $invariant = [System.Globalization.CultureInfo]::InvariantCulture
    $errors = [System.Collections.Generic.List[object]]::new()
    $stores = [System.Collections.Generic.List[string]]::new()
    $certificates = [System.Collections.Generic.List[object]]::new()
    $elevated = Get-CertMonitorElevated
    if (-not $elevated) {
        $errors.Add([ordered]@{ part = 'keys'; message = 'not elevated: who may read private keys is not seen' })
    }

    foreach ($full in $Store) {
        try {
            $name = $full.Substring('LocalMachine/'.Length)
            foreach ($certificate in @(Get-CertMonitorStore -Name $name -Archived $true)) {
                $certificates.Add([ordered]@{
                        store         = $full
                        raw           = [System.Convert]::ToBase64String($certificate.RawData)
                        thumbprint    = $certificate.Thumbprint
                        friendly_name = [string]$certificate.FriendlyName
                        archived      = $certificate.Archived
                        key           = (Get-CertMonitorKey -Certificate $certificate -Elevated $elevated)
                    })
            }
            $stores.Add($full)
        }
        catch {
            $cause = Get-CertMonitorCause -ErrorRecord $_
            $errors.Add([ordered]@{ part = $full; message = $cause.Message })
        }
    }

    $roots = $null
    try { $roots = @(Get-CertMonitorInstalled -Name 'Root') }
    catch { $errors.Add([ordered]@{ part = 'roots'; message = (Get-CertMonitorCause -ErrorRecord $_).Message }) }

    $intermediates = $null
    try { $intermediates = @(Get-CertMonitorInstalled -Name 'CA') }
    catch { $errors.Add([ordered]@{ part = 'intermediates'; message = (Get-CertMonitorCause -ErrorRecord $_).Message }) }

    $bindings = $null
    try { $bindings = @(Get-CertMonitorBinding) }
    catch { $errors.Add([ordered]@{ part = 'bindings'; message = (Get-CertMonitorCause -ErrorRecord $_).Message }) }

    $groups = $null
    try { $groups = Get-CertMonitorLocalGroup }
    catch { $errors.Add([ordered]@{ part = 'groups'; message = (Get-CertMonitorCause -ErrorRecord $_).Message }) }

    $services = $null
    try { $services = @(Get-CertMonitorService -Pattern $Service -LocalGroups $groups) }
    catch { $errors.Add([ordered]@{ part = 'services'; message = (Get-CertMonitorCause -ErrorRecord $_).Message }) }

    try { if ($null -ne $services) { $services = $services + @(Get-CertMonitorPool -LocalGroups $groups) } }
    catch { $errors.Add([ordered]@{ part = 'pools'; message = (Get-CertMonitorCause -ErrorRecord $_).Message }) }

    $report = [ordered]@{
        version       = '1.0'
        collector     = '1.0.0'
        taken_at      = $now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $invariant)
        host          = (Get-CertMonitorHost)
        stores        = $stores.ToArray()
        certificates  = $certificates.ToArray()
        roots         = $roots
        intermediates = $intermediates
        bindings      = $bindings
        services      = $services
        errors        = $errors.ToArray()
    }
    return Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $report -Depth 8 -Compress
}
