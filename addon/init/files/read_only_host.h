// Inside: the host's tree, read-only, submounts included.
#pragma once

#include "files/mount_points.h"

// Opens a path that stays as it is while all around it gets read-only.
Opened OpenSpared(const char* step, const char* path);

// `spare_proc`: the host's /proc is the sandbox's too, and its own files in there stay writable.
void MakeHostReadOnly(bool spare_proc);
