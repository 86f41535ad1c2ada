// What the sketches in README.md use of the Arduino core (https://docs.arduino.cc/language-reference/), on this
// machine: the serial port is standard output, pins are lines printed there, and the clock runs SPEED times as fast.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#define HIGH 1
#define LOW 0
#define OUTPUT 1
#define A0 14

class String {
 public:
  String(const char *text = "") : text(text) {}
  unsigned int length() const { return text.length(); }
  bool startsWith(const String &prefix) const { return text.rfind(prefix.text, 0) == 0; }
  // -1 when it is not there.
  int indexOf(const String &part) const {
    size_t at = text.find(part.text);
    return at == std::string::npos ? -1 : static_cast<int>(at);
  }
  String substring(unsigned int from) const { return from < length() ? String(text.c_str() + from) : String(); }
  float toFloat() const { return std::strtof(text.c_str(), nullptr); }
  String operator+(const String &other) const { return String((text + other.text).c_str()); }
  friend String operator+(const char *left, const String &right) { return String(left) + right; }
  const char *c_str() const { return text.c_str(); }

 private:
  std::string text;
};

// As in the core, numbers with a fraction are printed with two digits unless said.
class Print {
 public:
  virtual ~Print() {}
  virtual size_t write(const char *bytes, size_t count) = 0;
  size_t print(const String &text) { return write(text.c_str(), text.length()); }
  size_t print(double number, int digits = 2) {
    char text[40];
    return write(text, std::snprintf(text, sizeof text, "%.*f", digits, number));
  }
  template <typename Value>
  size_t println(Value value) {
    size_t count = print(value);
    return count + write("\r\n", 2);
  }
};

class HardwareSerial : public Print {
 public:
  void begin(unsigned long baud);
  size_t write(const char *bytes, size_t count) override;
};
extern HardwareSerial Serial;

void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t value);
// 0 to 1023: what the variable ANALOG says.
int analogRead(uint8_t pin);
void delay(unsigned long ms);
unsigned long millis();

void setup();
void loop();
