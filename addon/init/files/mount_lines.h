// Inside: the mounts that are made in order.
#pragma once

#include <vector>

#include "files/file_options.h"
#include "files/mount_points.h"

// nullptr when there is no such kind.
const MountKind* FindMountKind(const char* name);

// Is there a path or a text that it cannot do without?
bool NeedsSource(const MountKind& kind);
const char* NameOf(const MountKind& kind);

// Opens what a line takes from the host, before anything is covered; `open` is for what is bound.
std::vector<Opened> OpenSources(const MountLine& line,
                                Opened (*open)(const char* step, const char* path));

void MakeMountLine(const MountLine& line, const std::vector<Opened>& sources);
