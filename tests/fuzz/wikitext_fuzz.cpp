// Feeds arbitrary bytes to the reader of wikitext. Not built by default:
//
//   cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DALMAGEST_BUILD_TESTS=OFF
//     -DALMAGEST_SANITIZE=fuzzer-no-link,address,undefined
//   ninja -C build/fuzz almagest_text
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Isrc -I/usr/include/libxml2
//     tests/fuzz/wikitext_fuzz.cpp build/fuzz/src/text/libalmagest_text.a
//     -lxml2 -lbz2 -licui18n -licuuc -lfmt -o build/fuzz/wikitext_fuzz
//   build/fuzz/wikitext_fuzz -max_total_time=120 -max_len=4096 build/fuzz/corpus
//
// What must hold: no crash, text that is well-formed UTF-8 without control characters.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "text/code_points.h"
#include "text/wikitext.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (!almagest::text::is_utf8(bytes)) return 0;
    (void)almagest::text::redirect_target(bytes);
    const std::string text = almagest::text::read_wikitext(bytes);
    if (!almagest::text::is_utf8(text)) std::abort();
    for (const char byte : text)
        if (static_cast<unsigned char>(byte) < 0x20 && byte != '\n' && byte != '\t') std::abort();
    return 0;
}
