/* Preloaded into a process, makes each fsync and fdatasync take SLOW_FSYNC_MS longer, as a worn SD card does. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_for_the_card(void) {
  const char *ms = getenv("SLOW_FSYNC_MS");
  if (ms) usleep((useconds_t)atoi(ms) * 1000);
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_for_the_card();
  return real(fd);
}

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_for_the_card();
  return real(fd);
}
