// Feeds arbitrary bytes to the reader of MediaWiki dumps, in blocks whose size the first byte
// chooses.
//
// What must hold: no crash, pages or a reason, the same pages however the input is cut.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "error/error.h"
#include "holds.h"
#include "text/mediawiki_dump.h"

namespace {

constexpr std::size_t kLargestText = 300;

std::string pages_of(std::string_view bytes, std::size_t block) {
    using namespace almagest;
    std::string pages;
    text::MediaWikiDump dump(kLargestText, [&](const text::WikiSite&, text::DumpPage&& page) {
        require(page.wikitext.size() <= kLargestText);
        pages += page.title + '\n' + page.wikitext + '\n';
    });
    try {
        for (std::size_t at = 0; at < bytes.size(); at += block) dump.feed(bytes.substr(at, block));
        dump.finish();
    } catch (const PermanentError& error) {
        require(!std::string_view(error.what()).empty());
        return "refused";
    }
    return pages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::string whole = pages_of(bytes, bytes.size());
    const std::string cut = pages_of(bytes, std::size_t{data[0]} + 8);
    require(whole == "refused" || cut == "refused" || whole == cut);
    return 0;
}
