#include "contract/antecedents.h"

#include <optional>

#include "contract/named_sentence.h"
#include "contract/prompt.h"

namespace almagest::contract {

namespace {

/// What is talked of.
class Topic {
  public:
    void take_up(const NamedSentence& sentence, const std::vector<std::string>& names) {
        const auto subject = sentence.subject();
        if (!subject) return;
        topic_ = person_ = subject->name;
        is_alone_ = sentence.names() == 1;
        // "The Survey was begun by Ada Byron. She …"
        const auto agent = sentence.agent();
        if (agent && is_one_word(names[subject->name]) && !is_one_word(names[agent->name]))
            person_ = agent->name;
    }

    /// What a pronoun stands for. "It" may stand for any of a sentence's names, as none but the
    /// reader knows which of them is no person.
    std::optional<std::size_t> meant_by(const Placed& pronoun) const {
        if (pronoun.person) return person_;
        return is_alone_ ? topic_ : std::nullopt;
    }

  private:
    static bool is_one_word(const std::string& name) { return name.find(' ') == std::string::npos; }

    std::optional<std::size_t> topic_;
    std::optional<std::size_t> person_;
    bool is_alone_ = false;
};

}  // namespace

std::vector<Antecedent> find_antecedents(const std::vector<NamedSentence>& sentences,
                                         const Passage& passage,
                                         const std::vector<std::string>& names) {
    std::vector<Antecedent> antecedents;
    Topic topic;
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        const auto& sentence = sentences[i];
        const auto& range = passage.sentences[i];
        const auto subject = sentence.subject();
        const auto pronoun = sentence.pronoun();
        if (!pronoun || (subject && subject->range.start < pronoun->range.start)) {
            topic.take_up(sentence, names);
        } else if (const auto meant = topic.meant_by(*pronoun)) {
            antecedents.push_back(
                {i,
                 {range.start + pronoun->range.start, range.start + pronoun->range.end},
                 *meant,
                 pronoun->possessive});
        }
    }
    return antecedents;
}

}  // namespace almagest::contract
