#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace almagest::text {

/// A page on a line of JSON: {"id", "title", "url", "content"}; only `content` must be there.
struct JsonLine {
    std::uint64_t number = 0;  ///< of the line, from 1
    std::string_view line;     ///< as it came; valid during the call
    std::string id;            ///< a number is written out
    std::string title;
    std::string url;
    std::string content;
};

/// Reads JSON Lines block by block. Holds one line at a time. One thread.
class JsonLines {
  public:
    using OnPage = std::function<void(JsonLine&&)>;
    using OnFault = std::function<void(std::uint64_t line, const std::string& reason)>;

    /// A line with more than `longest_line` bytes is a fault.
    JsonLines(std::size_t longest_line, OnPage on_page, OnFault on_fault);
    /// Calls on_page or on_fault for each line that ends in these bytes; empty lines are skipped.
    void feed(std::string_view bytes);
    /// The input is over: what follows the last line end is a line too.
    void finish();

  private:
    void take(std::string_view line);

    std::size_t longest_line_;
    OnPage on_page_;
    OnFault on_fault_;
    std::string begun_;       // a line whose end is still to come
    bool overlong_ = false;   // the rest of this line is passed over
    std::uint64_t line_ = 1;  // the number of the line that begun_ belongs to
};

}  // namespace almagest::text
