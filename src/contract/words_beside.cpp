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

}  // namespace

std::string without_asides(std::string_view text) {
    const auto plain = without_brackets(text);
    for (const std::string_view mark : {",", " -", " \u2013", " \u2014", "\u2014"}) {
        if (!plain.starts_with(mark)) continue;
        const auto last = plain.rfind(mark);
        return last == 0 ? plain : plain.substr(last + mark.size());
    }
    return plain;
}

bool has_only(std::string_view text, const std::vector<std::string>& words) {
    std::istringstream stream(text::name_key(without_asides(text)));
    for (std::string word; stream >> word;)
        if (std::find(words.begin(), words.end(), word) == words.end()) return false;
    return true;
}

}  // namespace almagest::contract
