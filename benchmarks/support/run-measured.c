// Runs a command, and writes to descriptor 3 the seconds of wall time until it ended and the
// seconds of CPU that it and all its descendants took.
//
// usage: run-measured COMMAND [ARGUMENT...] 3>REPORT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static double Now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double Seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char** argv) {
  enum { kReport = 3 };
  if (argc < 2 || fcntl(kReport, F_SETFD, FD_CLOEXEC) == -1) {
    fprintf(stderr, "usage: run-measured COMMAND [ARGUMENT...] 3>REPORT\n");
    return 2;
  }
  // What the command leaves behind comes here to be waited for: otherwise its CPU would be
  // nobody's.
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1) {
    perror("prctl");
    return 1;
  }
  const double start = Now();
  pid_t command;
  errno = posix_spawnp(&command, argv[1], NULL, NULL, argv + 1, environ);
  if (errno != 0) {
    perror(argv[1]);
    return 127;
  }
  double wall = 0;
  int status = 0, code = 1;
  for (pid_t pid; (pid = wait(&status)) != -1 || errno == EINTR;) {
    if (pid != command) continue;
    wall = Now() - start;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  dprintf(kReport, "%.6f %.6f\n", wall, Seconds(usage.ru_utime) + Seconds(usage.ru_stime));
  return code;
}
