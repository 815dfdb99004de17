// Feeds arbitrary bytes to the reader of models' answers. Not built by default:
//
//   cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DALMAGEST_BUILD_TESTS=OFF
//     -DALMAGEST_SANITIZE=fuzzer-no-link,address,undefined
//   ninja -C build/fuzz almagest_contract
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Isrc
//     tests/fuzz/parse_answer_fuzz.cpp build/fuzz/src/contract/libalmagest_contract.a
//     -lsimdjson -lfmt -o build/fuzz/parse_answer_fuzz
//   build/fuzz/parse_answer_fuzz -max_total_time=60 -max_len=4096 build/fuzz/corpus
//
// What must hold: no crash, a value or a reason, and a value that can be written as UTF-8 JSON,
// which the strict reader then reads as the same value.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "contract/answer.h"
#include "contract/strict_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using almagest::contract::parse_answer;
    std::string why;
    const auto answer =
        parse_answer(std::string_view(reinterpret_cast<const char*>(data), size), &why);
    if (!answer) {
        if (why.empty()) std::abort();
        return 0;
    }
    const auto again = almagest::contract::read_strict_json(answer->value.dump());
    if (!again || *again != answer->value) std::abort();
    return 0;
}
