/* Lets memory and threads run out in a program that this library is loaded into, as a shared file says. Linux, glibc.

   The file, of two 32-bit numbers, is named by SHORTAGE: of `memory` allocations one fails (0: none), and while
   `threads` is not 0 no thread starts. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static struct { volatile uint32_t memory, threads; } none, *shortage = &none;
static __thread uint32_t state;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("SHORTAGE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *shared = mmap(0, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED)
        shortage = shared;
    close(file);
}

static int fails(void) {
    uint32_t one_of = shortage->memory;
    if (one_of == 0)
        return 0;
    if (state == 0)
        state = (uint32_t)(uintptr_t)&state ^ (uint32_t)gettid() * 2654435761u ^ 1u;
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    if (state % one_of)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) { return fails() ? 0 : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails() ? 0 : __libc_calloc(count, size); }
void *realloc(void *before, size_t size) { return fails() ? 0 : __libc_realloc(before, size); }

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (shortage->threads)
        return EAGAIN;
    if (real == 0)
        real = dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attributes, run, argument);
}
