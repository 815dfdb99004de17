#include "contract/passage_names.h"

#include <algorithm>
#include <map>

#include "contract/named_sentence.h"
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

/// Pairs in an order that the sentence does not have them in, unless nothing else were left.
void add_unrelated(const std::vector<NamedSentence>& sentences, PassageNames* found) {
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        auto& unrelated = found->unrelated.emplace_back();
        const auto& ends = found->ends[i];
        bool any_left = false;
        for (const auto first : ends)
            for (const auto last : ends) {
                if (first == last) continue;
                if (sentences[i].may_begin(first, last)) {
                    any_left = true;
                } else {
                    unrelated.emplace(first, last);
                }
            }
        if (!any_left) unrelated.clear();
    }
}

/// Which names a sentence may be about.
void add_ends(const NameRule& rule, const Passage& passage, const text::CodePointIndex& index,
              PassageNames* found) {
    std::vector<std::size_t> recent;
    std::map<std::size_t, int> times;  // in how many sentences so far
    for (std::size_t i = 0; i < passage.sentences.size(); ++i) {
        const auto sentence = index.slice(passage.sentences[i]);
        const auto& here = found->in_sentence[i];
        auto ends = here;
        const auto add = [&](std::size_t name) {
            if (std::find(ends.begin(), ends.end(), name) == ends.end()) ends.push_back(name);
        };
        if (const auto* antecedent = found->antecedent_in(i)) {
            add(antecedent->name);
        } else if (here.size() < 2 ||
                   (!rule.antecedents && text::has_any_words(sentence, rule.pronouns))) {
            // Where not even a pronoun stands for it, only what is talked of again and again.
            const bool is_pointed_at = text::has_any_words(sentence, rule.pronouns);
            for (const auto name : recent)
                if (!rule.antecedents || is_pointed_at || times[name] > 1) add(name);
        }
        if (here.size() == 1 && is_but(found->names[here.front()], sentence)) ends.clear();
        for (const auto name : here) {
            move_to_front(&recent, name);
            ++times[name];
        }
        found->ends.push_back(std::move(ends));
    }
}

}  // namespace

const Antecedent* PassageNames::antecedent_in(std::size_t sentence) const {
    const auto found =
        std::find_if(antecedents.begin(), antecedents.end(),
                     [&](const Antecedent& one) { return one.sentence == sentence; });
    return found == antecedents.end() ? nullptr : &*found;
}

std::optional<PassageNames> find_names(const NameRule& rule, const Passage& passage) {
    if (!text::writes_capitals(passage.text)) return std::nullopt;
    PassageNames found;
    found.names = text::capitalised_names(passage.text, passage.sentences, rule.words);
    const text::CodePointIndex index(passage.text);
    for (const auto& range : passage.sentences) {
        const auto sentence = index.slice(range);
        auto& here = found.in_sentence.emplace_back();
        for (std::size_t i = 0; i < found.names.size(); ++i)
            if (!text::find_words(sentence, found.names[i]).empty()) here.push_back(i);
    }
    std::vector<NamedSentence> sentences;
    if (rule.antecedents) {
        sentences.reserve(passage.sentences.size());
        for (std::size_t i = 0; i < passage.sentences.size(); ++i)
            sentences.emplace_back(*rule.antecedents, index.slice(passage.sentences[i]),
                                   found.names, found.in_sentence[i]);
    }
    found.antecedents = find_antecedents(sentences, passage, found.names);
    add_ends(rule, passage, index, &found);
    add_unrelated(sentences, &found);
    return found;
}

}  // namespace almagest::contract
