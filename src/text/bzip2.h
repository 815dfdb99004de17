#pragma once

#include <bzlib.h>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace almagest::text {

/// Unpacks bzip2 block by block, also files of several streams. Memory does not grow with the
/// input. One thread.
class Bunzip2 {
  public:
    using Sink = std::function<void(std::string_view)>;

    /// `sink` takes what is unpacked, in blocks that are valid during the call.
    explicit Bunzip2(Sink sink);
    ~Bunzip2();
    Bunzip2(const Bunzip2&) = delete;
    Bunzip2& operator=(const Bunzip2&) = delete;

    /// Throws PermanentError for what is not bzip2 or is damaged, and for input that unpacks to
    /// more than a thousand times its size. What came before that was given to the sink.
    void feed(std::string_view bytes);
    /// The input is over. Throws PermanentError when it ends in the middle.
    void finish() const;

  private:
    void open();
    void close() noexcept;

    Sink sink_;
    bz_stream stream_{};
    bool open_ = false;
    std::uint64_t taken_ = 0;
    std::uint64_t given_ = 0;
    std::vector<char> block_;
};

}  // namespace almagest::text
