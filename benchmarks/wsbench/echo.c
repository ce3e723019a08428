// The upstream: an epoll WebSocket server. Usage: echo PORT
// Echoes text messages of up to 64 KiB; answers "L<n>" with one text message of n bytes, a longer message with "OK".
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ws.h"

#define READ_SIZE (256 * 1024)
#define WRITE_SIZE (512 * 1024)
#define BLOCK (1 << 20)
#define SMALL 65536

typedef struct {
    int fd, is_open, is_skipping, waits_for_room;
    uint8_t *in, *out;
    size_t in_size, out_size, out_sent;
    uint64_t to_skip, to_send;  // of a long message: in, out
} Connection;

static uint8_t *block;
static int poller;

static void wait_for_room(Connection *c, int wanted) {
    if (c->waits_for_room == wanted) return;
    c->waits_for_room = wanted;
    struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
}

// Each of the following answers -1 when the connection is over.

static int blocked(Connection *c) {
    if (errno != EAGAIN) return -1;
    wait_for_room(c, 1);
    return 0;
}

static int flush(Connection *c) {
    while (c->out_sent < c->out_size) {
        int more = c->to_send ? MSG_MORE : 0;
        ssize_t sent = send(c->fd, c->out + c->out_sent, c->out_size - c->out_sent, MSG_NOSIGNAL | more);
        if (sent < 0) return blocked(c);
        c->out_sent += (size_t)sent;
    }
    c->out_sent = c->out_size = 0;
    while (c->to_send) {
        ssize_t sent = send(c->fd, block, c->to_send > BLOCK ? BLOCK : c->to_send, MSG_NOSIGNAL);
        if (sent < 0) return blocked(c);
        c->to_send -= (uint64_t)sent;
    }
    wait_for_room(c, 0);
    return 0;
}

static int say(Connection *c, int opcode, const void *payload, uint64_t size) {
    if (c->out_size + size + 16 > WRITE_SIZE) return -1;
    c->out_size += write_header(c->out + c->out_size, opcode, size, 0);
    memcpy(c->out + c->out_size, payload, size);
    c->out_size += size;
    return 0;
}

static int shake_hands(Connection *c) {
    uint8_t *end = memmem(c->in, c->in_size, "\r\n\r\n", 4);
    if (!end) return 0;
    *end = 0;
    char *key = strcasestr((char *)c->in, "sec-websocket-key:");
    if (!key) return -1;
    key += strlen("sec-websocket-key:");
    while (*key == ' ') key++;
    char text[100] = {0}, accept[40];
    size_t length = strcspn(key, "\r\n");
    if (length > 60) return -1;
    memcpy(text, key, length);
    strcpy(text + length, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    uint8_t digest[20];
    sha1((uint8_t *)text, strlen(text), digest);
    base64(digest, 20, accept);
    c->out_size += (size_t)sprintf((char *)c->out + c->out_size,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    size_t used = (size_t)(end - c->in) + 4;
    memmove(c->in, c->in + used, c->in_size - used);
    c->in_size -= used;
    c->is_open = 1;
    return 0;
}

static int answer(Connection *c, int opcode, uint8_t *payload, uint64_t size) {
    if (opcode == 8) {
        say(c, 8, payload, size);
        flush(c);
        return -1;
    }
    if (opcode == 9) return say(c, 10, payload, size);
    if (opcode == 10) return 0;
    if (size > 1 && payload[0] == 'L') {
        char digits[32] = {0};
        memcpy(digits, payload + 1, size - 1 < 31 ? size - 1 : 31);
        c->to_send = strtoull(digits, 0, 10);
        c->out_size += write_header(c->out + c->out_size, 1, c->to_send, 0);
        return 0;
    }
    return say(c, opcode, payload, size);
}

static int process(Connection *c) {
    if (!c->is_open && (shake_hands(c) < 0 || !c->is_open)) return c->is_open ? -1 : flush(c);
    size_t done = 0;
    while (!c->to_send) {
        size_t left = c->in_size - done;
        if (c->is_skipping) {
            uint64_t skipped = left < c->to_skip ? left : c->to_skip;
            c->to_skip -= skipped;
            done += skipped;
            if (c->to_skip) break;
            c->is_skipping = 0;
            if (say(c, 1, "OK", 2) < 0) return -1;
            continue;
        }
        uint8_t *frame = c->in + done;
        if (left < 2 || left < header_length(frame)) break;
        size_t head = header_length(frame);
        uint64_t size = payload_length(frame);
        if (!(frame[0] & 0x80)) return -1;  // the load generator sends no fragments
        if (size > SMALL) {
            c->is_skipping = 1, c->to_skip = size;
            done += head;
            continue;
        }
        if (left < head + size) break;
        uint8_t *payload = frame + head;
        if (frame[1] & 128)
            for (uint64_t i = 0; i < size; i++) payload[i] ^= frame[head - 4 + (i & 3)];
        done += head + size;
        if (answer(c, frame[0] & 15, payload, size) < 0) return -1;
    }
    memmove(c->in, c->in + done, c->in_size - done);
    c->in_size -= done;
    return flush(c);
}

static void take_new(int listener) {
    int fd, yes = 1;
    while ((fd = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        Connection *c = calloc(1, sizeof *c);
        c->fd = fd, c->in = malloc(READ_SIZE), c->out = malloc(WRITE_SIZE);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

static int serve(Connection *c, uint32_t events) {
    if (events & EPOLLOUT && flush(c) < 0) return -1;
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return 0;
    ssize_t got = recv(c->fd, c->in + c->in_size, READ_SIZE - c->in_size, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return -1;
    if (got < 0) return 0;
    c->in_size += (size_t)got;
    return process(c);
}

int main(int count, char **arguments) {
    if (count < 2) return fprintf(stderr, "usage: echo PORT\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    block = malloc(BLOCK);
    memset(block, 'x', BLOCK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096))
        return perror("echo"), 1;
    poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = 0}, events[512];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(poller, events, 512, -1);
        for (int i = 0; i < ready; i++) {
            Connection *c = events[i].data.ptr;
            if (!c) {
                take_new(listener);
            } else if (serve(c, events[i].events) < 0) {
                close(c->fd);
                free(c->in), free(c->out), free(c);
            }
        }
    }
}
