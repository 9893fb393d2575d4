// What a sandbox used of its limits.
#pragma once

#include <string>
#include <vector>

// Outside, when all inside has ended: reports what the groups have counted.
void ReportUsage(const std::vector<std::string>& groups);
