// What the headers of newer libraries refer to, and older libraries do not have.

#include <new>

// NOLINTBEGIN(bugprone-reserved-identifier): the names are theirs.

// glibc 2.32: reference counts ask whether they may do without atomic operations. They may not.
extern "C" {
char __libc_single_threaded = 0;
}

// GCC 11: what containers throw.
namespace std {
[[noreturn]] void __throw_bad_array_new_length() { throw bad_array_new_length(); }
}  // namespace std

// NOLINTEND(bugprone-reserved-identifier)
