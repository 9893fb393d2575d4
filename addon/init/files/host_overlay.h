// Inside: the host's whole tree again, in which every write goes to a tmpfs.
#pragma once

#include <string>

// `root` is an empty directory of a tmpfs, `scratch` another for the upper layers. Both are below
// the host's /sys.
void MirrorHost(const std::string& root, const std::string& scratch);

// Directories that everybody may write to, below others whose owner may have no id inside. The
// kernel copies parents up first, and owners that are not mapped cannot be copied (EOVERFLOW): so
// each has an overlay of its own. Called when the root has been entered; `scratch` as above.
void MirrorOpenDirectories(const std::string& scratch);
