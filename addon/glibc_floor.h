// What the addon asks of the system's libraries is what Node asks of them itself: glibc 2.28 and
// the libstdc++ of GCC 8. Where newer libraries have a newer version of a symbol, the linker would
// take that; these are the versions that are in both. Included in every file of the addon, by
// CMake.
#ifndef NS_JEST_ADDON_GLIBC_FLOOR_H_
#define NS_JEST_ADDON_GLIBC_FLOOR_H_

#ifdef __x86_64__
#define NS_JEST_FIRST_GLIBC "GLIBC_2.2.5"
#else
#define NS_JEST_FIRST_GLIBC "GLIBC_2.17"
#endif

#define NS_JEST_TAKE(symbol, version) __asm__(".symver " symbol ", " symbol "@" version)

NS_JEST_TAKE("dlsym", NS_JEST_FIRST_GLIBC);
NS_JEST_TAKE("pthread_sigmask", NS_JEST_FIRST_GLIBC);
NS_JEST_TAKE("_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE", "GLIBCXX_3.4.11");

#endif  // NS_JEST_ADDON_GLIBC_FLOOR_H_
