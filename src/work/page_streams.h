#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "work/intake_ledger.h"

namespace almagest::work {

/// Many pages in one file, read as it comes. One thread.
class PageStream {
  public:
    PageStream() = default;
    virtual ~PageStream() = default;
    PageStream(const PageStream&) = delete;
    PageStream& operator=(const PageStream&) = delete;
    /// Gives the pages that end in these bytes to the ledger. Throws PermanentError where nothing
    /// after them can be read; the sentence goes on from the file's name.
    virtual void feed(std::string_view bytes) = 0;
    virtual void finish() = 0;
};

struct StreamOptions {
    std::string path;     ///< as people know the file
    std::string locator;  ///< of the file
    std::uint64_t largest_page = 0;
    std::set<int> namespaces{0};  ///< of a dump's pages: those that are taken in
};

[[nodiscard]] std::unique_ptr<PageStream> json_lines_stream(IntakeLedger& ledger,
                                                            StreamOptions options);
/// A page's locator is its address in the wiki, so that a later dump brings its next version.
[[nodiscard]] std::unique_ptr<PageStream> mediawiki_stream(IntakeLedger& ledger,
                                                           StreamOptions options);
/// Unpacks and hands on to the stream that `open` makes for the first bytes.
using OpenStream = std::function<std::unique_ptr<PageStream>(std::string_view head)>;
[[nodiscard]] std::unique_ptr<PageStream> bzip2_stream(OpenStream open);

}  // namespace almagest::work
