#pragma once

struct NetworkOptions {
  const char* hostname = nullptr;
  const char* domainname = nullptr;
  bool loopback = false;
  bool open_low_ports = false;
};
