// Feeds arbitrary bytes, as a page of HTML, to all that is between a file and its text: charset,
// tree, boilerplate, paragraphs.
//
// What must hold: no crash; text or a reason; text that is well-formed UTF-8 without NUL and
// carriage returns, of which the sentences lie in order.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "error/error.h"
#include "holds.h"
#include "text/code_points.h"
#include "text/page.h"
#include "text/sentences.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace almagest;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        const auto page = text::read_page("page.html", bytes, std::nullopt, text::MediaType::html);
        require(!page.text.empty() && text::is_utf8(page.text) && text::is_utf8(page.title));
        require(page.text.find_first_of(std::string_view("\0\r", 2)) == page.text.npos);
        std::size_t before = 0;
        for (const auto& [start, end] : text::sentences(page.text)) {
            require(before <= start && start < end);
            before = end;
        }
    } catch (const PermanentError& error) {
        require(!std::string_view(error.what()).empty());
    }
    return 0;
}
