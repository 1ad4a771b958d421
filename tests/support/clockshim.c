/*
 * The wall clock of one server process, moved by a test.
 *
 * Preloaded into valkey-server or redis-server, it answers gettimeofday, time and clock_gettime(CLOCK_REALTIME) from
 * two numbers in a file that the test has mapped as well (tests/support/clock.py):
 *
 *     frozen_at_us    when not 0, the time is exactly this, in microseconds since 1970
 *     offset_us       otherwise, the time is the real time plus this
 *
 * The file is mapped once, before main; a call reads memory and the vDSO, never the kernel. CLOCK_MONOTONIC is left
 * alone: the server's own timers run on it, so its event loop neither stops nor spins whatever the wall clock does.
 *
 * Valkey 9.1 asks for the time of day once a millisecond and in between adds ticks of the processor's counter: a frozen
 * clock would creep, and a moved one be seen late. Without a counter it asks every time, so /proc/cpuinfo, where it
 * looks for one, is hidden from it. (On ARM it needs no such look; there the clock is exact to 1 ms only.)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct settings {
    int64_t frozen_at_us;
    int64_t offset_us;
};

static const struct settings *settings;
static int (*real_clock_gettime)(clockid_t, struct timespec *);
static FILE *(*real_fopen)(const char *, const char *);

/* The loader may run other constructors, which ask for the time, before this one: so it is called from below too. */
__attribute__((constructor)) static void map_settings(void) {
    if (settings) return;
    const char *path = getenv("CLOCKSHIM_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *settings, PROT_READ, MAP_SHARED, file, 0);
    real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    real_fopen = (FILE *(*)(const char *, const char *))dlsym(RTLD_NEXT, "fopen64");
    if (mapped == MAP_FAILED || !real_clock_gettime || !real_fopen) {
        fprintf(stderr, "clockshim: cannot map CLOCKSHIM_FILE=%s\n", path ? path : "(unset)");
        _exit(97);
    }
    close(file);
    settings = mapped;
}

static int64_t now_ns(void) {
    map_settings();
    int64_t frozen_at_us = __atomic_load_n(&settings->frozen_at_us, __ATOMIC_ACQUIRE);
    if (frozen_at_us) return frozen_at_us * 1000;
    struct timespec real;
    real_clock_gettime(CLOCK_REALTIME, &real);
    return real.tv_sec * INT64_C(1000000000) + real.tv_nsec
           + __atomic_load_n(&settings->offset_us, __ATOMIC_ACQUIRE) * 1000;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    map_settings();
    if (clock != CLOCK_REALTIME) return real_clock_gettime(clock, now);
    int64_t ns = now_ns();
    now->tv_sec = ns / 1000000000;
    now->tv_nsec = ns % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    int64_t us = now_ns() / 1000;
    now->tv_sec = us / 1000000;
    now->tv_usec = us % 1000000;
    return 0;
}

time_t time(time_t *out) {
    time_t now = now_ns() / 1000000000;
    if (out) *out = now;
    return now;
}

FILE *fopen64(const char *restrict path, const char *restrict mode) {
    map_settings();
    if (strcmp(path, "/proc/cpuinfo")) return real_fopen(path, mode);
    errno = ENOENT;
    return NULL;
}

FILE *fopen(const char *restrict, const char *restrict) __attribute__((alias("fopen64")));
