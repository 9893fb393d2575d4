// What a step says that runs in the child of vfork(2): there nothing may be allocated, so all that
// it tells is text that was there before.
#pragma once

struct Refusal {
  const char* step = nullptr;
  const char* subject = "";
  int error = 0;  // 0: it did not fail
};
