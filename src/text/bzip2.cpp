#include "text/bzip2.h"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "error/error.h"

namespace almagest::text {
namespace {

constexpr std::size_t kBlock = 256UL * 1024;
// Text packs about 5:1, and text repeated throughout a block of 900 kB some hundred to one.
constexpr std::uint64_t kMostExpansion = 1000;
constexpr std::uint64_t kUnlimitedBelow = 64ULL * 1024 * 1024;

}  // namespace

Bunzip2::Bunzip2(Sink sink) : sink_(std::move(sink)), block_(kBlock) {}

Bunzip2::~Bunzip2() {
    close();
}

void Bunzip2::open() {
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
    open_ = true;
}

void Bunzip2::close() noexcept {
    if (open_) BZ2_bzDecompressEnd(&stream_);
    open_ = false;
}

void Bunzip2::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, std::numeric_limits<unsigned>::max() / 2);
        bytes.remove_prefix(part.size());
        taken_ += part.size();
        unsigned left = static_cast<unsigned>(part.size());
        bool full = false;  // the block was filled, so more may wait inside the stream
        while (left > 0 || full) {
            if (!open_) open();
            stream_.next_in = const_cast<char*>(part.data() + part.size() - left);
            stream_.avail_in = left;
            stream_.next_out = block_.data();
            stream_.avail_out = static_cast<unsigned>(block_.size());
            const int state = BZ2_bzDecompress(&stream_);
            left = stream_.avail_in;
            const std::size_t made = block_.size() - stream_.avail_out;
            full = stream_.avail_out == 0 && state == BZ_OK;
            given_ += made;
            if (made > 0) sink_(std::string_view(block_.data(), made));
            if (given_ > kUnlimitedBelow && given_ / kMostExpansion > taken_)
                throw PermanentError(
                    "unpacks to more than a thousand times its size; no text does, so the rest is "
                    "not read");
            if (state == BZ_STREAM_END) {
                close();
            } else if (state == BZ_DATA_ERROR_MAGIC) {
                throw PermanentError(given_ == 0
                                         ? "is not bzip2"
                                         : "has something other than bzip2 after a stream's end");
            } else if (state == BZ_MEM_ERROR) {
                throw std::bad_alloc();
            } else if (state != BZ_OK) {
                throw PermanentError("is damaged: bzip2's checksum or structure does not hold");
            }
        }
    }
}

void Bunzip2::finish() const {
    if (open_) throw PermanentError("is cut off: its bzip2 stream has no end");
}

}  // namespace almagest::text
