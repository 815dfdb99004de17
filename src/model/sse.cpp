#include "model/sse.h"

#include <utility>

#include "error/error.h"

namespace almagest::model {

SseParser::SseParser(std::size_t maximum_event_bytes, OnData on_data)
    : maximum_event_bytes_(maximum_event_bytes), on_data_(std::move(on_data)) {}

void SseParser::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        if (after_carriage_return_ && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            after_carriage_return_ = false;
            continue;
        }
        after_carriage_return_ = false;
        const auto end = bytes.find_first_of("\r\n");
        const auto text = bytes.substr(0, end);
        if (line_.size() + data_.size() + text.size() > maximum_event_bytes_) {
            throw PermanentError("an event of the streamed answer is longer than " +
                                 std::to_string(maximum_event_bytes_) + " bytes");
        }
        line_.append(text);
        if (end == std::string_view::npos) {
            return;
        }
        after_carriage_return_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        end_line();
    }
}

void SseParser::finish() {
    if (!line_.empty()) {
        end_line();
    }
    end_event();
}

void SseParser::end_line() {
    std::string_view line = line_;
    if (std::exchange(first_line_, false) && line.starts_with("\xEF\xBB\xBF")) {
        line.remove_prefix(3);
    }
    if (line.empty()) {
        end_event();
        return;
    }
    const auto colon = line.find(':');
    if (line.substr(0, colon) == "data") {
        auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
        if (value.starts_with(' ')) {
            value.remove_prefix(1);
        }
        if (std::exchange(has_data_, true)) {
            data_ += '\n';
        }
        data_.append(value);
    }
    line_.clear();
}

void SseParser::end_event() {
    line_.clear();
    if (std::exchange(has_data_, false)) {
        const std::string data = std::exchange(data_, {});
        on_data_(data);
    }
}

}  // namespace almagest::model
