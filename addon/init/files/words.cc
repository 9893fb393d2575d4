#include "words.h"

#include "options.h"

namespace {

constexpr Word kWords[] = {
    {"--proc", nullptr, "a private /proc",
     [](Options& o, const char*) { o.files.mount_proc = true; }},
    {"--protect-proc", nullptr, "global files below /proc read-only (for real root)",
     [](Options& o, const char*) { o.files.protect_proc = true; }},
    {"--sys", nullptr, "a fresh, read-only /sys",
     [](Options& o, const char*) { o.files.mount_sys = true; }},
    {"--protect-sys", nullptr, "the /sys that is there, read-only",
     [](Options& o, const char*) { o.files.protect_sys = true; }},
    {"--dev", nullptr, "a minimal /dev",
     [](Options& o, const char*) { o.files.minimal_dev = true; }},
    {"--mqueue", nullptr, "POSIX message queues on /dev/mqueue",
     [](Options& o, const char*) { o.files.mount_mqueue = true; }},
    {"--tmpfs", "DIR", "an empty tmpfs over DIR (repeatable)",
     [](Options& o, const char* v) { o.files.tmpfs.push_back(v); }},
    {"--directory", "DIR", "make DIR, open to all, below a covered directory (repeatable)",
     [](Options& o, const char* v) { o.files.directories.push_back(v); }},
    {"--keep", "PATH", "leave PATH visible below a covered directory (repeatable)",
     [](Options& o, const char* v) { o.files.keep.push_back(v); }},
    {"--bind", "SOURCE", "make SOURCE visible at the target that follows (repeatable)",
     [](Options& o, const char* v) { o.files.binds.push_back({v, nullptr, false}); }},
    {"--ro-bind", "SOURCE", "the same, read-only",
     [](Options& o, const char* v) { o.files.binds.push_back({v, nullptr, true}); }},
    {"--onto", "TARGET", "the target of the bind before",
     [](Options& o, const char* v) {
       if (o.files.binds.empty() || o.files.binds.back().target != nullptr) {
         Refuse("no --bind before", v);
       }
       o.files.binds.back().target = v;
     }},
};

}  // namespace

std::span<const Word> FileWords() { return kWords; }
