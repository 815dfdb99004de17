// Feeds arbitrary pairs of a schema and a value to the validator: the schema is the first line, the
// value the rest; and the value to the schemas of the contracts.
//
// What must hold: no crash and no endless work; a schema that is refused is refused with a reason,
// one that is taken gives the same violations twice, each a sentence; narrowing a schema that is
// taken gives one that compiles, and what satisfies it satisfies the contract's.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "contract/answer.h"
#include "contract/decoding.h"
#include "contract/strict_json.h"
#include "contracts.h"
#include "error/error.h"
#include "holds.h"

namespace {

using namespace almagest;  // NOLINT(google-build-using-namespace): a program of one file
using nlohmann::json;

bool satisfies(const contract::Schema& schema, const json& value) {
    const auto found = schema.violations(value);
    require(found == schema.violations(value));
    for (const auto& sentence : found) require(!sentence.empty());
    require(found.empty() == schema.violations(value, 1).empty());
    return found.empty();
}

void check_schema(std::string_view text, const json& value) {
    const auto schema = contract::read_strict_json(text);
    if (!schema) return;
    try {
        satisfies(contract::Schema(*schema), value);
        (void)contract::decoding_faults(*schema);
    } catch (const UsageError& error) {
        require(!std::string_view(error.what()).empty());
    }
}

contract::Passage passage() {
    contract::Passage passage;
    passage.text = "Ada Byron led the Survey.";
    passage.sentences = {{0, 25}};
    passage.entity_names = {"Ada Byron", "Survey"};
    passage.entity_types = {"person", "organisation"};
    return passage;
}

struct Contract {
    contract::Schema whole;
    contract::Schema narrowed;
};

std::vector<Contract> contracts() {
    std::vector<Contract> list;
    for (const auto& type : contracts_that_ask()) {
        if (!type.describes.empty()) continue;
        list.push_back({contract::Schema(type.output_schema),
                        contract::Schema(contract::narrow(type.output_schema, passage()))});
    }
    return list;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto all = contracts();
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto line = bytes.find('\n');
    const auto value =
        contract::read_strict_json(line == bytes.npos ? bytes : bytes.substr(line + 1));
    if (!value) return 0;
    for (const auto& [whole, narrowed] : all) {
        const bool fits = satisfies(whole, *value);
        require(fits || !satisfies(narrowed, *value));
    }
    if (line != bytes.npos) check_schema(bytes.substr(0, line), *value);
    return 0;
}
