// How long until a sandbox is ready, has run /bin/true, and is gone: ns-init beside bubblewrap and
// beside the least that any C program has to do, in turn in one run.
//
// usage: sandbox-ready ROUNDS NS_INIT
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static char uid_map[64], gid_map[64], init_uid[80], init_gid[80];
static int is_root;

static void Die(const char* what) {
  perror(what);
  exit(1);
}

static void Write(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd == -1 || write(fd, text, strlen(text)) == -1) Die(path);
  close(fd);
}

static void Mount(const char* source, const char* target, const char* type, unsigned long flags,
                  const char* data) {
  if (mount(source, target, type, flags, data) == -1) Die(target);
}

// The same namespaces and mounts as ns-init makes, with no check, report, lifeline or reaper.
static void BareInside(void) {
  static const char* const kNodes[] = {"null", "zero", "full", "random", "urandom", "tty"};
  int nodes[6];
  char path[64], node[64];
  Mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
  Mount("proc", "/proc", "proc", 0, NULL);
  Mount("sysfs", "/sys", "sysfs", MS_RDONLY, NULL);
  for (int i = 0; i < 6; ++i) {
    snprintf(path, sizeof path, "/dev/%s", kNodes[i]);
    nodes[i] = open(path, O_PATH | O_CLOEXEC);
  }
  Mount("tmpfs", "/dev", "tmpfs", 0, "mode=755");
  for (int i = 0; i < 6; ++i) {
    snprintf(path, sizeof path, "/dev/%s", kNodes[i]);
    snprintf(node, sizeof node, "/proc/self/fd/%d", nodes[i]);
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    Mount(node, path, NULL, MS_BIND, NULL);
  }
  mkdir("/dev/pts", 0755);
  mkdir("/dev/shm", 01777);
  mkdir("/dev/mqueue", 01777);
  Mount("devpts", "/dev/pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=620");
  Mount("mqueue", "/dev/mqueue", "mqueue", 0, NULL);
  Mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
  Mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL);
  Mount("tmpfs", "/run", "tmpfs", 0, NULL);
  if (sethostname("sandbox", 7) == -1) Die("sethostname");
  struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (ioctl(fd, SIOCSIFFLAGS, &lo) == -1) Die("lo");
  close(fd);
}

static int Bare(void) {
  int go[2];
  if (pipe2(go, O_CLOEXEC) == -1) Die("pipe");
  struct clone_args args = {
      .flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
               CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWTIME,
      .exit_signal = SIGCHLD,
  };
  const pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (pid == -1) Die("clone3");
  if (pid == 0) {
    char word;
    if (read(go[0], &word, 1) != 1) _exit(1);
    BareInside();
    const pid_t command = fork();
    if (command == 0) {
      execl("/bin/true", "true", NULL);
      _exit(127);
    }
    int status;
    waitpid(command, &status, 0);
    _exit(WEXITSTATUS(status));
  }
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/setgroups", pid);
  if (!is_root) Write(path, "deny");
  snprintf(path, sizeof path, "/proc/%d/uid_map", pid);
  Write(path, uid_map);
  snprintf(path, sizeof path, "/proc/%d/gid_map", pid);
  Write(path, gid_map);
  if (write(go[1], "", 1) != 1) Die("go");
  close(go[0]);
  close(go[1]);
  int status;
  waitpid(pid, &status, 0);
  return status;
}

static int Spawn(char* const argv[]) {
  pid_t pid;
  int status;
  if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0) Die(argv[0]);
  waitpid(pid, &status, 0);
  return status;
}

static char* init_argv[32];
static int NsInit(void) { return Spawn(init_argv); }

// The same set, as far as bubblewrap has it: no time namespace, no fresh /sys.
static int Bwrap(void) {
  static char* const kArgv[] = {"bwrap",
                                "--unshare-user",
                                "--unshare-all",
                                "--hostname",
                                "sandbox",
                                "--bind",
                                "/",
                                "/",
                                "--proc",
                                "/proc",
                                "--dev",
                                "/dev",
                                "--mqueue",
                                "/dev/mqueue",
                                "--tmpfs",
                                "/tmp",
                                "--tmpfs",
                                "/dev/shm",
                                "--tmpfs",
                                "/run",
                                "--uid",
                                "0",
                                "--gid",
                                "0",
                                "--",
                                "/bin/true",
                                NULL};
  return Spawn(kArgv);
}

static int True(void) {
  static char* const kArgv[] = {"/bin/true", NULL};
  return Spawn(kArgv);
}

static int Ascending(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: sandbox-ready ROUNDS NS_INIT\n");
    return 2;
  }
  const int rounds = atoi(argv[1]);
  is_root = geteuid() == 0;
  snprintf(uid_map, sizeof uid_map, is_root ? "0 0 4294967295" : "0 %u 1", geteuid());
  snprintf(gid_map, sizeof gid_map, is_root ? "0 0 4294967295" : "0 %u 1", getegid());
  snprintf(init_uid, sizeof init_uid, is_root ? "--uid-map=0:0:4294967295" : "--uid-map=0:%u:1",
           geteuid());
  snprintf(init_gid, sizeof init_gid, is_root ? "--gid-map=0:0:4294967295" : "--gid-map=0:%u:1",
           getegid());
  char* const words[] = {argv[2],
                         "--unshare=all",
                         init_uid,
                         init_gid,
                         is_root ? "--protect-proc" : "--deny-setgroups",
                         "--proc",
                         "--sys",
                         "--dev",
                         "--mqueue",
                         "--tmpfs=/tmp",
                         "--tmpfs=/dev/shm",
                         "--tmpfs=/run",
                         "--hostname=sandbox",
                         "--loopback",
                         "--open-to-users",
                         "--",
                         "/bin/true",
                         NULL};
  memcpy(init_argv, words, sizeof words);

  struct Variant {
    const char* name;
    int (*run)(void);
    double* millis;
  } variants[] = {{"/bin/true alone", True, NULL},
                  {"bare C", Bare, NULL},
                  {"ns-init", NsInit, NULL},
                  {"bwrap", Bwrap, NULL}};
  enum { kVariants = 4, kBare = 1, kInit = 2, kBwrap = 3, kWarmUp = 5 };
  for (int v = 0; v < kVariants; ++v) variants[v].millis = calloc((size_t)rounds, sizeof(double));

  for (int round = -kWarmUp; round < rounds; ++round) {
    for (int v = 0; v < kVariants; ++v) {
      struct timespec start, end;
      clock_gettime(CLOCK_MONOTONIC, &start);
      if (variants[v].run() != 0) {
        fprintf(stderr, "%s failed\n", variants[v].name);
        return 1;
      }
      clock_gettime(CLOCK_MONOTONIC, &end);
      if (round >= 0) {
        variants[v].millis[round] =
            (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6;
      }
    }
  }

  printf("%-16s %8s %8s %8s   (ms, %d rounds in turn, user %u)\n", "", "median", "p10", "p90",
         rounds, geteuid());
  double median[kVariants];
  for (int v = 0; v < kVariants; ++v) {
    qsort(variants[v].millis, (size_t)rounds, sizeof(double), Ascending);
    median[v] = variants[v].millis[rounds / 2];
    printf("%-16s %8.2f %8.2f %8.2f\n", variants[v].name, median[v],
           variants[v].millis[rounds / 10], variants[v].millis[rounds * 9 / 10]);
  }
  printf("ns-init / bwrap  %8.2f\nns-init / bare   %8.2f\n", median[kInit] / median[kBwrap],
         median[kInit] / median[kBare]);
  return 0;
}
