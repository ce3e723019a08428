// The client: an epoll load generator. Usage: load MODE PORT PATH CONNECTIONS SECONDS BYTES, all six.
// One line of JSON comes back; {"error": …} when a connection broke or a message had the wrong size.
//   rr    every connection sends BYTES (60 to 65535) and waits for its echo: µs of all round trips, messages a second
//   big   ask for one message of BYTES, read it, again: 10^6 bytes a second
//   up    send one message of BYTES (over 65536) and wait for its OK
//   open  CONNECTIONS loops of connect, upgrade, close
//   idle  open CONNECTIONS, exchange one message on each, hold them until a newline on stdin
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ws.h"

#define WARM_UP_NS 300000000ull
#define WINDOW_NS 20000000ull
#define MOST_SAMPLES (1u << 23)

typedef struct {
    int fd, is_sent;
    size_t head_size;
    uint64_t began, awaited;
    char head[4096];
} Connection;

static int port, request_size;
static char request[2048];
static uint8_t sink[4 << 20];

static int fail(const char *what) {
    printf("{\"error\":\"%s\"}\n", what);
    return 1;
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static int dial(int flags) {
    int fd = socket(AF_INET, SOCK_STREAM | flags, 0), yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) exit(fail("connect"));
    return fd;
}

// A blocking, upgraded connection, or -1.
static int joined(void) {
    struct timeval patience = {60, 0};
    char head[4096] = {0};
    int fd = dial(0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (send(fd, request, (size_t)request_size, MSG_NOSIGNAL) != request_size) return -1;
    for (size_t size = 0; size < sizeof head - 1 && !strstr(head, "\r\n\r\n"); size++)
        if (recv(fd, head + size, 1, 0) != 1) return -1;
    return strncmp(head, "HTTP/1.1 101", 12) ? -1 : fd;
}

static size_t masked_frame(uint8_t *out, const char *payload, uint64_t size) {
    static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
    size_t head = write_header(out, 1, size, 0x80);
    memcpy(out + head, mask, 4);
    for (uint64_t i = 0; i < size; i++) out[head + 4 + i] = (uint8_t)payload[i] ^ mask[i & 3];
    return head + 4 + size;
}

static int send_all(int fd, const uint8_t *data, uint64_t size) {
    for (uint64_t sent = 0; sent < size;) {
        ssize_t now = send(fd, data + sent, size - sent, MSG_NOSIGNAL);
        if (now <= 0) return -1;
        sent += (uint64_t)now;
    }
    return 0;
}

static int receive_all(int fd, uint8_t *into, uint64_t size) {
    for (uint64_t got = 0; got < size;) {
        ssize_t now = recv(fd, into + got, size - got, 0);
        if (now <= 0) return -1;
        got += (uint64_t)now;
    }
    return 0;
}

// Reads one message, throwing its payload away; its size, or -1.
static int64_t receive_message(int fd) {
    for (int64_t total = 0;;) {
        uint8_t head[14];
        if (receive_all(fd, head, 2) || receive_all(fd, head + 2, header_length(head) - 2)) return -1;
        uint64_t size = payload_length(head);
        for (uint64_t got = 0; got < size;) {
            uint64_t room = size - got < sizeof sink ? size - got : sizeof sink;
            ssize_t now = recv(fd, sink, room, 0);
            if (now <= 0) return -1;
            got += (uint64_t)now;
        }
        if ((head[0] & 15) == 8) return -1;
        if ((head[0] & 15) > 8) continue;
        total += (int64_t)size;
        if (head[0] & 0x80) return total;
    }
}

static int bulk(double seconds, uint64_t size, int is_up) {
    char order[32];
    int fd = joined();
    if (fd < 0) return fail("handshake");
    snprintf(order, sizeof order, "L%lu", size);
    char *payload = is_up ? malloc(size) : order;
    if (is_up) memset(payload, 'y', size);
    uint64_t length = is_up ? size : strlen(order);
    uint8_t *frame = malloc(length + 16);
    size_t frame_size = masked_frame(frame, payload, length);
    int64_t expected = is_up ? 2 : (int64_t)size;
    uint32_t *rates = malloc(MOST_SAMPLES * sizeof *rates), count = 0;
    uint64_t began = nanoseconds(), now;
    do {
        uint64_t start = nanoseconds();
        if (send_all(fd, frame, frame_size) || receive_message(fd) != expected) return fail("a message broke");
        now = nanoseconds();
        rates[count++] = (uint32_t)((double)size * 1e3 / (double)(now - start));
    } while (((double)(now - began) / 1e9 < seconds || count < 3) && count < MOST_SAMPLES);
    qsort(rates, count, sizeof *rates, compare);
    double mean = (double)size * count * 1e3 / (double)(now - began);
    printf("{\"mean\":%.1f,\"median\":%u,\"n\":%u}\n", mean, rates[count / 2], count);
    return 0;
}

static int idle(int connections) {
    uint8_t frame[300];
    char payload[200];
    memset(payload, '{', sizeof payload);
    size_t size = masked_frame(frame, payload, sizeof payload);
    for (int i = 0; i < connections; i++) {
        int fd = joined();
        if (fd < 0 || send_all(fd, frame, size) || receive_message(fd) != sizeof payload) return fail("idle");
    }
    printf("{\"opened\":%d}\n", connections);
    fflush(stdout);
    getchar();
    return 0;
}

static void begin_open(Connection *c, int poller) {
    c->fd = dial(SOCK_NONBLOCK), c->began = nanoseconds(), c->is_sent = 0, c->head_size = 0;
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
}

// One step of an upgrade: 0 = not yet, 1 = upgraded, -1 = refused or broken.
static int go_on(Connection *c, int poller) {
    if (!c->is_sent) {
        if (send(c->fd, request, (size_t)request_size, MSG_NOSIGNAL) != request_size) return -1;
        c->is_sent = 1;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
        return 0;
    }
    ssize_t got = recv(c->fd, c->head + c->head_size, sizeof c->head - 1 - c->head_size, 0);
    if (got <= 0) return -1;
    c->head_size += (size_t)got;
    c->head[c->head_size] = 0;
    if (!strstr(c->head, "\r\n\r\n")) return 0;
    return strncmp(c->head, "HTTP/1.1 101", 12) ? -1 : 1;
}

static int opens(int connections, double seconds) {
    Connection *all = calloc((size_t)connections, sizeof *all);
    uint32_t *times = malloc(MOST_SAMPLES * sizeof *times), count = 0, errors = 0;
    int poller = epoll_create1(0);
    for (int i = 0; i < connections; i++) begin_open(&all[i], poller);
    struct epoll_event events[256];
    uint64_t began = nanoseconds(), end = began + (uint64_t)(seconds * 1e9);
    while (nanoseconds() < end && count < MOST_SAMPLES) {
        int ready = epoll_wait(poller, events, 256, 100);
        for (int i = 0; i < ready; i++) {
            Connection *c = events[i].data.ptr;
            int outcome = go_on(c, poller);
            if (!outcome) continue;
            if (outcome < 0) errors++;
            else times[count++] = (uint32_t)(nanoseconds() - c->began);
            close(c->fd);
            begin_open(c, poller);
        }
    }
    double elapsed = (double)(nanoseconds() - began) / 1e9;
    if (!count) return fail("no upgrade succeeded");
    qsort(times, count, sizeof *times, compare);
    printf("{\"per_second\":%.1f,\"errors\":%u,\"p50\":%.1f,\"p99\":%.1f}\n",
        count / elapsed, errors, times[count / 2] / 1e3, times[(uint64_t)count * 99 / 100] / 1e3);
    return 0;
}

static int round_trips(int connections, double seconds, uint64_t size) {
    Connection *all = calloc((size_t)connections, sizeof *all);
    char *payload = malloc(size + 1);
    uint8_t *frame = malloc(size + 16);
    uint64_t start = (uint64_t)sprintf(payload, "{\"id\":1,\"method\":\"Runtime.evaluate\",\"params\":{\"expression\":\"");
    memset(payload + start, 'a', size - start);
    size_t frame_size = masked_frame(frame, payload, size);
    uint64_t whole = size + (size < 126 ? 2 : 4);
    int poller = epoll_create1(0);
    for (int i = 0; i < connections; i++) {
        if ((all[i].fd = joined()) < 0) return fail("handshake");
        fcntl(all[i].fd, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(poller, EPOLL_CTL_ADD, all[i].fd, &event);
    }
    uint32_t *times = malloc(MOST_SAMPLES * sizeof *times);
    uint32_t windows = (uint32_t)(seconds * 1e9 / WINDOW_NS);
    uint32_t *per_window = calloc(windows + 2, sizeof *per_window);
    uint64_t count = 0, began = nanoseconds(), measured = began + WARM_UP_NS, now;
    uint64_t end = measured + (uint64_t)(seconds * 1e9);
    for (int i = 0; i < connections; i++) {
        all[i].began = nanoseconds(), all[i].awaited = whole;
        if (send_all(all[i].fd, frame, frame_size)) return fail("send");
    }
    struct epoll_event events[512];
    while ((now = nanoseconds()) < end) {
        int ready = epoll_wait(poller, events, 512, 100);
        for (int i = 0; i < ready; i++) {
            Connection *c = events[i].data.ptr;
            ssize_t got = recv(c->fd, sink, sizeof sink, 0);
            if (got < 0 && errno == EAGAIN) continue;
            if (got <= 0 || (uint64_t)got > c->awaited) return fail("a message broke");
            c->awaited -= (uint64_t)got;
            if (c->awaited) continue;
            now = nanoseconds();
            if (now >= measured && now < end && count < MOST_SAMPLES) {
                times[count++] = (uint32_t)(now - c->began);
                per_window[(now - measured) / WINDOW_NS]++;
            }
            c->began = now, c->awaited = whole;
            if (send_all(c->fd, frame, frame_size)) return fail("send");
        }
    }
    if (!count || !windows) return fail("no round trip");
    qsort(times, count, sizeof *times, compare);
    qsort(per_window, windows, sizeof *per_window, compare);
    printf("{\"p50\":%.1f,\"p99\":%.1f,\"mean_rate\":%.0f,\"peak_rate\":%.0f,\"n\":%lu}\n", times[count / 2] / 1e3,
        times[count * 99 / 100] / 1e3, (double)count / seconds, per_window[windows * 9 / 10] * (1e9 / WINDOW_NS), count);
    return 0;
}

int main(int count, char **arguments) {
    if (count < 7) return fprintf(stderr, "usage: load MODE PORT PATH CONNECTIONS SECONDS BYTES\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    const char *mode = arguments[1];
    port = atoi(arguments[2]);
    int connections = atoi(arguments[4]);
    double seconds = atof(arguments[5]);
    uint64_t size = strtoull(arguments[6], 0, 10);
    request_size = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", arguments[3], port);
    if (!strcmp(mode, "big")) return bulk(seconds, size, 0);
    if (!strcmp(mode, "up")) return bulk(seconds, size, 1);
    if (!strcmp(mode, "open")) return opens(connections, seconds);
    if (!strcmp(mode, "idle")) return idle(connections);
    if (!strcmp(mode, "rr") && size >= 60 && size < 65536) return round_trips(connections, seconds, size);
    return fail("no such mode");
}
