/* A stand-in for Windows' httpapi.dll that answers with three bindings, since wine has no http.sys. It is built with
   the structures of the real header, so that ours are held against them.
   https://learn.microsoft.com/windows/win32/api/http/nf-http-httpqueryserviceconfiguration */
#define _WIN32_WINNT 0x0A00
#define HTTPAPI_LINKAGE __declspec(dllexport)
#include <winsock2.h>
#include <ws2ipdef.h>
#include <windows.h>
#include <http.h>

#define SNI_CERT_INFO 5 /* HttpServiceConfigSslSniCertInfo, which the header of mingw does not have */

static const unsigned char first[20] = {0xAA, 1}, second[20] = {0xBB, 2}, third[20] = {0xCC, 3};
static const GUID app = {0x4DC3E181, 0xE14B, 0x4A21, {0xB0, 0x22, 0x59, 0xFC, 0x66, 0x9B, 0x09, 0x14}};

typedef struct {
    SOCKADDR_STORAGE address;
    PWSTR host;
} NAME_KEY;

typedef struct {
    HTTP_SERVICE_CONFIG_QUERY_TYPE kind;
    NAME_KEY key;
    DWORD token;
} NAME_QUERY;

typedef struct {
    NAME_KEY key;
    HTTP_SERVICE_CONFIG_SSL_PARAM parameters;
} NAME_SET;

typedef struct {
    HTTP_SERVICE_CONFIG_SSL_SET entry;
    SOCKADDR_IN6 address;
    unsigned char hash[20];
    WCHAR store[400];
} ADDRESS_ANSWER;

typedef struct {
    NAME_SET entry;
    unsigned char hash[20];
    WCHAR host[40];
} NAME_ANSWER;

ULONG WINAPI HttpInitialize(HTTPAPI_VERSION version, ULONG flags, PVOID reserved)
{
    return version.HttpApiMajorVersion == 1 && flags == HTTP_INITIALIZE_CONFIG && !reserved ? NO_ERROR
                                                                                            : ERROR_INVALID_PARAMETER;
}

ULONG WINAPI HttpTerminate(ULONG flags, PVOID reserved)
{
    return flags == HTTP_INITIALIZE_CONFIG && !reserved ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

static ULONG by_address(const HTTP_SERVICE_CONFIG_SSL_QUERY *query, ADDRESS_ANSWER *answer)
{
    HTTP_SERVICE_CONFIG_SSL_PARAM *given = &answer->entry.ParamDesc;
    SOCKADDR_IN *old = (SOCKADDR_IN *)&answer->address;
    if (query->dwToken > 1)
        return ERROR_NO_MORE_ITEMS;
    answer->entry.KeyDesc.pIpPort = (PSOCKADDR)&answer->address;
    if (query->dwToken == 0) {
        old->sin_family = AF_INET;
        old->sin_port = 0xBB01; /* 443 */
        lstrcpyW(answer->store, L"WebHosting");
        given->pSslCertStoreName = answer->store;
    } else {
        answer->address.sin6_family = AF_INET6;
        answer->address.sin6_port = 0x2823; /* 9000 */
        answer->address.sin6_addr.s6_addr[15] = 1;
    }
    memcpy(answer->hash, query->dwToken == 0 ? first : second, 20);
    given->SslHashLength = 20;
    given->pSslHash = answer->hash;
    given->AppId = app;
    return NO_ERROR;
}

static ULONG by_name(const NAME_QUERY *query, NAME_ANSWER *answer)
{
    SOCKADDR_IN *address = (SOCKADDR_IN *)&answer->entry.key.address;
    if (query->token > 0)
        return ERROR_NO_MORE_ITEMS;
    address->sin_family = AF_INET;
    address->sin_port = 0xFB20; /* 8443 */
    lstrcpyW(answer->host, L"vms.example");
    answer->entry.key.host = answer->host;
    memcpy(answer->hash, third, 20);
    answer->entry.parameters.SslHashLength = 20;
    answer->entry.parameters.pSslHash = answer->hash;
    answer->entry.parameters.AppId = app;
    return NO_ERROR;
}

ULONG WINAPI HttpQueryServiceConfiguration(HANDLE service, HTTP_SERVICE_CONFIG_ID kind, PVOID query, ULONG query_length,
                                           PVOID answer, ULONG length, PULONG needed, LPOVERLAPPED overlapped)
{
    int named = (int)kind == SNI_CERT_INFO;
    ULONG wanted = named ? sizeof(NAME_QUERY) : sizeof(HTTP_SERVICE_CONFIG_SSL_QUERY);
    ULONG size = named ? sizeof(NAME_ANSWER) : sizeof(ADDRESS_ANSWER);
    if (service || overlapped || query_length != wanted || *(int *)query != HttpServiceConfigQueryNext)
        return ERROR_INVALID_PARAMETER;
    *needed = size;
    if (length < size)
        return ERROR_INSUFFICIENT_BUFFER;
    memset(answer, 0, size);
    return named ? by_name(query, answer) : by_address(query, answer);
}
