/* A disk that records what becomes of the files in a folder, and fails when asked. For LD_PRELOAD.
   DISK_FOLDER is the folder, DISK_RECORD the file that the record is appended to, and DISK_ORDERS one that is shared
   with the test: what is to fail. See disk.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

enum { WRITE = 1, SYNC = 2, TRUNCATE = 4 };
/* In `error`: no error of a call, but the end of the process. */
enum { KILL = -1 };

static struct orders {
    int32_t error, calls;
    int64_t skip, count, seen, failed;
    char ending[32];
} *orders;

static struct {
    uint8_t kind, unused;
    uint16_t name_size;
    uint32_t size;
    int64_t at, offset;
} head;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static size_t folder_size;
static int record = -1;

__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("DISK_ORDERS"), O_RDWR | O_CLOEXEC);
    orders = mmap(0, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (!realpath(getenv("DISK_FOLDER"), folder) || orders == MAP_FAILED) abort();
    folder_size = strlen(folder);
    record = open(getenv("DISK_RECORD"), O_WRONLY | O_APPEND | O_CLOEXEC);
}

/* The name in the folder, "." for the folder itself; 0 for what is elsewhere. */
static const char *within(const char *path) {
    if (!folder_size || strncmp(path, folder, folder_size)) return 0;
    path += folder_size;
    return *path == 0 ? "." : *path == '/' ? path + 1 : 0;
}

static const char *name_of(int file, char *path) {
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    path[size < 0 ? 0 : size] = 0;
    return within(path);
}

static int ends_with(const char *name, const char *ending) {
    size_t size = strlen(name), wanted = strlen(ending);
    return size >= wanted && !strcmp(name + size - wanted, ending);
}

/* The error with which this call is to fail, 0 for none. */
static int error_of(const char *name, int call) {
    int error = 0;
    pthread_mutex_lock(&mutex);
    if (orders->error && orders->calls & call && ends_with(name, orders->ending)) {
        int64_t seen = orders->seen++;
        if (seen >= orders->skip && seen - orders->skip < orders->count) {
            error = orders->error;
            orders->failed++;
        }
    }
    pthread_mutex_unlock(&mutex);
    if (error == KILL) kill(getpid(), SIGKILL);
    return error;
}

/* An entry of the record. The index of the log is not worth one: a start makes it anew. */
static void note(char kind, const char *name, off64_t offset, const void *data, size_t size) {
    if (record < 0 || ends_with(name, "-shm")) return;
    int before = errno;
    struct timespec now;
    pthread_mutex_lock(&mutex);
    clock_gettime(CLOCK_MONOTONIC, &now);
    head.kind = kind;
    head.name_size = strlen(name);
    head.size = size;
    head.at = now.tv_sec * 1000000000LL + now.tv_nsec;
    head.offset = offset;
    struct iovec parts[] = {{&head, sizeof head}, {(void *)name, head.name_size}, {(void *)data, size}};
    if (writev(record, parts, 3) != (ssize_t)(sizeof head + head.name_size + size)) abort();
    pthread_mutex_unlock(&mutex);
    errno = before;
}

/* A write that fails leaves the first half of it. */
ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) {
    char path[PATH_MAX];
    const char *name = name_of(file, path);
    int error = name ? error_of(name, WRITE) : 0;
    size_t most = error ? size / 2 : size;
    ssize_t written = REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)(file, data, most, offset);
    if (name && written > 0) note('W', name, offset, data, written);
    if (!error) return written;
    errno = error;
    return -1;
}

ssize_t pwrite(int file, const void *data, size_t size, off_t offset) { return pwrite64(file, data, size, offset); }

ssize_t write(int file, const void *data, size_t size) {
    char path[PATH_MAX];
    const char *name = name_of(file, path);
    int error = name ? error_of(name, WRITE) : 0;
    ssize_t written = REAL(ssize_t, write, int, const void *, size_t)(file, data, error ? size / 2 : size);
    if (name && written > 0) note('W', name, lseek64(file, 0, SEEK_CUR) - written, data, written);
    if (!error) return written;
    errno = error;
    return -1;
}

int ftruncate64(int file, off64_t size) {
    char path[PATH_MAX];
    const char *name = name_of(file, path);
    int error = name ? error_of(name, TRUNCATE) : 0;
    if (error) return errno = error, -1;
    int failed = REAL(int, ftruncate64, int, off64_t)(file, size);
    if (name && !failed) note('T', name, size, 0, 0);
    return failed;
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

static int synced(int file, int (*sync)(int)) {
    char path[PATH_MAX];
    const char *name = name_of(file, path);
    if (!name) return sync(file);
    int error = error_of(name, SYNC);
    note('B', name, 0, 0, 0);
    int failed = error ? -1 : sync(file);
    note(failed ? 'F' : 'E', name, 0, 0, 0);
    if (error) errno = error;
    return failed;
}

int fsync(int file) { return synced(file, REAL(int, fsync, int)); }
int fdatasync(int file) { return synced(file, REAL(int, fdatasync, int)); }

int unlink(const char *path) {
    const char *name = within(path);
    int failed = REAL(int, unlink, const char *)(path);
    if (name && !failed) note('U', name, 0, 0, 0);
    return failed;
}

int rename(const char *path, const char *other) {
    const char *name = within(path), *later = within(other);
    int failed = REAL(int, rename, const char *, const char *)(path, other);
    if (name && later && !failed) note('R', name, 0, later, strlen(later));
    return failed;
}

static int opened(int file, const char *path, int is_new) {
    const char *name = within(path);
    if (name && is_new && file >= 0) note('C', name, 0, 0, 0);
    return file;
}

static int is_new(const char *path, int flags) { return flags & O_CREAT && access(path, F_OK); }

/* The mode counts only for a new file. */
#define MODE_OF(flags, mode) \
    int mode = 0; \
    if ((flags) & O_CREAT) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, int); \
        va_end(rest); \
    }

int open64(const char *path, int flags, ...) {
    MODE_OF(flags, mode)
    int begins = is_new(path, flags);
    return opened(REAL(int, open64, const char *, int, ...)(path, flags, mode), path, begins);
}

int open(const char *path, int flags, ...) {
    MODE_OF(flags, mode)
    int begins = is_new(path, flags);
    return opened(REAL(int, open, const char *, int, ...)(path, flags, mode), path, begins);
}
