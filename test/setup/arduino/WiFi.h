// What the sketches in README.md use of the WiFi library of ESP32 and ESP8266, over the sockets of this machine.
#pragma once
#include "Arduino.h"

#define WL_CONNECTED 3

class WiFiClass {
 public:
  void begin(const char *network, const char *password);
  int status();
};
extern WiFiClass WiFi;

class WiFiClient : public Print {
 public:
  int connect(const char *host, uint16_t port);
  // As in the library, a connection that has ended counts as one while there is something to read.
  bool connected();
  int available();
  size_t write(const char *bytes, size_t count) override;
  // Without the terminator; what there is when it does not come within a second.
  String readStringUntil(char terminator);
  void stop();

 private:
  int socket = -1;
};
