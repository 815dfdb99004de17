#include "contract/passage_names.h"

#include <algorithm>

#include "contract/prompt.h"
#include "text/capitalised_names.h"
#include "text/names.h"

namespace almagest::contract {
namespace {

constexpr std::size_t most_earlier_names = 8;  // that a pronoun may stand for

/// Is a sentence nothing but a name, as headings and items of lists are?
bool is_but(const std::string& name, std::string_view sentence) {
    return text::name_key(name) == text::name_key(sentence);
}

void move_to_front(std::vector<std::size_t>* recent, std::size_t name) {
    recent->erase(std::remove(recent->begin(), recent->end(), name), recent->end());
    recent->insert(recent->begin(), name);
    if (recent->size() > most_earlier_names) recent->pop_back();
}

}  // namespace

std::optional<PassageNames> find_names(const NameRule& rule, const Passage& passage) {
    if (!text::writes_capitals(passage.text)) return std::nullopt;
    PassageNames found;
    found.names = text::capitalised_names(passage.text, passage.sentences, rule.words);
    const text::CodePointIndex index(passage.text);
    std::vector<std::size_t> recent;
    for (const auto& range : passage.sentences) {
        const auto sentence = index.slice(range);
        std::vector<std::size_t> here;
        for (std::size_t i = 0; i < found.names.size(); ++i)
            if (!text::find_words(sentence, found.names[i]).empty()) here.push_back(i);
        auto ends = here;
        if (here.size() < 2 || text::has_any_words(sentence, rule.pronouns)) {
            for (const auto name : recent)
                if (std::find(here.begin(), here.end(), name) == here.end()) ends.push_back(name);
        }
        if (here.size() == 1 && is_but(found.names[here.front()], sentence)) ends.clear();
        for (const auto name : here) move_to_front(&recent, name);
        found.in_sentence.push_back(std::move(here));
        found.ends.push_back(std::move(ends));
    }
    return found;
}

}  // namespace almagest::contract
