#include "contract/strict_json.h"

#include <fmt/format.h>
#include <simdjson.h>

namespace almagest::contract {
namespace {

class Rejected : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

std::string checked(std::string_view text) {
    // simdjson lets an escaped low surrogate stand alone, which then is no UTF-8.
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        throw Rejected("a string holds a lone surrogate");
    }
    return std::string(text);
}

nlohmann::json copied(simdjson::dom::element element) {
    switch (element.type()) {
        case simdjson::dom::element_type::OBJECT: {
            nlohmann::json::object_t object;
            for (const auto field : simdjson::dom::object(element)) {
                const auto [place, is_new] =
                    object.emplace(checked(field.key), copied(field.value));
                if (!is_new)
                    throw Rejected(fmt::format("the key \"{}\" occurs twice", place->first));
            }
            return object;
        }
        case simdjson::dom::element_type::ARRAY: {
            nlohmann::json::array_t array;
            for (const auto item : simdjson::dom::array(element)) array.push_back(copied(item));
            return array;
        }
        case simdjson::dom::element_type::STRING:
            return checked(std::string_view(element));
        case simdjson::dom::element_type::INT64:
            return std::int64_t(element);
        case simdjson::dom::element_type::UINT64:
            return std::uint64_t(element);
        case simdjson::dom::element_type::DOUBLE:
            return double(element);
        case simdjson::dom::element_type::BOOL:
            return bool(element);
        case simdjson::dom::element_type::NULL_VALUE:
            return nullptr;
    }
    throw Rejected("it holds a value of no known type");
}

}  // namespace

bool well_formed_utf8(std::string_view bytes) {
    return simdjson::validate_utf8(bytes.data(), bytes.size());
}

std::optional<nlohmann::json> read_strict_json(std::string_view text, std::string* why) {
    try {
        simdjson::dom::parser parser;
        if (const auto error = parser.allocate(text.size(), maximum_depth)) {
            throw Rejected(simdjson::error_message(error));
        }
        simdjson::dom::element root;
        if (const auto error = parser.parse(simdjson::padded_string(text)).get(root)) {
            throw Rejected(simdjson::error_message(error));
        }
        return copied(root);
    } catch (const Rejected& rejected) {
        if (why != nullptr) *why = rejected.what();
        return std::nullopt;
    }
}

}  // namespace almagest::contract
