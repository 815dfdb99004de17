#include "identity/utf8.h"

#include <unicode/unistr.h>

#include <algorithm>

namespace almagest::identity {

std::u32string code_points_of(std::string_view utf8) {
    if (std::all_of(utf8.begin(), utf8.end(), [](char c) { return (c & 0x80) == 0; }))
        return {utf8.begin(), utf8.end()};
    const auto wide = icu::UnicodeString::fromUTF8(
        icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
    std::u32string text;
    for (int32_t at = 0; at < wide.length(); at = wide.moveIndex32(at, 1))
        text += static_cast<char32_t>(wide.char32At(at));
    return text;
}

}  // namespace almagest::identity
