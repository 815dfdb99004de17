#include "contract/valijson.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "contract/answer.h"
#include "contract/schema_coverage.h"
#include "contract/violation_wording.h"
#include "error/error.h"

namespace almagest::contract {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

std::string pointer(const std::vector<std::string>& context) {
    nlohmann::json::json_pointer path;
    for (const auto& step : context) {
        if (step == "<root>") continue;
        const bool bracketed = step.size() >= 2 && step.front() == '[' && step.back() == ']';
        path.push_back(bracketed ? step.substr(1, step.size() - 2) : step);
    }
    return path.to_string();
}

std::string sentence(const std::string& at, const std::string& what) {
    return fmt::format("{}: {}", at.empty() ? "the answer" : at, what);
}

const nlohmann::json* found_at(const nlohmann::json& value, const std::string& at) {
    const nlohmann::json::json_pointer place(at);
    return value.contains(place) ? &value.at(place) : nullptr;
}

/// Strings, names of members among them, that are too long to be matched against patterns.
void find_long_strings(const nlohmann::json& value, const nlohmann::json::json_pointer& at,
                       std::size_t limit, std::vector<std::string>* found) {
    const auto check = [&](const std::string& text) {
        if (text.size() <= longest_matched_string || found->size() >= limit) return;
        found->push_back(sentence(
            at.to_string(), fmt::format("a string of {} bytes, more than the {} that patterns "
                                        "are matched against",
                                        text.size(), longest_matched_string)));
    };
    if (value.is_string()) {
        check(value.get_ref<const std::string&>());
    } else if (value.is_object()) {
        for (const auto& [name, member] : value.items()) {
            check(name);
            find_long_strings(member, at / name, limit, found);
        }
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            find_long_strings(value[i], at / i, limit, found);
        }
    }
}

bool is_whole_float(const nlohmann::json& value) {
    constexpr double exact = 9007199254740992.0;  // 2^53: floats below hold integers exactly
    if (!value.is_number_float()) return false;
    const auto number = value.get<double>();
    return std::abs(number) < exact && std::trunc(number) == number;
}

bool has_whole_floats(const nlohmann::json& value) {
    if (!value.is_structured()) return is_whole_float(value);
    return std::any_of(value.begin(), value.end(), has_whole_floats);
}

nlohmann::json with_whole_integers(nlohmann::json value) {
    if (is_whole_float(value)) return static_cast<std::int64_t>(value.get<double>());
    if (value.is_structured()) {
        for (auto& one : value) one = with_whole_integers(std::move(one));
    }
    return value;
}

/// Does the message only say that something further down is wrong?
bool is_consequence(const std::string& description) {
    return description.starts_with("Failed to validate against schema associated with") ||
           description.starts_with("Failed to validate item #") ||
           description.starts_with("Failed to validate against child schema") ||
           description.starts_with("Failed to validate against additional properties schema");
}

}  // namespace

struct Schema::Compiled {
    valijson::Schema schema;
    bool has_patterns = false;
};

Schema::Schema(const nlohmann::json& schema) : compiled_(std::make_unique<Compiled>()) {
    check_schema_coverage(schema);
    compiled_->has_patterns = uses_patterns(schema);
    try {
        valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
        const auto whole = with_whole_integers(schema);
        parser.populateSchema(Adapter(whole), compiled_->schema);
    } catch (const std::exception& error) {
        throw UsageError(fmt::format("the schema does not compile: {}", error.what()));
    }
}

Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

std::vector<std::string> Schema::violations(const nlohmann::json& value, std::size_t limit) const {
    std::vector<std::string> found;
    if (compiled_->has_patterns)
        find_long_strings(value, nlohmann::json::json_pointer(), limit, &found);
    if (!found.empty()) return found;

    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    // 1.0 is an integer in draft 7, but not to the library.
    std::optional<nlohmann::json> whole;
    if (has_whole_floats(value)) whole = with_whole_integers(value);
    if (validator.validate(compiled_->schema, Adapter(whole ? *whole : value), &results))
        return found;

    std::vector<std::string> consequences;
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
        auto& list = is_consequence(error.description) ? consequences : found;
        if (list.size() >= limit) continue;
        const auto at = pointer(error.context);
        list.push_back(sentence(at, plain_wording(error.description, found_at(value, at))));
    }
    if (found.empty()) found = std::move(consequences);
    // The library fails some values without a word: names of members, references to `false`.
    if (found.empty()) found.push_back(sentence("", "does not keep to its schema"));
    return found;
}

}  // namespace almagest::contract
