// Feeds arbitrary bytes to the reader of wikitext.
//
// What must hold: no crash, text that is well-formed UTF-8 without control characters.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "holds.h"
#include "text/code_points.h"
#include "text/wikitext.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (!almagest::text::is_utf8(bytes)) return 0;
    (void)almagest::text::redirect_target(bytes);
    const std::string text = almagest::text::read_wikitext(bytes);
    require(almagest::text::is_utf8(text));
    for (const char byte : text)
        require(static_cast<unsigned char>(byte) >= 0x20 || byte == '\n' || byte == '\t');
    return 0;
}
