/* The least that a probe can cost: connect, shake hands, copy the served chain, say goodbye, close. No more.
 *
 * It links no TLS library. Whoever calls it passes the functions of the one to measure, so that the very
 * OpenSSL that Python's wheel carries inside can be driven from C. Compiled and called by floor.py.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The order is that of FUNCTIONS in floor.py. */
struct library {
    void *(*SSL_new)(void *);
    void (*SSL_free)(void *);
    int (*SSL_set_fd)(void *, int);
    void (*SSL_set_connect_state)(void *);
    int (*SSL_do_handshake)(void *);
    int (*SSL_get_error)(const void *, int);
    int (*SSL_shutdown)(void *);
    void *(*SSL_get_peer_cert_chain)(const void *);
    int (*sk_X509_num)(void *);
    void *(*sk_X509_value)(void *, int);
    void *(*BIO_s_mem)(void);
    void *(*BIO_new)(void *);
    int (*BIO_free)(void *);
    int (*BIO_read)(void *, void *, int);
    int (*i2d_X509_bio)(void *, void *);
    void (*ERR_clear_error)(void);
};

struct probe {
    int fd;
    void *ssl;
};

enum { WANT_READ = 2, WANT_WRITE = 3, BATCH = 64 };

static int begin(const struct library *lib, void *context, struct probe *probe, int epoll,
                 const struct sockaddr_in *address)
{
    probe->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe->fd < 0)
        return -1;
    if (connect(probe->fd, (const struct sockaddr *)address, sizeof *address) && errno != EINPROGRESS) {
        close(probe->fd);
        return -1;
    }
    probe->ssl = lib->SSL_new(context);
    lib->SSL_set_fd(probe->ssl, probe->fd);
    lib->SSL_set_connect_state(probe->ssl);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = probe};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, probe->fd, &event);
}

/* Copy every certificate as DER, as any monitor has to; return how many there were. */
static int take_chain(const struct library *lib, void *ssl)
{
    static char der[1 << 16];
    void *chain = lib->SSL_get_peer_cert_chain(ssl);
    int count = chain ? lib->sk_X509_num(chain) : 0, taken = 0;
    for (int i = 0; i < count; i++) {
        void *memory = lib->BIO_new(lib->BIO_s_mem());
        lib->i2d_X509_bio(memory, lib->sk_X509_value(chain, i));
        taken += lib->BIO_read(memory, der, sizeof der) > 0;
        lib->BIO_free(memory);
    }
    return taken;
}

/* Return 0 while the probe goes on, 1 when it is over with a chain, -1 when it failed. */
static int go_on(const struct library *lib, struct probe *probe)
{
    int result = lib->SSL_do_handshake(probe->ssl);
    int error = result == 1 ? 0 : lib->SSL_get_error(probe->ssl, result);
    if (error == WANT_READ || error == WANT_WRITE)
        return 0;
    int taken = take_chain(lib, probe->ssl);
    if (result == 1)
        lib->SSL_shutdown(probe->ssl);
    else
        lib->ERR_clear_error();
    lib->SSL_free(probe->ssl);
    close(probe->fd);
    return result == 1 && taken > 0 ? 1 : -1;
}

/* Do so many probes over the addresses in turn; return how many failed, -1 when nothing could be started. */
int probe_all(const struct library *lib, void *context, const struct sockaddr_in *addresses, int count,
                int probes, int in_flight)
{
    struct probe *slots = calloc(in_flight, sizeof *slots);
    struct epoll_event events[BATCH];
    int epoll = epoll_create1(EPOLL_CLOEXEC), begun = 0, ended = 0, failed = 0;
    for (; begun < in_flight && begun < probes; begun++)
        if (begin(lib, context, &slots[begun], epoll, &addresses[begun % count]))
            return -1;
    while (ended < probes) {
        int ready = epoll_wait(epoll, events, BATCH, 10000);
        if (ready <= 0)
            break;
        for (int i = 0; i < ready; i++) {
            struct probe *probe = events[i].data.ptr;
            int over = go_on(lib, probe);
            if (!over)
                continue;
            ended++;
            failed += over < 0;
            if (begun < probes && begin(lib, context, probe, epoll, &addresses[begun++ % count]))
                return -1;
        }
    }
    close(epoll);
    free(slots);
    return failed + probes - ended;
}
