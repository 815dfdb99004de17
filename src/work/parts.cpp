#include "work/parts.h"

#include <algorithm>

#include "text/names.h"
#include "work/call.h"

namespace almagest::work {
namespace {

using nlohmann::json;

/// Sentences [first, last) with what stands between them.
contract::Passage cut_out(const contract::Passage& whole, std::size_t first, std::size_t last,
                          const std::string& locale) {
    const text::CodePointIndex index(whole.text);
    // A heading before the first sentence belongs to it.
    const auto start = first == 0 ? 0 : whole.sentences[first - 1].end;
    const auto end = last == whole.sentences.size() ? index.size() : whole.sentences[last - 1].end;
    auto part = passage_of(whole.page_title, std::string(index.slice({start, end})),
                           whole.offset + start, locale);
    part.page_type = whole.page_type;
    part.payload = whole.payload;
    part.calendar = whole.calendar;
    for (std::size_t i = 0; i < whole.entity_names.size(); ++i) {
        if (text::find_words(part.text, whole.entity_names[i]).empty()) continue;
        part.entity_names.push_back(whole.entity_names[i]);
        if (i < whole.entity_types.size()) part.entity_types.push_back(whole.entity_types[i]);
    }
    return part;
}

/// The sentence that the last item of the contract's only list rests on; 0 where there is none.
std::size_t sentence_reached(const contract::JobType& type, const contract::Passage& passage,
                             const json& output) {
    if (type.grounding.size() != 1 || type.grounding.front().items.empty()) return 0;
    const auto list = output.find(type.grounding.front().items);
    if (list == output.end() || !list->is_array() || list->empty()) return 0;
    const auto& evidence = list->back().at("evidence");
    if (evidence.empty()) return 0;
    const auto place = evidence.front().at("char_start").get<std::size_t>() - passage.offset;
    const auto& sentences = passage.sentences;
    const auto after = std::find_if(sentences.begin(), sentences.end(),
                                    [&](const auto& one) { return one.start > place; });
    return after == sentences.begin() ? 0 : static_cast<std::size_t>(after - sentences.begin()) - 1;
}

json without_confidence(json item) {
    if (item.is_object()) item.erase("confidence");
    return item;
}

}  // namespace

std::vector<contract::Passage> parts_left(const contract::JobType& type,
                                          const contract::Passage& passage, const json& output,
                                          const std::string& locale) {
    const auto count = passage.sentences.size();
    if (count < 2) return {};
    if (const auto reached = sentence_reached(type, passage, output); reached > 0)
        return {cut_out(passage, reached, count, locale)};
    return {cut_out(passage, 0, count / 2, locale), cut_out(passage, count / 2, count, locale)};
}

json append_output(json* gathered, const json& output) {
    if (gathered->is_null()) {
        *gathered = output;
        return output;
    }
    auto fresh = output;
    for (const auto& [member, list] : output.items()) {
        if (!list.is_array() || !gathered->contains(member)) continue;
        auto& known = (*gathered)[member];
        fresh[member] = json::array();
        for (const auto& item : list) {
            const bool is_known = std::any_of(known.begin(), known.end(), [&](const json& one) {
                return without_confidence(one) == without_confidence(item);
            });
            if (is_known) continue;
            known.push_back(item);
            fresh[member].push_back(item);
        }
    }
    return fresh;
}

}  // namespace almagest::work
