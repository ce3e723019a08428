// What both programs need of WebSockets: the handshake's hash, frame headers, a clock.
#ifndef WS_H
#define WS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static inline uint32_t rotate(uint32_t value, int bits) { return value << bits | value >> (32 - bits); }

// SHA-1 of at most 119 bytes, which is more than a handshake needs.
static inline void sha1(const uint8_t *data, size_t size, uint8_t digest[20]) {
    uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    uint8_t padded[128] = {0};
    size_t total = ((size + 8) / 64 + 1) * 64;
    memcpy(padded, data, size);
    padded[size] = 0x80;
    for (int i = 0; i < 8; i++) padded[total - 1 - i] = (uint8_t)((uint64_t)size * 8 >> 8 * i);
    for (size_t offset = 0; offset < total; offset += 64) {
        uint32_t w[80];
        for (int i = 0; i < 16; i++) {
            const uint8_t *word = padded + offset + 4 * i;
            w[i] = (uint32_t)word[0] << 24 | (uint32_t)word[1] << 16 | (uint32_t)word[2] << 8 | word[3];
        }
        for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        for (int i = 0; i < 80; i++) {
            uint32_t f, k;
            if (i < 20) f = (b & c) | (~b & d), k = 0x5A827999;
            else if (i < 40) f = b ^ c ^ d, k = 0x6ED9EBA1;
            else if (i < 60) f = (b & c) | (b & d) | (c & d), k = 0x8F1BBCDC;
            else f = b ^ c ^ d, k = 0xCA62C1D6;
            uint32_t next = rotate(a, 5) + f + e + k + w[i];
            e = d, d = c, c = rotate(b, 30), b = a, a = next;
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
    }
    for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

static inline void base64(const uint8_t *data, int size, char *out) {
    static const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < size; i += 3) {
        uint32_t group = (uint32_t)data[i] << 16;
        if (i + 1 < size) group |= (uint32_t)data[i + 1] << 8;
        if (i + 2 < size) group |= data[i + 2];
        *out++ = letters[group >> 18 & 63];
        *out++ = letters[group >> 12 & 63];
        *out++ = i + 1 < size ? letters[group >> 6 & 63] : '=';
        *out++ = i + 2 < size ? letters[group & 63] : '=';
    }
    *out = 0;
}

// Writes a final frame's header without mask; its length.
static inline size_t write_header(uint8_t *out, int opcode, uint64_t size, int mask_bit) {
    out[0] = (uint8_t)(0x80 | opcode);
    if (size < 126) {
        out[1] = (uint8_t)(mask_bit | size);
        return 2;
    }
    int bytes = size < 65536 ? 2 : 8;
    out[1] = (uint8_t)(mask_bit | (bytes == 2 ? 126 : 127));
    for (int i = 0; i < bytes; i++) out[2 + i] = (uint8_t)(size >> 8 * (bytes - 1 - i));
    return 2 + (size_t)bytes;
}

// Length of the header that starts with these two bytes, and of the payload once the header is whole.
static inline size_t header_length(const uint8_t *frame) {
    int size = frame[1] & 127;
    return 2 + (size == 126 ? 2 : size == 127 ? 8 : 0) + (frame[1] & 128 ? 4 : 0);
}

static inline uint64_t payload_length(const uint8_t *frame) {
    uint64_t size = frame[1] & 127;
    if (size < 126) return size;
    int bytes = size == 126 ? 2 : 8;
    size = 0;
    for (int i = 0; i < bytes; i++) size = size << 8 | frame[2 + i];
    return size;
}

#endif
