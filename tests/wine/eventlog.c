/* A stand-in for the events of advapi32, with the signatures of Windows' own header: it prints what it gets. */

#define _ADVAPI32_ /* the functions are here, not imported */

#include <stdio.h>
#include <windows.h>

#define SOURCE ((HANDLE)0x123456789abcLL)

static void print(const wchar_t *text)
{
    char bytes[8192];
    int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL);
    for (int index = 0; index < length - 1; index++)
        printf("%02x", (unsigned char)bytes[index]);
    printf("\n");
    fflush(stdout);
}

HANDLE WINAPI RegisterEventSourceW(LPCWSTR server, LPCWSTR source)
{
    printf("source %d ", server == NULL);
    print(source);
    return SOURCE;
}

BOOL WINAPI ReportEventW(HANDLE log, WORD type, WORD category, DWORD number, PSID user, WORD count, DWORD size,
                         LPCWSTR *texts, LPVOID data)
{
    printf("event %d %d %d %lu %d %d %lu %d ", log == SOURCE, type, category, number, user == NULL, count, size,
           data == NULL);
    print(texts[0]);
    SetLastError(1502);
    return number != 999;
}

BOOL WINAPI DeregisterEventSource(HANDLE log)
{
    printf("end %d\n", log == SOURCE);
    fflush(stdout);
    return TRUE;
}
