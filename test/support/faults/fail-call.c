// Runs a command and lists the system calls of all its processes, or lets one of them fail.
// Usage: fail-call LIST [PROCESS CALL NTH ERRNO] -- COMMAND [ARG...]
//
// What strace(1) can do, but for one call of one process: there NTH counts in every process, so
// that the first call of a child could only fail together with the first of its parent. PROCESS is
// "0" for the command, "0.0" for its first child, "0.0.1" for the second child of that one. CALL is
// a number, NTH counts from 1.
//
// LIST gets a line a call, `PROCESS CALL NTH RESULT ARGUMENT TEXT`, RESULT being as the kernel
// gives it, "-" where the call does not return. ARGUMENT is the first, or the request of ioctl and
// fcntl. TEXT is the path, or what is written. Whoever executes another program is let go, the
// command itself aside: what programs do is not asked for.
#include <elf.h>
#include <errno.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

long ptrace(int request, ...);

enum { MAX_PROCESSES = 64, MAX_CALLS = 512, MAX_NAME = 64, MAX_TEXT = 160 };

struct process {
  pid_t pid;
  int is_alive;
  // Empty until the parent's report of it has come.
  char name[MAX_NAME];
  int children;
  int seen[MAX_CALLS];
  int is_inside;  // a call that is to be told when it returns
  int fails;
  long call;
  unsigned long argument;
  char text[MAX_TEXT];
};

static int has_started;  // the command has been executed
static struct process processes[MAX_PROCESSES];
static int process_count;
static FILE *list;

static struct {
  const char *process;
  long call;
  int nth;
  int error;
} fault;

static void die(const char *what) {
  perror(what);
  exit(99);
}

static struct process *find(pid_t pid) {
  for (int i = 0; i < process_count; ++i) {
    if (processes[i].pid == pid && processes[i].is_alive) return &processes[i];
  }
  if (process_count == MAX_PROCESSES) {
    errno = EAGAIN;
    die("fail-call: too many processes");
  }
  struct process *const made = &processes[process_count++];
  made->pid = pid;
  made->is_alive = 1;
  return made;
}

// Which argument is a text that tells what the call is about, -1: none.
static int text_argument(long call) {
  switch (call) {
    case SYS_chdir:
    case SYS_chroot:
    case SYS_execve:
    case SYS_sethostname:
    case SYS_setdomainname:
    case SYS_statfs:
    case SYS_umount2:
#ifdef SYS_open
    case SYS_access:
    case SYS_chmod:
    case SYS_lchown:
    case SYS_lstat:
    case SYS_mkdir:
    case SYS_mknod:
    case SYS_open:
    case SYS_readlink:
    case SYS_rmdir:
    case SYS_stat:
    case SYS_unlink:
#endif
      return 0;
    case SYS_mount:
    case SYS_fchmodat:
    case SYS_fchownat:
    case SYS_mkdirat:
    case SYS_mknodat:
    case SYS_mount_setattr:
    case SYS_newfstatat:
    case SYS_openat:
    case SYS_open_tree:
    case SYS_readlinkat:
    case SYS_faccessat:
    case SYS_faccessat2:
    case SYS_unlinkat:
    case SYS_write:
#ifdef SYS_symlink
    case SYS_symlink:
#endif
      return 1;
    case SYS_symlinkat:
      return 2;
    case SYS_move_mount:
      return 3;
    default:
      return -1;
  }
}

static void read_text(struct process *process, const __u64 *arguments) {
  const int at = text_argument(process->call);
  process->text[0] = '\0';
  if (at == -1) return;
  const size_t wanted =
      process->call == SYS_write && arguments[2] < MAX_TEXT - 1 ? arguments[2] : MAX_TEXT - 1;
  // Page by page: the text may end where nothing is mapped.
  size_t have = 0;
  while (have < wanted) {
    const uint64_t from = arguments[at] + have;
    const size_t rest_of_page = 4096 - from % 4096;
    const size_t size = wanted - have < rest_of_page ? wanted - have : rest_of_page;
    struct iovec local = {process->text + have, size};
    struct iovec remote = {(void *)from, size};
    if (syscall(SYS_process_vm_readv, process->pid, &local, 1, &remote, 1, 0) != (long)size) break;
    have += size;
    if (process->call != SYS_write && memchr(process->text, '\0', have) != NULL) break;
  }
  process->text[have] = '\0';
  for (char *c = process->text; *c != '\0'; ++c) {
    if (*c < ' ' || *c > '~') *c = '?';
  }
}

static void set_first_argument(pid_t pid, unsigned long value) {
#ifdef __x86_64__
  if (ptrace(PTRACE_POKEUSR, pid, offsetof(struct user_regs_struct, rdi), value) == -1)
    die("fail-call: set argument");
#else
  struct user_regs_struct registers;
  struct iovec all = {&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all) == -1) die("fail-call: set argument");
  registers.regs[0] = value;
  if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &all) == -1) die("fail-call: set argument");
#endif
}

// The call that the process is about to make becomes none.
static void take_call_away(pid_t pid) {
#ifdef __x86_64__
  if (ptrace(PTRACE_POKEUSR, pid, offsetof(struct user_regs_struct, orig_rax), -1L) == -1)
    die("fail-call: take call away");
#else
  int none = -1;
  struct iovec value = {&none, sizeof none};
  if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &value) == -1)
    die("fail-call: take call away");
#endif
}

static void return_error(pid_t pid, int error) {
#ifdef __x86_64__
  if (ptrace(PTRACE_POKEUSR, pid, offsetof(struct user_regs_struct, rax), (long)-error) == -1)
    die("fail-call: return error");
#else
  struct user_regs_struct registers;
  struct iovec value = {&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &value) == -1) die("fail-call: return error");
  registers.regs[0] = (uint64_t)-error;
  if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &value) == -1) die("fail-call: return error");
#endif
}

static void tell(const struct process *process, const char *result) {
  fprintf(list, "%s %ld %d %s %lx %s\n", process->name, process->call, process->seen[process->call],
          result, process->argument, process->text);
  fflush(list);
}

static void enter_call(struct process *process, const struct ptrace_syscall_info *info) {
  process->call = (long)info->entry.nr;
  process->argument = info->entry.args[process->call == SYS_ioctl || process->call == SYS_fcntl];
  if (process->call < 0 || process->call >= MAX_CALLS) return;
  const int nth = ++process->seen[process->call];
  process->is_inside = 1;
  read_text(process, info->entry.args);
  process->fails = fault.process != NULL && process->call == fault.call && nth == fault.nth &&
                   strcmp(process->name, fault.process) == 0;
  if (process->fails && process->call == SYS_brk) {
    // It returns no error: the end of the heap stays where it was.
    set_first_argument(process->pid, 0);
  } else if (process->fails) {
    take_call_away(process->pid);
  }
  if (process->call == SYS_exit_group || process->call == SYS_exit) tell(process, "-");
}

static void leave_call(struct process *process, const struct ptrace_syscall_info *info) {
  if (!process->is_inside) return;
  process->is_inside = 0;
  char result[32];
  snprintf(result, sizeof result, "%lld",
           process->fails ? (long long)-fault.error : (long long)info->exit.rval);
  if (process->fails && process->call == SYS_brk)
    set_first_argument(process->pid, process->argument);
  if (process->fails && process->call != SYS_brk) return_error(process->pid, fault.error);
  process->fails = 0;
  tell(process, result);
}

static void in_call(struct process *process) {
  struct ptrace_syscall_info info;
  if (!has_started) return;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof info, &info) <= 0) return;
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) enter_call(process, &info);
  if (info.op == PTRACE_SYSCALL_INFO_EXIT) leave_call(process, &info);
}

// A child may have stopped before its parent tells of it; it goes on only when it has a name.
static void name_child(struct process *parent) {
  unsigned long pid;
  if (ptrace(PTRACE_GETEVENTMSG, parent->pid, 0, &pid) == -1) return;
  struct process *const child = find((pid_t)pid);
  const int size = snprintf(child->name, MAX_NAME, "%s.%d", parent->name, parent->children++);
  if (size >= MAX_NAME) die("fail-call: too deep");
  if (child->is_inside == -1) {
    child->is_inside = 0;
    ptrace(PTRACE_SYSCALL, child->pid, 0, 0);
  }
}

static void stopped(struct process *process, int status) {
  const pid_t pid = process->pid;
  const int event = status >> 16;
  int signal = WSTOPSIG(status);
  if (signal == (SIGTRAP | 0x80)) {
    in_call(process);
    signal = 0;
  } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
             event == PTRACE_EVENT_CLONE) {
    name_child(process);
    signal = 0;
  } else if (event == PTRACE_EVENT_EXEC) {
    signal = 0;
    if (process != &processes[0]) {
      process->text[0] = '\0';
      tell(process, "0");
      process->is_alive = 0;
      ptrace(PTRACE_DETACH, pid, 0, 0);
      return;
    }
    has_started = 1;
  } else if (event == PTRACE_EVENT_STOP) {
    if (process->name[0] == '\0') {
      process->is_inside = -1;
      return;
    }
    if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) {
      ptrace(PTRACE_LISTEN, pid, 0, 0);
      return;
    }
    signal = 0;
  }
  ptrace(PTRACE_SYSCALL, pid, 0, signal);
}

static int follow(pid_t command) {
  int end = 0;
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, __WALL)) != -1 || errno == EINTR) {
    if (pid == -1) continue;
    struct process *const process = find(pid);
    if (WIFSTOPPED(status)) {
      stopped(process, status);
      continue;
    }
    process->is_alive = 0;
    if (pid == command) end = status;
  }
  return end;
}

int main(int argc, char **argv) {
  const int has_fault = argc > 7 && strcmp(argv[6], "--") == 0;
  const int command_at = has_fault ? 7 : 3;
  if (argc <= command_at || strcmp(argv[command_at - 1], "--") != 0) {
    fputs("fail-call LIST [PROCESS CALL NTH ERRNO] -- COMMAND [ARG...]\n", stderr);
    return 99;
  }
  if (has_fault) {
    fault.process = argv[2];
    fault.call = atol(argv[3]);
    fault.nth = atoi(argv[4]);
    fault.error = atoi(argv[5]);
  }
  list = fopen(argv[1], "we");
  if (list == NULL) die(argv[1]);
  int go[2];
  if (pipe(go) == -1) die("fail-call: pipe");
  const pid_t command = fork();
  if (command == -1) die("fail-call: fork");
  if (command == 0) {
    char word;
    close(go[1]);
    if (read(go[0], &word, 1) == 1) {
      close(go[0]);
      execvp(argv[command_at], argv + command_at);
    }
    die(argv[command_at]);
  }
  close(go[0]);
  strcpy(find(command)->name, "0");
  const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK |
                       PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SEIZE, command, 0, options) == -1) die("fail-call: trace");
  // So that what it does is listed from its first call after this.
  if (ptrace(PTRACE_INTERRUPT, command, 0, 0) == -1) die("fail-call: trace");
  if (write(go[1], "", 1) != 1) die("fail-call: start");
  close(go[1]);
  // The pipes and sockets are the command's: nobody is to wait for us.
  for (int fd = 0; fd < 64; ++fd) {
    if (fd != STDERR_FILENO && fd != fileno(list)) close(fd);
  }
  const int end = follow(command);
  if (WIFSIGNALED(end)) {
    signal(WTERMSIG(end), SIG_DFL);
    raise(WTERMSIG(end));
  }
  return WEXITSTATUS(end);
}
