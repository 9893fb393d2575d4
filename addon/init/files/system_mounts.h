// Inside: /proc, /sys and /dev.
#pragma once

// A private /proc, which shows this PID namespace.
void MountProc(bool parts_get_covered);

// What is global below /proc is read-only; `namespaces` are those whose files stay writable.
void ProtectProc(unsigned long namespaces);

void MountSys(unsigned long namespaces);

// With the devices every program expects.
void MountDev();

// Without any: room for shared memory and message queues only.
void MountEmptyDev();
