/*
 * Preloaded into a gateway, stands between SQLite and the files of one folder (DISK_FOLDER).
 *
 * DISK_RECORD names a file that gets one entry for each call that changes a file there, in the order in which they took effect:
 * `struct entry`, then its data. DISK_CONTROL names a file of four bytes, which may be changed at any time: the errno with which
 * writes, syncs and reads fail, 0 where they do not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { fds_max = 4096, on_write = 0, on_sync = 1, on_read = 2 };
/* Kept apart from the numbers of files. */
enum { not_ours = 0, the_folder = -1 };

struct entry {
  uint8_t kind; /* o(pened) c(reated) w(ritten) t(runcated) s(ynced) f(ailed to sync) u(nlinked) d(irectory synced) */
  uint8_t pad[3];
  uint32_t file;
  uint64_t offset;
  uint32_t length;
  uint32_t pad2;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static size_t folder_length;
static int record = -1;
static volatile unsigned char *control;
static int file_of[fds_max];
static int files;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_unlink)(const char *);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_read)(int, void *, size_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);

__attribute__((constructor)) static void begin(void) {
  real_open = dlsym(RTLD_NEXT, "open64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_read = dlsym(RTLD_NEXT, "read");
  real_pread = dlsym(RTLD_NEXT, "pread64");
  const char *recorded = getenv("DISK_RECORD"), *controlled = getenv("DISK_CONTROL");
  folder = getenv("DISK_FOLDER");
  if (!folder) return;
  folder_length = strlen(folder);
  if (recorded) record = real_open(recorded, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (!controlled) return;
  int fd = real_open(controlled, O_RDONLY | O_CLOEXEC);
  void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, 4, PROT_READ, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) abort();
  control = mapped;
  real_close(fd);
}

/* The name below the folder; empty for the folder itself, NULL for what is elsewhere. */
static const char *name_of(const char *path) {
  if (!folder || strncmp(path, folder, folder_length) != 0) return NULL;
  if (path[folder_length] == '\0') return path + folder_length;
  return path[folder_length] == '/' ? path + folder_length + 1 : NULL;
}

static int ours(int fd) {
  return fd >= 0 && fd < fds_max ? file_of[fd] : not_ours;
}

static int fails(int fd, int what) {
  if (!control || ours(fd) == not_ours || control[what] == 0) return 0;
  errno = control[what];
  return 1;
}

/* With the lock held. */
static void note(uint8_t kind, int file, uint64_t offset, const void *data, size_t length) {
  if (record < 0) return;
  int kept = errno;
  struct entry entry = {.kind = kind, .file = (uint32_t)file, .offset = offset, .length = (uint32_t)length};
  unsigned char *whole = malloc(sizeof entry + length);
  if (!whole) abort();
  memcpy(whole, &entry, sizeof entry);
  if (length > 0) memcpy(whole + sizeof entry, data, length);
  if (real_write(record, whole, sizeof entry + length) != (ssize_t)(sizeof entry + length)) abort();
  free(whole);
  errno = kept;
}

static int open_ours(const char *path, int flags, mode_t mode) {
  const char *name = name_of(path);
  if (!name) return real_open(path, flags, mode);
  pthread_mutex_lock(&lock);
  int creates = (flags & O_CREAT) && access(path, F_OK) != 0;
  int fd = real_open(path, flags, mode);
  if (fd >= 0 && fd < fds_max) {
    file_of[fd] = *name == '\0' ? the_folder : ++files;
    if (*name != '\0') note(creates ? 'c' : 'o', file_of[fd], 0, name, strlen(name));
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_ours(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_ours(path, flags, mode);
}

int close(int fd) {
  if (fd >= 0 && fd < fds_max) file_of[fd] = not_ours;
  return real_close(fd);
}

int unlink(const char *path) {
  const char *name = name_of(path);
  if (!name) return real_unlink(path);
  pthread_mutex_lock(&lock);
  int result = real_unlink(path);
  if (result == 0) note('u', 0, 0, name, strlen(name));
  pthread_mutex_unlock(&lock);
  return result;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) {
  if (fails(fd, on_write)) return -1;
  if (ours(fd) <= 0) return real_pwrite(fd, data, length, offset);
  pthread_mutex_lock(&lock);
  ssize_t written = real_pwrite(fd, data, length, offset);
  if (written > 0) note('w', ours(fd), (uint64_t)offset, data, (size_t)written);
  pthread_mutex_unlock(&lock);
  return written;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  return pwrite64(fd, data, length, offset);
}

ssize_t write(int fd, const void *data, size_t length) {
  if (fails(fd, on_write)) return -1;
  if (ours(fd) <= 0) return real_write(fd, data, length);
  pthread_mutex_lock(&lock);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t written = real_write(fd, data, length);
  if (written > 0) note('w', ours(fd), (uint64_t)offset, data, (size_t)written);
  pthread_mutex_unlock(&lock);
  return written;
}

int ftruncate64(int fd, off_t length) {
  if (fails(fd, on_write)) return -1;
  if (ours(fd) <= 0) return real_ftruncate(fd, length);
  pthread_mutex_lock(&lock);
  int result = real_ftruncate(fd, length);
  if (result == 0) note('t', ours(fd), (uint64_t)length, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int ftruncate(int fd, off_t length) {
  return ftruncate64(fd, length);
}

static int sync_ours(int fd, int (*real)(int)) {
  int file = ours(fd);
  if (file == not_ours) return real(fd);
  if (fails(fd, on_sync)) {
    int kept = errno;
    pthread_mutex_lock(&lock);
    if (file > 0) note('f', file, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = kept;
    return -1;
  }
  pthread_mutex_lock(&lock);
  int result = real(fd);
  if (result == 0) note(file == the_folder ? 'd' : 's', file > 0 ? file : 0, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int fsync(int fd) {
  return sync_ours(fd, real_fsync);
}

int fdatasync(int fd) {
  return sync_ours(fd, real_fdatasync);
}

ssize_t read(int fd, void *data, size_t length) {
  return fails(fd, on_read) ? -1 : real_read(fd, data, length);
}

ssize_t pread64(int fd, void *data, size_t length, off_t offset) {
  return fails(fd, on_read) ? -1 : real_pread(fd, data, length, offset);
}

ssize_t pread(int fd, void *data, size_t length, off_t offset) {
  return pread64(fd, data, length, offset);
}
