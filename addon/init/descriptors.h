#pragma once

// Closes all from `first` to `last`, INT_MAX for the end, whether they are open or not.
void CloseRange(int first, int last);
