#pragma once

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace almagest::config {

/// One configuration file while it is read: says where a value stands. One thread.
class Source {
  public:
    /// `complete`: every known key must be there.
    Source(std::string file, bool complete) : file_(std::move(file)), complete_(complete) {}

    [[nodiscard]] bool complete() const { return complete_; }
    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] std::string place(const YAML::Node& node) const;
    /// Throws UsageError "file:line: <sentence>".
    [[noreturn]] void refuse(const YAML::Node& node, const std::string& sentence) const;

  private:
    std::string file_;
    bool complete_;
};

/// Takes the value of the key with the dotted path `path`, or throws UsageError.
using Taker = std::function<void(const YAML::Node&, const std::string& path, const Source&)>;

struct Field {
    std::string key;
    Taker take;
    bool optional = false;  ///< may be missing from a complete file
};

/// Reads a mapping key by key: refuses unknown ones (naming the nearest known one) and repeated
/// ones, and, of a complete file, missing ones.
void read_mapping(const YAML::Node& node, const std::string& path, const Source& source,
                  const std::vector<Field>& fields);

// Takers. Those with a target keep a reference to it.
[[nodiscard]] Taker section(std::vector<Field> fields);
[[nodiscard]] Taker text(std::string& target);
/// `shape` is a regular expression for the whole value; `must` completes "llm.x must …". The value
/// is not repeated in the error: it may be a secret in the wrong place.
[[nodiscard]] Taker text_like(std::string& target, const std::string& shape, std::string must);
[[nodiscard]] Taker choice(std::string& target, std::vector<std::string> choices);
[[nodiscard]] Taker flag(bool& target);
[[nodiscard]] Taker real(double& target, double least, double most);
[[nodiscard]] Taker milliseconds(std::chrono::milliseconds& target, std::int64_t least,
                                 std::int64_t most);
/// Scalars under keys of the shape `key_shape`; put over what `target` holds.
[[nodiscard]] Taker text_map(std::map<std::string, std::string>& target,
                             const std::string& key_shape, const std::string& value_shape,
                             std::string must);

/// A list of scalars of the shape `shape`, in place of what `target` holds.
[[nodiscard]] Taker text_list(std::vector<std::string>& target, const std::string& shape,
                              std::string must);

/// A whole number from `least` to `most`.
[[nodiscard]] std::uint64_t whole_number(const YAML::Node& node, const std::string& path,
                                         const Source& source, std::uint64_t least,
                                         std::uint64_t most);

template <std::unsigned_integral Number>
[[nodiscard]] Taker whole(Number& target, std::uint64_t least,
                          std::uint64_t most = std::numeric_limits<Number>::max()) {
    return [&target, least, most](const YAML::Node& node, const std::string& path,
                                  const Source& source) {
        target = static_cast<Number>(whole_number(node, path, source, least, most));
    };
}

}  // namespace almagest::config
