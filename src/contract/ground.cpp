#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "contract/answer.h"
#include "contract/compact_form.h"
#include "contract/direction.h"
#include "contract/item_bounds.h"
#include "contract/item_checks.h"
#include "contract/mention.h"
#include "contract/occurrences.h"
#include "contract/short_names.h"
#include "contract/stated_wording.h"
#include "contract/support.h"
#include "contract/told_dimensions.h"
#include "contract/work_bounds.h"
#include "text/code_points.h"
#include "text/names.h"

namespace almagest::contract {
namespace {

using nlohmann::json;
using text::Range;

constexpr std::size_t longest_name = 300;  // code points
constexpr int least_habit = 2;             // reversals that make a habit
constexpr double worth_of_another = 0.85;  // of what the sentence says of something else
constexpr double worth_of_a_mended_wording = 0.9;
constexpr double worth_of_orders = 0.85;  // of what rests on nothing but commands to the reader

bool has_nul(const json& value) {
    if (value.is_string())
        return value.get_ref<const std::string&>().find('\0') != std::string::npos;
    return value.is_structured() && std::any_of(value.begin(), value.end(), has_nul);
}

/// The names of a list's items, by their keys.
std::map<std::string, std::string> names_in(const json& answer, const std::string& list) {
    std::map<std::string, std::string> names;
    const auto items = answer.is_object() ? answer.find(list) : answer.end();
    if (items == answer.end() || !items->is_array()) return names;
    for (const auto& item : *items) {
        if (!item.is_object()) continue;
        auto name = trimmed_name(text_of(item, "name"));
        auto key = text::name_key(name);
        names.emplace(std::move(key), std::move(name));
    }
    return names;
}

/// What the items of all rules of one answer are grounded in.
struct Ground {
    IndexedPassage in;
    std::string prompt;  ///< the contract's own words, examples among them
    const json& answer;
    double default_confidence;
    std::vector<Refusal>* refusals;
    std::vector<Range> orders;  ///< sentences that command whoever reads them
    ShortNames short_names;
};

/// Grounds the items of one rule, in order.
class Grounding {
  public:
    Grounding(const GroundingRule& rule, const Ground& ground, std::string name,
              std::optional<Range> around = std::nullopt)
        : rule_(rule),
          ground_(ground),
          in_(ground.in),
          index_(ground.in.index),
          name_(std::move(name)),
          around_(around),
          wording_(rule, ground.in, ground.prompt, ground.short_names) {
        if (!rule.named_in.empty()) names_in_answer_ = names_in(ground.answer, rule.named_in);
        wording_.know(names_in_answer_);
        if (rule.work_bounds) works_ = known_works(*rule.work_bounds, in_.passage, ground.answer);
    }

    /// Those of the items that are believed, with their evidence.
    json believe_all(const json& items) {
        std::vector<Look> looks;
        for (const auto& item : items) looks.push_back(look_at(item));
        if (!rule_.wording.empty()) observe(looks);
        auto kept = json::array();
        for (std::size_t i = 0; i < looks.size(); ++i) {
            if (auto believed = believe(items[i], std::move(looks[i])))
                kept.push_back(std::move(*believed));
        }
        return kept;
    }

    /// The item with its evidence; nullopt: refused, and recorded so.
    std::optional<json> believe(const json& given) { return believe(given, look_at(given)); }

  private:
    /// How an item stands to the text; a fault says why its names or its support were not found.
    struct Look {
        json item;
        std::vector<Mention> mentions;
        std::optional<Support> support;
        std::string fault_of_mentions;
        std::string fault_of_support;
    };

    Look look_at(const json& given) const {
        Look look;
        look.item = given;
        auto* fault = &look.fault_of_mentions;
        try {
            if (!given.is_object()) throw NotBelieved{"not an object"};
            if (has_nul(given)) throw NotBelieved{"holds a NUL character"};
            look.mentions = mentions_of(&look.item);
            fault = &look.fault_of_support;
            look.support = support_of(rule_, look.item, look.mentions, in_, around_);
        } catch (const NotBelieved& cause) {
            *fault = cause.reason;
        }
        return look;
    }

    /// Looks how an answer's items stand to the text in direction and wording, before any of them
    /// is believed.
    void observe(const std::vector<Look>& looks) {
        for (const auto& look : looks) {
            if (!look.support) continue;  // refused, with its reason, when its turn comes
            const auto wording = text_of(look.item, rule_.wording);
            const auto said = wording_.direction(look.mentions, *look.support, wording);
            auto& turned = turned_[text::name_key(wording)];
            if (said == Direction::stated) ++turned.kept;
            if (said == Direction::reversed) ++turned.reversed;
        }
    }

    std::optional<json> believe(const json& given, Look look) {
        try {
            return grounded(std::move(look));
        } catch (const NotBelieved& cause) {
            refuse(cause.reason, given);
            return std::nullopt;
        }
    }

    json grounded(Look look) {
        if (!look.fault_of_mentions.empty()) throw NotBelieved{look.fault_of_mentions};
        auto& item = look.item;
        auto& mentions = look.mentions;
        drop_unfound_mentions(&item);
        if (copies_the_prompt(item, ground_.prompt, in_.passage.text))
            throw NotBelieved{"copied from the prompt's example"};
        if (rule_.identifiers) check_identifiers(item);
        if (!look.support) throw NotBelieved{look.fault_of_support};
        auto& support = *look.support;
        if (auto verb = wording_.mended(text_of(item, rule_.wording), mentions, support)) {
            item[rule_.wording] = std::move(*verb);
            support.worth *= worth_of_a_mended_wording;
        }
        const auto wording = text_of(item, rule_.wording);
        check_value(item, &support);
        mend_direction(&item, &mentions, &support, wording);
        check_repetition(item);
        // "is" or "has" alone says too little to be found again in a sentence.
        const bool says_nothing = carries_wording("", wording);
        if (!wording.empty() && (says_nothing || !wording_.is_carried(support, wording)))
            support.worth *= 0.9;

        if (wording_.is_said_of_another(mentions, support, wording))
            support.worth *= worth_of_another;
        if (rests_on_orders(support)) support.worth *= worth_of_orders;
        item["confidence"] = confidence(item, support.worth);
        set_bounds_of(&item, support, mentions, wording);
        if (rule_.look_up) look_up(*rule_.look_up, rule_.mentions, ground_.answer, &item);
        ground_nested(&item, support);
        item["grounding"] = support.how;
        item["evidence"] = evidence(support);
        if (!rule_.description.empty() && !support.places.empty())
            item[rule_.description] = std::string(index_.slice(support.places.front()));
        return std::move(item);
    }

    /// A page that says "answer only that …" states nothing thereby: a person decides.
    bool rests_on_orders(const Support& support) const {
        if (ground_.orders.empty() || support.places.empty()) return false;
        return std::all_of(support.places.begin(), support.places.end(), [&](const Range& place) {
            return std::any_of(ground_.orders.begin(), ground_.orders.end(),
                               [&](const Range& order) { return order.contains(place); });
        });
    }

    /// Finds each mention in the passage, and writes the names as found into the item.
    std::vector<Mention> mentions_of(json* item) const {
        std::vector<Mention> mentions;
        for (const auto& member : rule_.mentions) {
            const auto name = trimmed_name(text_of(*item, member));
            if (name.empty()) throw NotBelieved{member + " is missing"};
            if (text::code_point_count(name) > longest_name)
                throw NotBelieved{member + " is too long"};
            if (is_pronoun(name)) throw NotBelieved{member + " is a pronoun"};
            if (!rule_.named_in.empty() && !names_in_answer_.contains(text::name_key(name)))
                throw NotBelieved{member + " is not among the " + rule_.named_in};
            auto mention = find_mention(in_.passage.text, name, ground_.short_names);
            if (mention.places.empty()) throw NotBelieved{member + not_found(name)};
            (*item)[member] = mention.name;
            mentions.push_back(std::move(mention));
        }
        for (std::size_t i = 1; i < mentions.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (text::name_key(mentions[i].name) == text::name_key(mentions[j].name)) {
                    throw NotBelieved{rule_.mentions[j] + " equals " + rule_.mentions[i]};
                }
            }
        }
        return mentions;
    }

    /// Why a name that the passage lacks is in the answer.
    const char* not_found(const std::string& name) const {
        return text::find_words(ground_.prompt, name).empty() ? " not in the passage"
                                                              : " only in the prompt";
    }

    void drop_unfound_mentions(json* item) const {
        for (const auto& member : rule_.optional_mentions) {
            if (!item->contains(member)) continue;
            const auto name = trimmed_name(text_of(*item, member));
            const auto found = name.empty() ? Mention{} : find_mention(in_.passage.text, name);
            if (!found.places.empty()) {
                (*item)[member] = found.name;
                continue;
            }
            if (!name.empty()) refuse(member + not_found(name), *item);
            item->erase(member);
        }
    }

    void check_identifiers(const json& item) const {
        const auto fault = identifier_fault(*rule_.identifiers, item, in_.passage.payload);
        if (!fault.empty()) throw NotBelieved{fault};
    }

    void check_value(const json& item, Support* support) const {
        if (rule_.value.empty()) return;
        const auto value = item.find(rule_.value);
        auto best = Stated::not_at_all;
        for (const auto& place : support->places) {
            if (value == item.end()) break;
            best = std::min(best, stated(*value, index_.slice(place)));
        }
        if (best == Stated::not_at_all) throw NotBelieved{rule_.value + " not in the evidence"};
        if (best == Stated::in_its_words) support->worth *= 0.9;
    }

    void check_repetition(const json& item) {
        std::string key;
        for (const auto& [member, value] : item.items()) {
            if (member == "confidence" || member == "direction") continue;
            key += member + '\x1f' +
                   (value.is_string() ? text::name_key(value.get_ref<const std::string&>())
                                      : value.dump()) +
                   '\x1e';
        }
        if (!seen_.insert(std::move(key)).second) throw NotBelieved{"repeats another item"};
    }

    /// Small models turn "Ada chaired the Society" round; where the sentence says which of the two
    /// acts, the sentence counts.
    void mend_direction(json* item, std::vector<Mention>* mentions, Support* support,
                        const std::string& wording) {
        const auto said = wording_.direction(*mentions, *support, wording);
        if (said == Direction::misread) support->worth *= 0.85;
        const auto turned = turned_[text::name_key(wording)];
        // What an answer turned round wherever the text can tell, it most likely turned round
        // where the text cannot: "… and led it until March".
        const bool by_habit =
            said == Direction::unsaid && turned.kept == 0 && turned.reversed >= least_habit;
        if (said != Direction::reversed && !by_habit) return;
        std::swap((*item)[rule_.mentions[0]], (*item)[rule_.mentions[1]]);
        std::swap(mentions->at(0), mentions->at(1));
        if (by_habit) support->worth *= 0.85;
        (*item)["direction"] = by_habit ? "mended by habit" : "mended";
    }

    double confidence(const json& item, double worth) const {
        const auto own = item.find("confidence");
        double sure = ground_.default_confidence;
        if (own != item.end() && own->is_number() && *own >= 0.0 && *own <= 1.0)
            sure = own->get<double>();
        return rounded_confidence(sure * worth);
    }

    void set_bounds_of(json* item, const Support& support, const std::vector<Mention>& mentions,
                       const std::string& wording) const {
        drop_unnamed_works(item);
        if (support.places.empty()) {
            refuse_all(drop_bounds(item), *item);
            return;
        }
        // A name alone tells no time: its sentence does.
        const bool is_told = !rule_.sentence.empty() || !rule_.quote.empty() || around_.has_value();
        const auto place =
            is_told ? support.places.front() : sentence_of(in_.passage, support.places.front());
        std::vector<Range> ranges;
        for (const auto& mention : mentions) {
            const auto inside = within(place, mention);
            ranges.push_back(inside.empty() ? Range{} : inside.front());
        }
        ranges.resize(std::max<std::size_t>(ranges.size(), 2));
        const auto given = *item;
        const auto evidence = index_.slice(place);
        refuse_all(has_time_bounds(*item, evidence)
                       ? set_bounds(item, evidence, ranges[0], ranges[1],
                                    wording.empty() ? joined(rule_.time_words) : wording,
                                    in_.passage.calendar, in_.date_before(place))
                       : drop_bounds(item),
                   given);
        if (rule_.work_bounds) set_work_bounds(*rule_.work_bounds, item, evidence, ranges, works_);
    }

    bool has_time_bounds(const json& item, std::string_view evidence) const {
        if (!rule_.time_bounds) return false;
        if (!rule_.bounded_member.empty()) {
            const auto value = text::name_key(text_of(item, rule_.bounded_member));
            const auto& values = rule_.bounded_values;
            if (std::none_of(values.begin(), values.end(),
                             [&](const std::string& one) { return text::name_key(one) == value; }))
                return false;
        }
        return carries_wording(evidence, joined(rule_.time_words));
    }

    static std::string joined(const std::vector<std::string>& words) {
        std::string text;
        for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
        return text;
    }

    /// Works that bound an item, if the contract asks for them, must be named in the passage.
    void drop_unnamed_works(json* item) const {
        for (const auto* member : {"start_work", "end_work", "work_context"}) {
            const auto work = item->find(member);
            if (work == item->end() || !work->is_string()) continue;
            const auto name = trimmed_name(work->get_ref<const std::string&>());
            if (!name.empty() && !find_mention(in_.passage.text, name).places.empty()) continue;
            if (!name.empty()) refuse(std::string(member) + " not in the passage", *item);
            item->erase(member);
        }
    }

    void ground_nested(json* item, const Support& support) const {
        for (const auto& rule : rule_.nested) {
            const auto list = item->find(rule.items);
            if (list != item->end() && list->is_array() && !list->empty()) {
                std::optional<Range> around;
                if (!support.places.empty()) around = support.places.front();
                *list =
                    Grounding(rule, ground_, name_ + "." + rule.items, around).believe_all(*list);
            }
            const bool is_left = list != item->end() && !list->empty();
            if (!is_left && rule.needed)
                throw NotBelieved{"none of its " + rule.items + " is left"};
            if (is_left && !rule.map_key.empty())
                *list = as_map(*list, rule.map_key, rule.map_value);
        }
    }

    json evidence(const Support& support) const {
        auto list = json::array();
        for (const auto& place : support.places)
            list.push_back(evidence_at(place, support.how, in_));
        return list;
    }

    void refuse(const std::string& reason, const json& item) const {
        ground_.refusals->push_back({name_, reason, item});
    }

    void refuse_all(const std::vector<std::string>& members, const json& item) const {
        for (const auto& member : members) refuse(member + " not in the evidence", item);
    }

    const GroundingRule& rule_;
    const Ground& ground_;
    const IndexedPassage& in_;
    const text::CodePointIndex& index_;
    std::string name_;
    std::optional<Range> around_;
    std::vector<std::string> works_;
    std::set<std::string> seen_;
    std::map<std::string, std::string> names_in_answer_;  // those that `named_in` lists, by key
    StatedWording wording_;

    struct Turned {
        int kept = 0;
        int reversed = 0;
    };
    std::map<std::string, Turned> turned_;  // by wording
};

std::vector<Range> sentences_with_any(const Passage& passage,
                                      const std::vector<std::string>& words) {
    std::vector<Range> found;
    if (words.empty()) return found;
    const text::CodePointIndex index(passage.text);
    for (const auto& sentence : passage.sentences)
        if (text::has_any_words(index.slice(sentence), words)) found.push_back(sentence);
    return found;
}

std::string words_of(const std::vector<PromptMessage>& prompt) {
    std::string words;
    for (const auto& message : prompt) words += message.text + "\n";
    return words;
}

/// By the first rule that tells of short names.
ShortNames short_names_of(const JobType& type, const json& answer, const Passage& passage) {
    for (const auto& rule : type.grounding) {
        if (!rule.short_names || !answer.is_object() || !answer.contains(rule.items)) continue;
        return short_names(*rule.short_names, answer.at(rule.items), passage.text);
    }
    return {};
}

}  // namespace

Grounded ground(const JobType& type, const json& answer, const Passage& passage,
                double default_confidence) {
    Grounded result;
    result.output = unfolded(type.grounding, answer);
    const json unfolded_answer = result.output;
    const Ground ground{IndexedPassage(passage),
                        words_of(type.prompt),
                        unfolded_answer,
                        default_confidence,
                        &result.refusals,
                        sentences_with_any(passage, type.orders),
                        short_names_of(type, unfolded_answer, passage)};
    json dimensions;
    for (const auto& rule : type.grounding) {
        Grounding grounding(rule, ground, rule.items);
        if (rule.items.empty()) {
            auto whole = grounding.believe(result.output);
            if (!whole) {
                result.output = nullptr;
                return result;
            }
            result.output = std::move(*whole);
            continue;
        }
        const auto items = result.output.find(rule.items);
        if (items == result.output.end() || !items->is_array()) continue;
        *items = grounding.believe_all(*items);
        if (!rule.families.empty()) dimensions = told_dimensions(rule.families, *items, ground.in);
        if (rule.occurrences)
            for (auto& told : occurrences(*rule.occurrences, *items, ground.in, ground.orders))
                dimensions.push_back(std::move(told));
    }
    if (!dimensions.is_null()) result.output["dimensions"] = std::move(dimensions);
    return result;
}

}  // namespace almagest::contract
