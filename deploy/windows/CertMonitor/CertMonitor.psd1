# Module manifest of the JEA endpoint. Its root module is collector.ps1, copied under this name by the installer.
@{
    RootModule        = 'CertMonitor.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = '5b1f3a52-7c84-4e0e-9c1e-6d0a0c2f7b41'
    Author            = 'cert-monitor'
    Description       = 'Tells what this machine keeps of certificates.'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-CertificateReport')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
