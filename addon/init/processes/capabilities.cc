#include "processes/capabilities.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "status.h"

namespace {

// By number. linux/capability.h
constexpr const char* kNames[] = {
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};
constexpr int kCount = sizeof kNames / sizeof *kNames;
constexpr size_t kPrefix = sizeof "CAP_" - 1;

uint64_t Bit(int number) { return uint64_t{1} << number; }

struct Sets {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
};

struct UserCapHeader {
  uint32_t version = _LINUX_CAPABILITY_VERSION_3;
  int pid = 0;
};

bool ReadSets(Sets* sets) {
  UserCapHeader header;
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) == -1) return false;
  const auto join = [](uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; };
  *sets = {join(data[0].effective, data[1].effective), join(data[0].permitted, data[1].permitted),
           join(data[0].inheritable, data[1].inheritable)};
  return true;
}

bool WriteSets(const Sets& sets) {
  UserCapHeader header;
  struct __user_cap_data_struct data[2];
  for (int half = 0; half < 2; ++half) {
    const auto part = [half](uint64_t set) { return static_cast<uint32_t>(set >> 32 * half); };
    data[half] = {part(sets.effective), part(sets.permitted), part(sets.inheritable)};
  }
  return syscall(SYS_capset, &header, data) == 0;
}

}  // namespace

int CapabilityNumber(const char* name) {
  for (int number = 0; number < kCount; ++number) {
    if (strcmp(name, kNames[number]) == 0 || strcmp(name, kNames[number] + kPrefix) == 0) {
      return number;
    }
  }
  return -1;
}

CapabilityPlan PlanCapabilities(const ProcessOptions& options) {
  if (options.add_capabilities == 0 && options.drop_capabilities == 0) return {};
  Sets had;
  if (!ReadSets(&had)) FailStep("read capabilities", "", errno);
  CapabilityPlan plan;
  plan.wanted = true;
  // The kernel may know capabilities that we have no name for: "ALL" means them, too.
  for (int number = 0;; ++number) {
    const int has = prctl(PR_CAPBSET_READ, number, 0, 0, 0);
    // The first that it does not know.
    if (has == -1 && errno == EINVAL) break;
    if (has == -1) FailStep("read capabilities", "bounding", errno);
    if (has == 1) plan.bounding |= Bit(number);
  }
  const bool all = options.add_capabilities == kAllCapabilities;
  plan.add = all ? had.permitted : options.add_capabilities;
  for (int number = 0; number < kCount; ++number) {
    if ((plan.add & ~(had.permitted & plan.bounding) & Bit(number)) != 0) {
      FailStep("add capability", kNames[number], EPERM);
    }
  }
  plan.keep = (plan.bounding & ~options.drop_capabilities) | plan.add;
  return plan;
}

Refusal HoldCapabilities(const CapabilityPlan& plan) {
  if (plan.wanted && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1) {
    return {"hold capabilities", "", errno};
  }
  return {};
}

Refusal SetCapabilities(const CapabilityPlan& plan) {
  if (!plan.wanted) return {};
  Sets sets;
  if (!ReadSets(&sets)) return {"read capabilities", "", errno};
  // A change of ids has emptied the effective set, and the rest asks for CAP_SETPCAP.
  sets.effective = sets.permitted;
  if (!WriteSets(sets)) return {"set capabilities", "effective", errno};
  // The bounding set is what limits root: after exec it has all of that. What is dropped from it
  // never comes back, whatever file is executed.
  for (int number = 0; number < 64; ++number) {
    if ((plan.bounding & ~plan.keep & Bit(number)) == 0) continue;
    if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == -1) {
      return {"drop capability", number < kCount ? kNames[number] : "", errno};
    }
  }
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1) {
    return {"set capabilities", "ambient", errno};
  }
  sets.permitted &= plan.keep;
  sets.effective = sets.permitted;
  sets.inheritable = (sets.inheritable & plan.keep) | plan.add;
  if (!WriteSets(sets)) return {"set capabilities", "permitted", errno};
  for (int number = 0; number < 64; ++number) {
    if ((plan.add & Bit(number)) == 0) continue;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) == -1) {
      return {"add capability", number < kCount ? kNames[number] : "", errno};
    }
  }
  return {};
}
