/* The one function of Windows' bcryptprimitives.dll that cryptography's wheel calls and wine 8 does not have.
   https://learn.microsoft.com/windows/win32/seccng/processprng: it fills a buffer and never fails. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
    while (size > 0) {
        ULONG part = size > 0x10000 ? 0x10000 : (ULONG)size;
        if (!RtlGenRandom(data, part))
            return FALSE;
        data += part;
        size -= part;
    }
    return TRUE;
}
