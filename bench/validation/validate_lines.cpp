// Validates: lines {"schema": …, "value": …} in, lines {"valid": true|false} or {"refused": why}
// out. With --bare by the library alone, as it comes.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "contract/answer.h"
#include "contract/valijson.h"

namespace {

using nlohmann::json;

bool fits(const json& schema, const json& value) {
    return almagest::contract::Schema(schema).violations(value).empty();
}

bool fits_bare(const json& schema, const json& value) {
    using Adapter = valijson::adapters::NlohmannJsonAdapter;
    valijson::Schema compiled;
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(Adapter(schema), compiled);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    return validator.validate(compiled, Adapter(value), nullptr);
}

}  // namespace

int main(int count, char** arguments) {
    const bool bare = count > 1 && std::string_view(arguments[1]) == "--bare";
    for (std::string line; std::getline(std::cin, line);) {
        const auto given = json::parse(line);
        json said;
        try {
            const auto& value = given.at("value");
            said["valid"] = bare ? fits_bare(given["schema"], value) : fits(given["schema"], value);
        } catch (const std::exception& error) {
            said["refused"] = error.what();
        }
        std::cout << said.dump() << "\n";
    }
}
