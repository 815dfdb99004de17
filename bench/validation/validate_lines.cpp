// Validates: lines {"schema": …, "value": …} in, lines {"valid": true|false} or {"refused": why}
// out. With --bare by the library alone, as it comes.
#define VALIJSON_USE_EXCEPTIONS 1
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Woverloaded-virtual"
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "contract/answer.h"

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
