#include "work/byte_source.h"

#include <fmt/format.h>

#include <cerrno>
#include <iostream>
#include <system_error>
#include <utility>

#include "error/error.h"

namespace almagest::work {
namespace {

constexpr std::size_t kBlock = 256UL * 1024;

}  // namespace

ByteSource::ByteSource(const std::filesystem::path& path, OnBytes on_bytes)
    : in_(&std::cin), on_bytes_(std::move(on_bytes)), block_(kBlock, '\0') {
    if (path == "-") return;
    file_.open(path, std::ios::binary);
    if (!file_) throw PermanentError("cannot be opened: " + std::generic_category().message(errno));
    in_ = &file_;
}

void ByteSource::read() {
    in_->read(block_.data(), static_cast<std::streamsize>(block_.size()));
    if (in_->bad()) throw PermanentError("cannot be read");
    filled_ = static_cast<std::size_t>(in_->gcount());
    if (on_bytes_ && filled_ > 0) on_bytes_(filled_);
}

std::string_view ByteSource::head() {
    if (!std::exchange(peeked_, true)) read();
    return std::string_view(block_).substr(0, filled_);
}

std::string_view ByteSource::next() {
    if (!std::exchange(peeked_, false)) read();
    return std::string_view(block_).substr(0, filled_);
}

std::string ByteSource::rest(std::uint64_t limit) {
    std::string bytes;
    for (auto block = next(); !block.empty(); block = next()) {
        if (bytes.size() + block.size() > limit)
            throw PermanentError(
                fmt::format("has more bytes than ingest.maximum_page_bytes ({})", limit));
        bytes += block;
    }
    return bytes;
}

}  // namespace almagest::work
