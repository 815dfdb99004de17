// Feeds arbitrary answers about arbitrary passages to the contracts of the tree: the first byte
// chooses the contract, the answer goes to the first empty line, the passage is the rest.
//
// What must hold: no crash; an answer that satisfies its schema is grounded or refused with
// reasons; each quote of the evidence stands in the passage where the evidence says so; no
// confidence is above 1.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/answer.h"
#include "contracts.h"
#include "holds.h"
#include "text/sentences.h"

namespace {

using namespace almagest;  // NOLINT(google-build-using-namespace): a program of one file
using nlohmann::json;

struct Contract {
    contract::JobType type;
    contract::Schema schema;
};

std::vector<Contract> contracts() {
    std::vector<Contract> list;
    for (const auto& type : contracts_that_ask())
        list.push_back({type, contract::Schema(type.output_schema)});
    return list;
}

void check_evidence(const json& value, const contract::Passage& passage,
                    const text::CodePointIndex& index) {
    if (value.is_object() && value.contains("char_start") && value.contains("quote")) {
        const auto start = value["char_start"].get<std::size_t>() - passage.offset;
        const auto end = value["char_end"].get<std::size_t>() - passage.offset;
        require(start <= end && end <= index.size());
        require(index.slice({start, end}) == value["quote"].get<std::string>());
        return;
    }
    if (value.is_object() && value.contains("evidence") && value.contains("grounding"))
        require(value["confidence"].get<double>() <= 1.0);
    if (!value.is_structured()) return;
    for (const auto& one : value) check_evidence(one, passage, index);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto all = contracts();
    if (size == 0) return 0;
    const auto& [type, schema] = all.at(data[0] % all.size());
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto gap = bytes.find("\n\n");
    if (gap == bytes.npos || !text::is_utf8(bytes)) return 0;
    contract::Passage passage;
    passage.text = std::string(bytes.substr(gap + 2));
    passage.offset = 7;
    passage.sentences = text::sentences(passage.text);
    const auto answer = contract::parse_answer(bytes.substr(0, gap), nullptr);
    if (!answer || !schema.violations(answer->value, 1).empty()) return 0;
    const auto grounded = contract::ground(type, answer->value, passage, 0.95);
    check_evidence(grounded.output, passage, text::CodePointIndex(passage.text));
    for (const auto& refusal : grounded.refusals) require(!refusal.reason.empty());
    require(text::is_utf8(grounded.output.dump()));
    return 0;
}
