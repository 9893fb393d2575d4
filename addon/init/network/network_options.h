#pragma once

#include <optional>
#include <vector>

#include "network/settings.h"

struct NetworkOptions {
  const char* hostname = nullptr;
  const char* domainname = nullptr;
  bool loopback = false;
  bool open_to_users = false;
  // What is made inside, in this order.
  std::vector<Settings> links;
  std::vector<Settings> addresses;
  std::vector<Settings> routes;
  std::vector<Settings> neighbours;
  // The way out, and the ports that lead in.
  std::optional<Settings> uplink;
  std::vector<Settings> publish;
};
