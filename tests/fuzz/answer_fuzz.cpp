// Feeds arbitrary bytes to the reader of models' answers.
//
// What must hold: no crash; a value or a reason; a value that can be written as UTF-8 JSON, which
// the strict reader then reads as the same value; a schema only chooses among what is there, and a
// strict answer stays what it is.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "contract/answer.h"
#include "contract/strict_json.h"
#include "holds.h"

namespace {

using namespace almagest::contract;  // NOLINT(google-build-using-namespace): a program of one file

void check(std::string_view bytes, const Schema* schema) {
    std::string why;
    const auto answer = parse_answer(bytes, &why, std::size_t{8} << 20U, schema);
    if (!answer) {
        require(!why.empty() && !read_strict_json(bytes));
        return;
    }
    require(read_strict_json(answer->value.dump()) == answer->value);
    require(answer->strategy != ParseStrategy::strict || !answer->truncated);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Schema schema(nlohmann::json::parse(R"({"type": "object", "properties":
        {"entities": {"type": "array", "items": {"type": "object", "required": ["name"]}}},
        "required": ["entities"], "additionalProperties": false})"));
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check(bytes, nullptr);
    check(bytes, &schema);
    return 0;
}
