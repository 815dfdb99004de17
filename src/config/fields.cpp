#include "config/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <regex>
#include <set>
#include <string_view>

#include "error/error.h"

namespace almagest::config {
namespace {

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t substituted = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
        }
    }
    return row.back();
}

std::string joined(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

/// A typo has a near neighbour; anything else gets the list of what there is.
std::string advice(const std::string& key, const std::vector<Field>& fields) {
    std::string nearest;
    std::string all;
    std::size_t least = std::max<std::size_t>(2, key.size() / 3) + 1;
    for (const Field& field : fields) {
        all += (all.empty() ? "" : ", ") + field.key;
        const std::size_t distance = edit_distance(key.substr(0, 80), field.key);
        if (distance < least) {
            least = distance;
            nearest = field.key;
        }
    }
    return nearest.empty() ? "known here: " + all : fmt::format("did you mean \"{}\"?", nearest);
}

/// What a value is, in words, for "must be …, but is …".
std::string described(const YAML::Node& node) {
    if (node.IsMap()) return "a section";
    if (node.IsSequence()) return "a list";
    if (node.IsNull() || !node.IsDefined()) return "empty";
    std::string value = node.Scalar().substr(0, 60);
    return fmt::format("\"{}\"", value);
}

const std::string& scalar(const YAML::Node& node, const std::string& path, const Source& source,
                          const std::string& wanted) {
    if (!node.IsScalar()) {
        source.refuse(node, fmt::format("{} must be {}, but is {}", path, wanted, described(node)));
    }
    return node.Scalar();
}

bool is_quoted(const YAML::Node& node) {
    return node.Tag() == "!";
}

}  // namespace

std::string Source::place(const YAML::Node& node) const {
    return fmt::format("{}:{}", file_, std::max(0, node.Mark().line) + 1);
}

void Source::refuse(const YAML::Node& node, const std::string& sentence) const {
    throw UsageError(place(node) + ": " + sentence);
}

void read_mapping(const YAML::Node& node, const std::string& path, const Source& source,
                  const std::vector<Field>& fields) {
    const std::string name = path.empty() ? "the file" : path;
    if (!node.IsMap()) {
        source.refuse(node, fmt::format("{} must be a section of \"key: value\" lines, but is {}",
                                        name, described(node)));
    }
    std::set<std::string> seen;
    for (const auto& entry : node) {
        if (!entry.first.IsScalar()) {
            source.refuse(entry.first, fmt::format("a key of {} must be a word", name));
        }
        const std::string key = entry.first.Scalar();
        const auto field = std::find_if(fields.begin(), fields.end(),
                                        [&](const Field& known) { return known.key == key; });
        if (field == fields.end()) {
            source.refuse(entry.first, fmt::format("there is no setting \"{}\"; {}",
                                                   joined(path, key), advice(key, fields)));
        }
        if (!seen.insert(key).second) {
            source.refuse(entry.first,
                          fmt::format("{} is set twice; keep one of them", joined(path, key)));
        }
        field->take(entry.second, joined(path, key), source);
    }
    if (!source.complete()) return;
    for (const Field& field : fields) {
        if (!field.optional && !seen.contains(field.key)) {
            source.refuse(node, fmt::format("{} is missing; restore this file as it was delivered "
                                            "and put your changes into one of your own",
                                            joined(path, field.key)));
        }
    }
}

Taker section(std::vector<Field> fields) {
    return [fields = std::move(fields)](const YAML::Node& node, const std::string& path,
                                        const Source& source) {
        read_mapping(node, path, source, fields);
    };
}

Taker text(std::string& target) {
    return [&target](const YAML::Node& node, const std::string& path, const Source& source) {
        target = scalar(node, path, source, "a text (\"\" for none)");
    };
}

Taker text_like(std::string& target, const std::string& shape, std::string must) {
    return [&target, shape = std::regex(shape), must = std::move(must)](
               const YAML::Node& node, const std::string& path, const Source& source) {
        const std::string& value = scalar(node, path, source, "a text");
        // std::regex recurses once a character, so length is limited before it sees the value.
        if (value.size() > 2048 || !std::regex_match(value, shape)) {
            source.refuse(node, fmt::format("{} must {}", path, must));
        }
        target = value;
    };
}

Taker choice(std::string& target, std::vector<std::string> choices) {
    return [&target, choices = std::move(choices)](const YAML::Node& node, const std::string& path,
                                                   const Source& source) {
        const std::string wanted = fmt::format("one of {}", fmt::join(choices, ", "));
        const std::string& value = scalar(node, path, source, wanted);
        if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
            source.refuse(node,
                          fmt::format("{} must be {}, but is {}", path, wanted, described(node)));
        }
        target = value;
    };
}

Taker flag(bool& target) {
    return [&target](const YAML::Node& node, const std::string& path, const Source& source) {
        const std::string& value = scalar(node, path, source, "true or false");
        if (is_quoted(node) || (value != "true" && value != "false")) {
            source.refuse(
                node, fmt::format("{} must be true or false, but is {}", path, described(node)));
        }
        target = value == "true";
    };
}

std::uint64_t whole_number(const YAML::Node& node, const std::string& path, const Source& source,
                           std::uint64_t least, std::uint64_t most) {
    const std::string wanted = most == std::numeric_limits<std::uint64_t>::max()
                                   ? fmt::format("a whole number of at least {}", least)
                                   : fmt::format("a whole number from {} to {}", least, most);
    const std::string& value = scalar(node, path, source, wanted);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (is_quoted(node) || error != std::errc{} || end != value.data() + value.size() ||
        number < least || number > most) {
        source.refuse(node, fmt::format("{} must be {}, but is {}", path, wanted, described(node)));
    }
    return number;
}

Taker real(double& target, double least, double most) {
    return [&target, least, most](const YAML::Node& node, const std::string& path,
                                  const Source& source) {
        const std::string wanted = fmt::format("a number from {} to {}", least, most);
        const std::string& value = scalar(node, path, source, wanted);
        double number = 0;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), number);
        if (is_quoted(node) || error != std::errc{} || end != value.data() + value.size() ||
            !std::isfinite(number) || number < least || number > most) {
            source.refuse(node,
                          fmt::format("{} must be {}, but is {}", path, wanted, described(node)));
        }
        target = number;
    };
}

Taker milliseconds(std::chrono::milliseconds& target, std::int64_t least, std::int64_t most) {
    return [&target, least, most](const YAML::Node& node, const std::string& path,
                                  const Source& source) {
        const std::uint64_t number =
            whole_number(node, path, source, static_cast<std::uint64_t>(least),
                         static_cast<std::uint64_t>(most));
        target = std::chrono::milliseconds{static_cast<std::int64_t>(number)};
    };
}

Taker text_list(std::vector<std::string>& target, const std::string& shape, std::string must) {
    return [&target, shape = std::regex(shape), must = std::move(must)](
               const YAML::Node& node, const std::string& path, const Source& source) {
        if (!node.IsSequence()) source.refuse(node, fmt::format("{} must {}", path, must));
        std::vector<std::string> list;
        for (const auto& entry : node) {
            const std::string& value = scalar(entry, path, source, "a list of words");
            if (value.size() > 128 || !std::regex_match(value, shape))
                source.refuse(entry, fmt::format("{} must {}", path, must));
            list.push_back(value);
        }
        target = std::move(list);
    };
}

Taker text_map(std::map<std::string, std::string>& target, const std::string& key_shape,
               const std::string& value_shape, std::string must) {
    return [&target, key_shape = std::regex(key_shape), value_shape = std::regex(value_shape),
            must = std::move(must)](const YAML::Node& node, const std::string& path,
                                    const Source& source) {
        if (!node.IsMap()) {
            source.refuse(node, fmt::format("{} must be a section ({{}} for none), but is {}", path,
                                            described(node)));
        }
        std::set<std::string> seen;
        for (const auto& entry : node) {
            const std::string& key = scalar(entry.first, "a key of " + path, source, "a word");
            const std::string& value =
                scalar(entry.second, joined(path, key), source, "a single value");
            if (key.size() > 128 || value.size() > 1024 || !std::regex_match(key, key_shape) ||
                !std::regex_match(value, value_shape)) {
                source.refuse(entry.first, fmt::format("{} must {}", joined(path, key), must));
            }
            if (!seen.insert(key).second) {
                source.refuse(entry.first,
                              fmt::format("{} is set twice; keep one of them", joined(path, key)));
            }
            target[key] = value;
        }
    };
}

}  // namespace almagest::config
