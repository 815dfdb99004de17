#include "contract/json_repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "contract/repair_scan.h"
#include "contract/strict_json.h"

namespace almagest::contract {
namespace {

bool is_bracket(char c) {
    return c == '{' || c == '[';
}
bool is_closer(char c) {
    return c == '}' || c == ']';
}

std::optional<nlohmann::json> literal(std::string_view word) {
    for (const auto said : {"true", "True", "TRUE"}) {
        if (word == said) return true;
    }
    for (const auto said : {"false", "False", "FALSE"}) {
        if (word == said) return false;
    }
    for (const auto said : {"null", "Null", "NULL", "None", "undefined"}) {
        if (word == said) return nlohmann::json();
    }
    return std::nullopt;
}

/// A JSON number, or one that only lacks digits before or after its point ("1.", ".25", "+1").
std::optional<nlohmann::json> number(std::string_view word) {
    if (word.starts_with('+')) word.remove_prefix(1);
    const auto digits = word.starts_with('-') ? word.substr(1) : word;
    if (digits.empty() || !(scan::is_digit(digits[0]) || digits[0] == '.')) return std::nullopt;
    if (digits == "." || digits.starts_with(".e") || digits.starts_with(".E")) return std::nullopt;
    if (digits.size() > 1 && digits[0] == '0' && scan::is_digit(digits[1])) return std::nullopt;
    const char* const end = word.data() + word.size();
    if (word.find_first_of(".eE") == std::string_view::npos) {
        std::int64_t whole = 0;
        const auto read = std::from_chars(word.data(), end, whole);
        if (read.ec == std::errc() && read.ptr == end) return whole;
    }
    double real = 0;
    const auto read = std::from_chars(word.data(), end, real);
    if (read.ec != std::errc() || read.ptr != end || !std::isfinite(real)) return std::nullopt;
    return real;
}

}  // namespace

std::optional<RepairedValue> JsonRepair::read(std::size_t begin) {
    position_ = begin;
    stack_.clear();
    open_objects_ = open_arrays_ = 0;
    root_.reset();
    bool truncated = false;
    open(text_[position_++] == '{');
    while (!root_) {
        skip_blanks();
        if (at_text_end()) {
            truncated = true;
            break;
        }
        const char c = text_[position_];
        if (c == ',') {
            if (!after_value_) note("left out a comma too many");
            after_value_ = false;
            after_comma_ = true;
            ++position_;
            continue;
        }
        if (is_closer(c)) {
            if (!close(c)) return std::nullopt;
            continue;
        }
        if (after_value_) note("put in a missing comma");
        after_comma_ = after_value_ = false;
        const auto outcome = stack_.back().is_object ? read_member() : read_element();
        if (outcome == Outcome::failed) return std::nullopt;
        if (outcome == Outcome::cut) {
            truncated = true;
            break;
        }
    }
    if (truncated) fold_after_cut();
    return RepairedValue{std::move(*root_), position_, truncated};
}

JsonRepair::Outcome JsonRepair::read_element() {
    if (const auto dots = scan::ellipsis(text_, position_)) {
        note("left out an ellipsis");
        position_ += dots;
        after_value_ = true;
        return Outcome::complete;
    }
    return read_value();
}

JsonRepair::Outcome JsonRepair::read_member() {
    if (const auto dots = scan::ellipsis(text_, position_)) {
        note("left out an ellipsis");
        position_ += dots;
        after_value_ = true;
        return Outcome::complete;
    }
    if (text_[position_] == '{' && parent_is_array()) {
        note("closed an object before the next one");
        return close_top() ? Outcome::complete : Outcome::failed;
    }
    if (is_bracket(text_[position_])) {
        fail(fmt::format("byte {} begins a value where a member's name should be", position_));
        return Outcome::failed;
    }
    std::string key;
    const auto outcome = read_key(&key);
    if (outcome != Outcome::complete) return outcome;
    skip_blanks();
    if (at_text_end()) return Outcome::cut;
    if (text_[position_] == ':') {
        ++position_;
        skip_blanks();
        if (at_text_end()) return Outcome::cut;
    } else if (text_[position_] != ',' && !is_closer(text_[position_])) {
        note("put in a missing colon");
    }
    if (text_[position_] == ',' || is_closer(text_[position_])) {
        note("left out a member without a value");
        after_value_ = true;
        return Outcome::complete;
    }
    stack_.back().key = std::move(key);
    return read_value();
}

JsonRepair::Outcome JsonRepair::read_value() {
    if (is_bracket(text_[position_])) {
        return open(text_[position_++] == '{') ? Outcome::complete : Outcome::failed;
    }
    if (scan::quote(text_, position_) == 0) return read_bare();
    std::string content;
    const auto outcome = read_string(false, &content);
    if (outcome != Outcome::complete) return outcome;
    return add(std::move(content)) ? Outcome::complete : Outcome::failed;
}

JsonRepair::Outcome JsonRepair::read_key(std::string* key) {
    return scan::quote(text_, position_) > 0 ? read_string(true, key) : read_bare_key(key);
}

JsonRepair::Outcome JsonRepair::read_bare_key(std::string* key) {
    const auto start = position_;
    for (; position_ < text_.size(); ++position_) {
        const char c = text_[position_];
        if (c == ':' || c == ',' || c == '\n' || is_bracket(c) || is_closer(c)) break;
        if (position_ == start || scan::quote(text_, position_) == 0) continue;
        *key = std::string(text_.substr(start, position_ - start));
        if (scan::space(text_, position_ - 1) > 0) {
            note("left out words between members");
            key->clear();
            return read_string(true, key);
        }
        note("put in a missing quotation mark");
        position_ += scan::quote(text_, position_);
        return Outcome::complete;
    }
    if (position_ == text_.size()) return Outcome::cut;
    if (position_ == start) ++position_;  // a stray mark: go on behind it
    *key = std::string(scan::trimmed(text_.substr(start, position_ - start)));
    note("put names of members into quotation marks");
    return Outcome::complete;
}

JsonRepair::Outcome JsonRepair::read_bare() {
    const auto start = position_;
    const bool in_object = stack_.back().is_object;
    bool numeric = true;
    for (; position_ < text_.size(); ++position_) {
        const char c = text_[position_];
        if (c == ',' || c == '\n' || is_closer(c) || scan::fence(text_, position_)) break;
        if (numeric && is_bracket(c)) break;
        const bool spaced = position_ > start && scan::space(text_, position_ - 1) > 0;
        if (spaced && (c == '#' || text_.substr(position_).starts_with("//") ||
                       text_.substr(position_).starts_with("/*"))) {
            break;
        }
        if (text_.substr(position_).starts_with("/*")) break;
        if (spaced && scan::quote(text_, position_) > 0 && (!in_object || key_ahead(position_)))
            break;
        numeric = numeric && (scan::is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' ||
                              c == 'E' || c == ' ');
    }
    const bool touches_end = position_ == text_.size();
    const auto run = text_.substr(start, position_ - start);
    auto word = scan::trimmed(run);
    if (auto value = literal(word)) {
        if (word != "true" && word != "false" && word != "null")
            note("read literals of another language");
        return add(std::move(*value)) ? Outcome::complete : Outcome::failed;
    }
    if (auto value = number(word)) {
        if (touches_end && word.end() == run.end()) return Outcome::cut;
        return add(std::move(*value)) ? Outcome::complete : Outcome::failed;
    }
    if (touches_end) return Outcome::cut;
    if (word.empty()) {
        note("left out a stray mark");
        ++position_;
        return Outcome::complete;
    }
    note("put bare words into quotation marks");
    if (word.size() > 1 && word.back() == '"') word.remove_suffix(1);
    return add(std::string(word)) ? Outcome::complete : Outcome::failed;
}

bool JsonRepair::open(bool is_object) {
    if (stack_.size() == maximum_depth) {
        return fail(fmt::format("it is nested deeper than {} levels", maximum_depth));
    }
    ++(is_object ? open_objects_ : open_arrays_);
    stack_.push_back(
        {is_object, is_object ? nlohmann::json::object() : nlohmann::json::array(), {}});
    after_value_ = after_comma_ = false;
    return true;
}

bool JsonRepair::add(nlohmann::json value) {
    after_value_ = true;
    if (stack_.empty()) {
        root_ = std::move(value);
        return true;
    }
    auto& top = stack_.back();
    if (!top.is_object) {
        top.value.push_back(std::move(value));
        return true;
    }
    const auto known = top.value.find(top.key);
    if (known == top.value.end()) {
        top.value[top.key] = std::move(value);
        return true;
    }
    note("left out a repeated member");
    return *known == value ||
           fail(fmt::format("the key \"{}\" occurs twice with different values", top.key));
}

bool JsonRepair::close_top() {
    --(stack_.back().is_object ? open_objects_ : open_arrays_);
    auto value = std::move(stack_.back().value);
    stack_.pop_back();
    return add(std::move(value));
}

bool JsonRepair::close(char bracket) {
    const bool is_object = bracket == '}';
    if (after_comma_) note("left out a comma too many");
    after_comma_ = false;
    ++position_;
    if ((is_object ? open_objects_ : open_arrays_) == 0) {
        const auto next = scan::blanks(text_, position_, position_ + 256);
        if (next < text_.size() && text_[next] == ',') {
            note("left out a bracket too many");
            after_value_ = true;
            return true;
        }
        note("closed a bracket by the other kind");
        return close_top();
    }
    while (stack_.back().is_object != is_object) {
        note("put in a missing bracket");
        if (!close_top()) return false;
    }
    if (stack_.size() == 1 && root_goes_on()) {
        note("left out a bracket too many");
        after_value_ = true;
        return true;
    }
    return close_top();
}

/// After the root's bracket, does another member follow ("…}, "key": …")?
bool JsonRepair::root_goes_on() const {
    if (!stack_.back().is_object) return false;
    const auto comma = scan::blanks(text_, position_, position_ + 256);
    if (comma >= text_.size() || text_[comma] != ',') return false;
    const auto next = scan::blanks(text_, comma + 1, comma + 256);
    return next < text_.size() && scan::quote(text_, next) > 0 && key_ahead(next);
}

void JsonRepair::fold_after_cut() {
    note("closed an answer that breaks off, at its last complete item");
    const auto outermost = std::find_if(stack_.begin(), stack_.end(),
                                        [](const Frame& frame) { return !frame.is_object; });
    if (outermost != stack_.end()) stack_.erase(std::next(outermost), stack_.end());
    while (!stack_.empty()) {
        auto value = std::move(stack_.back().value);
        stack_.pop_back();
        if (stack_.empty()) {
            root_ = std::move(value);
        } else if (!stack_.back().value.contains(stack_.back().key)) {
            stack_.back().value[stack_.back().key] = std::move(value);
        }
    }
    position_ = text_.size();
}

bool JsonRepair::parent_is_array() const {
    return stack_.size() > 1 && !stack_[stack_.size() - 2].is_object;
}

void JsonRepair::skip_blanks() {
    const auto start = position_;
    position_ = scan::blanks(text_, position_, text_.size());
    for (auto at = start; at < position_; ++at) {
        if (text_[at] == '/' || text_[at] == '#') {
            note("left out comments");
            return;
        }
    }
}

bool JsonRepair::at_text_end() const {
    return position_ >= text_.size() || scan::fence(text_, position_);
}

bool JsonRepair::fail(std::string reason) {
    why_ = std::move(reason);
    return false;
}

void JsonRepair::note(std::string_view what) {
    if (std::find(notes_.begin(), notes_.end(), what) == notes_.end()) notes_.emplace_back(what);
}

}  // namespace almagest::contract
