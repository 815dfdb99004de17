#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace almagest::model {

/// Takes a stream of server-sent events apart, wherever reads split it: line ends of any kind,
/// comments, data over several lines (joined by a line feed). Other fields are ignored. One thread.
class SseParser {
  public:
    using OnData = std::function<void(std::string_view data)>;

    /// `maximum_event_bytes` bounds one event; a longer one throws PermanentError from feed().
    SseParser(std::size_t maximum_event_bytes, OnData on_data);

    /// Calls on_data with the data of each event that these bytes complete.
    void feed(std::string_view bytes);
    /// The stream ended: an event whose closing blank line is missing still counts.
    void finish();

  private:
    void end_line();
    void end_event();

    std::size_t maximum_event_bytes_;
    OnData on_data_;
    std::string line_;
    std::string data_;
    bool has_data_ = false;
    bool after_carriage_return_ = false;
    bool first_line_ = true;
};

}  // namespace almagest::model
