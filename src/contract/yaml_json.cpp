#include "contract/yaml_json.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>

#include "error/error.h"

namespace almagest::contract {
namespace {

using nlohmann::json;

constexpr std::size_t maximum_nodes = 10'000;  // aliases can make a small file very large

json scalar(const YAML::Node& node) {
    const auto& text = node.Scalar();
    if (node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str") return text;
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    const char* const end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto read = std::from_chars(text.data(), end, whole);
        read.ec == std::errc() && read.ptr == end) {
        return whole;
    }
    double real = 0;
    if (const auto read = std::from_chars(text.data(), end, real);
        read.ec == std::errc() && read.ptr == end) {
        return real;
    }
    return text;
}

json converted(const YAML::Node& node, std::size_t* left) {
    if ((*left)-- == 0) throw UsageError(fmt::format("it has more than {} values", maximum_nodes));
    if (node.IsScalar()) return scalar(node);
    if (node.IsSequence()) {
        auto list = json::array();
        for (const auto& item : node) list.push_back(converted(item, left));
        return list;
    }
    if (!node.IsMap()) return nullptr;
    auto object = json::object();
    for (const auto& member : node) {
        const auto line = member.first.Mark().line + 1;
        if (!member.first.IsScalar())
            throw UsageError(fmt::format("line {}: a key is no word", line));
        const auto& key = member.first.Scalar();
        if (object.contains(key)) {
            throw UsageError(fmt::format("line {}: the key \"{}\" occurs twice", line, key));
        }
        object[key] = converted(member.second, left);
    }
    return object;
}

}  // namespace

json yaml_to_json(const std::string& text) {
    try {
        auto left = maximum_nodes;
        auto document = converted(YAML::Load(text), &left);
        if (!document.is_object()) throw UsageError("it is no YAML mapping");
        return document;
    } catch (const YAML::Exception& error) {
        throw UsageError(fmt::format("line {}: {}", error.mark.line + 1, error.msg));
    }
}

}  // namespace almagest::contract
