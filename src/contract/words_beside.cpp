#include "contract/words_beside.h"

#include <algorithm>
#include <sstream>

#include "text/names.h"

namespace almagest::contract {

using nlohmann::json;

std::vector<text::Range> places_of(const json& item, const IndexedPassage& in) {
    std::vector<text::Range> places;
    for (const auto& one : item.value("evidence", json::array())) {
        const auto start = one.value("char_start", std::size_t{0});
        const auto end = one.value("char_end", std::size_t{0});
        if (start < in.passage.offset || end < start) continue;
        places.push_back({start - in.passage.offset, end - in.passage.offset});
    }
    return places;
}

namespace {

std::string without_brackets(std::string_view text) {
    std::string plain;
    int depth = 0;
    for (const char c : text) {
        if (c == '(') ++depth;
        if (depth == 0) plain.push_back(c);
        if (c == ')' && depth > 0) --depth;
    }
    return plain;
}

/// Nothing but words with capitals, and numbers.
bool is_name(const std::string& text) {
    std::istringstream stream(text);
    bool any = false;
    for (std::string word; stream >> word; any = true)
        if (word.front() >= 'a' && word.front() <= 'z') return false;
    return any;
}

}  // namespace

std::string without_asides(std::string_view text) {
    auto plain = without_brackets(text);
    for (const std::string_view mark : {",", " -", " \u2013", " \u2014", "\u2014"}) {
        if (!plain.starts_with(mark)) continue;
        const auto last = plain.rfind(mark);
        const bool has_aside = last > 0 && !is_name(plain.substr(mark.size(), last - mark.size()));
        return has_aside ? plain.substr(last + mark.size()) : plain;
    }
    return plain;
}

bool is_one_of(const std::string& word, const std::vector<std::string>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<std::string> words_of(std::string_view text) {
    std::istringstream stream(text::name_key(text));
    std::vector<std::string> words;
    for (std::string word; stream >> word;) {
        while (word.ends_with(',')) word.pop_back();
        if (!word.empty()) words.push_back(std::move(word));
    }
    return words;
}

bool has_only(std::string_view text, const std::vector<std::string>& words) {
    const auto own = words_of(without_asides(text));
    return std::all_of(own.begin(), own.end(),
                       [&](const std::string& word) { return is_one_of(word, words); });
}

}  // namespace almagest::contract
