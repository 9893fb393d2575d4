// Inside: mounts that are there already, and get stricter.
#pragma once

#include <string>
#include <vector>

constexpr unsigned long kReadOnly = 1;   // MS_RDONLY and MOUNT_ATTR_RDONLY
constexpr unsigned long kNoDevices = 4;  // MS_NODEV and MOUNT_ATTR_NODEV

// Sets attributes of the mount at `target` and of all below it. Where the kernel is too old to do
// that at once, mounts at or below `spared` are left as they are.
void Restrict(const char* step, const char* target, unsigned long attributes,
              const std::vector<const char*>& spared = {});

// Makes the mount at `target` alone read-only.
void MakeOneReadOnly(const char* step, const char* target);

// Binds a path onto itself, read-only. Not every kernel has every path; what is not there needs no
// protection.
void BindReadOnly(const char* step, const char* path);

// The mount points of this mount namespace, in the order in which they were mounted.
std::vector<std::string> MountPoints(const char* step);
