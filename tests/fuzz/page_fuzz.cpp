// Feeds arbitrary bytes to what tells a page's type and reads plain text, Markdown and wikitext;
// the first byte chooses the name. HTML has html_fuzz.cpp.
//
// What must hold: no crash; text or a reason; text that is well-formed UTF-8 without NUL and
// carriage returns.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "error/error.h"
#include "holds.h"
#include "text/code_points.h"
#include "text/page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace almagest;
    if (size == 0) return 0;
    static constexpr std::array names{"page.txt", "page.md", "page.wiki", "page"};
    const auto* name = names.at(data[0] % names.size());
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto type = text::detect_media_type(name, bytes);
    if (!type || *type == text::MediaType::pdf || *type == text::MediaType::html) return 0;
    try {
        const auto page = text::read_page(name, bytes);
        require(!page.text.empty() && text::is_utf8(page.text) && text::is_utf8(page.title));
        require(page.text.find_first_of(std::string_view("\0\r", 2)) == page.text.npos);
    } catch (const PermanentError& error) {
        require(!std::string_view(error.what()).empty());
    }
    return 0;
}
