#include <arpa/inet.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "WiFi.h"

HardwareSerial Serial;
WiFiClass WiFi;

static const char *setting(const char *name, const char *otherwise) {
  const char *value = std::getenv(name);
  return value ? value : otherwise;
}

static const double speed = std::atof(setting("SPEED", "1"));
static const auto begun = std::chrono::steady_clock::now();

unsigned long millis() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count() * speed;
}

void delay(unsigned long ms) { std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(ms / speed)); }

void pinMode(uint8_t, uint8_t) {}

void digitalWrite(uint8_t pin, uint8_t value) {
  std::printf("pin %d is %s\n", pin, value == HIGH ? "high" : "low");
  std::fflush(stdout);
}

int analogRead(uint8_t) { return std::atoi(setting("ANALOG", "0")); }

void HardwareSerial::begin(unsigned long) {}

size_t HardwareSerial::write(const char *bytes, size_t count) {
  count = std::fwrite(bytes, 1, count, stdout);
  std::fflush(stdout);
  return count;
}

void WiFiClass::begin(const char *, const char *) {}
int WiFiClass::status() { return WL_CONNECTED; }

int WiFiClient::connect(const char *host, uint16_t port) {
  stop();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return 0;
  socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::connect(socket, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0) return 1;
  stop();
  return 0;
}

bool WiFiClient::connected() {
  if (socket < 0) return false;
  char byte;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

int WiFiClient::available() {
  int count = 0;
  return socket >= 0 && ioctl(socket, FIONREAD, &count) == 0 ? count : 0;
}

size_t WiFiClient::write(const char *bytes, size_t count) {
  ssize_t sent = send(socket, bytes, count, MSG_NOSIGNAL);
  return sent < 0 ? 0 : sent;
}

String WiFiClient::readStringUntil(char terminator) {
  std::string text;
  char byte;
  pollfd readable{socket, POLLIN, 0};
  while (poll(&readable, 1, 1000) > 0 && recv(socket, &byte, 1, 0) == 1 && byte != terminator) text += byte;
  return String(text.c_str());
}

void WiFiClient::stop() {
  if (socket >= 0) close(socket);
  socket = -1;
}

int main() {
  setup();
  for (;;) {
    loop();
    // The cores give the rest of the system its time between two rounds.
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}
