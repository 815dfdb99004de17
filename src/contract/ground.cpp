#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "contract/answer.h"
#include "contract/direction.h"
#include "contract/item_bounds.h"
#include "contract/mention.h"
#include "text/code_points.h"
#include "text/names.h"

namespace almagest::contract {
namespace {

using nlohmann::json;
using text::Range;

constexpr std::size_t longest_name = 300;       // code points
constexpr int least_habit = 2;                  // reversals that make a habit
constexpr std::size_t most_places = 16;         // pieces of evidence for one item
constexpr std::size_t longest_beginning = 200;  // code points quoted for a judgement of it all

/// What an item rests on: ranges of the passage, how well they carry it, and what that is worth.
struct Support {
    std::vector<Range> places;
    std::string how = "exact";
    double worth = 1.0;
};

/// Thrown inside this file: the item is not believed, and why.
struct NotBelieved {
    std::string reason;
};

bool holds(const Range& place, const Mention& mention) {
    return std::any_of(mention.places.begin(), mention.places.end(),
                       [&](const Range& one) { return place.contains(one); });
}

std::size_t held(const Range& place, const std::vector<Mention>& mentions) {
    return static_cast<std::size_t>(std::count_if(
        mentions.begin(), mentions.end(), [&](const Mention& one) { return holds(place, one); }));
}

bool has_nul(const json& value) {
    if (value.is_string())
        return value.get_ref<const std::string&>().find('\0') != std::string::npos;
    return value.is_structured() && std::any_of(value.begin(), value.end(), has_nul);
}

/// The number of a sentence as models write it: 3, "3", "[3]".
std::optional<std::size_t> sentence_number(const json& item, const std::string& member) {
    const auto found = item.find(member);
    if (found == item.end()) return std::nullopt;
    if (found->is_number_integer() && *found > 0) return found->get<std::size_t>();
    if (!found->is_string()) return std::nullopt;
    std::string digits;
    for (const char c : found->get_ref<const std::string&>()) {
        if (c >= '0' && c <= '9') digits.push_back(c);
    }
    if (digits.empty() || digits.size() > 6) return std::nullopt;
    return std::stoul(digits);
}

/// A member's text; "" where there is no such member or text.
std::string text_of(const json& item, const std::string& member) {
    const auto found = item.find(member);
    return found == item.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

/// Grounds the items of one rule, in order.
class Grounding {
  public:
    Grounding(const GroundingRule& rule, const Passage& passage, double default_confidence,
              std::vector<Refusal>* refusals)
        : rule_(rule),
          passage_(passage),
          index_(passage.text),
          default_confidence_(default_confidence),
          refusals_(refusals) {}

    /// Looks how an answer's items stand to the text in direction, before any of them is believed.
    void observe(const json& items) {
        for (auto item : items) {
            try {
                if (!item.is_object()) continue;
                const auto mentions = mentions_of(&item);
                const auto wording = text_of(item, rule_.wording);
                const auto said = direction_of(mentions, support_of(item, mentions), wording);
                auto& turned = turned_[text::name_key(wording)];
                if (said == Direction::stated) ++turned.kept;
                if (said == Direction::reversed) ++turned.reversed;
            } catch (const NotBelieved&) {
                continue;  // refused, with its reason, when its turn comes
            }
        }
    }

    /// The item with its evidence; nullopt: refused, and recorded so.
    std::optional<json> believe(const json& given) {
        try {
            return grounded(given);
        } catch (const NotBelieved& cause) {
            refusals_->push_back({rule_.items, cause.reason, given});
            return std::nullopt;
        }
    }

  private:
    json grounded(json item) {
        if (!item.is_object()) throw NotBelieved{"not an object"};
        if (has_nul(item)) throw NotBelieved{"holds a NUL character"};
        auto mentions = mentions_of(&item);
        auto support = support_of(item, mentions);
        const auto wording = text_of(item, rule_.wording);
        mend_direction(&item, &mentions, &support, wording);
        check_repetition(item);
        // "is" or "has" alone says too little to be found again in a sentence.
        const bool says_nothing = carries_wording("", wording);
        if (!wording.empty() && (says_nothing || !any_carries(support, wording)))
            support.worth *= 0.9;

        item["confidence"] = confidence(item, support.worth);
        set_time_bounds(&item, support, mentions, wording);
        drop_unnamed_works(&item);
        item["grounding"] = support.how;
        item["evidence"] = evidence(support);
        return item;
    }

    /// Finds each mention in the passage, and writes the names as found into the item.
    std::vector<Mention> mentions_of(json* item) const {
        std::vector<Mention> mentions;
        for (const auto& member : rule_.mentions) {
            const auto given = item->find(member);
            const auto name = given == item->end() || !given->is_string()
                                  ? std::string()
                                  : trimmed_name(given->get_ref<const std::string&>());
            if (name.empty()) throw NotBelieved{member + " is missing"};
            if (text::code_point_count(name) > longest_name)
                throw NotBelieved{member + " is too long"};
            if (is_pronoun(name)) throw NotBelieved{member + " is a pronoun"};
            auto mention = find_mention(passage_.text, name);
            if (mention.places.empty()) throw NotBelieved{member + " not in the passage"};
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
        const auto said = direction_of(*mentions, *support, wording);
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

    Direction direction_of(const std::vector<Mention>& mentions, const Support& support,
                           const std::string& wording) const {
        if (mentions.size() != 2 || wording.empty() || support.places.empty())
            return Direction::unsaid;
        const auto& place = support.places.front();
        return stated_direction(index_.slice(place), within(place, mentions[0]),
                                within(place, mentions[1]), wording, rule_.direction);
    }

    static std::vector<Range> within(const Range& place, const Mention& mention) {
        std::vector<Range> ranges;
        for (const auto& one : mention.places)
            if (place.contains(one))
                ranges.push_back({one.start - place.start, one.end - place.start});
        return ranges;
    }

    Support support_of(const json& item, const std::vector<Mention>& mentions) const {
        if (!rule_.sentence.empty()) return in_sentence(item, mentions);
        if (!rule_.quote.empty()) return in_quote(item, mentions);
        if (!mentions.empty()) return {first(mentions.front().places), "exact", 1.0};
        // Nothing to find: a judgement of the whole passage, shown by its beginning.
        return {{{0, std::min(index_.size(), longest_beginning)}}, "passage", 1.0};
    }

    Support in_sentence(const json& item, const std::vector<Mention>& mentions) const {
        const auto number = sentence_number(item, rule_.sentence);
        const bool exists = number && *number >= 1 && *number <= passage_.sentences.size();
        const auto better = only_sentence_with(mentions);
        if (!exists) {
            if (better) return {{*better}, "normalised", 0.9};
            throw NotBelieved{"no such sentence"};
        }
        const auto& named = passage_.sentences[*number - 1];
        const auto here = held(named, mentions);
        if (here == mentions.size()) return {{named}, "exact", 1.0};
        // "He led it until 1996": a sentence that carries the wording and one of the names may
        // leave the other to a pronoun; else the one sentence with all names was meant.
        const auto wording = text_of(item, rule_.wording);
        const bool tells =
            here > 0 && !wording.empty() && carries_wording(index_.slice(named), wording);
        if (better && !tells) return {{*better}, "normalised", 0.9};
        if (here > 0) return {{named}, "passage", 0.85};
        throw NotBelieved{"names not in the sentence"};
    }

    std::optional<Range> only_sentence_with(const std::vector<Mention>& mentions) const {
        if (mentions.empty()) return std::nullopt;
        std::optional<Range> only;
        for (const auto& sentence : passage_.sentences) {
            if (held(sentence, mentions) != mentions.size()) continue;
            if (only) return std::nullopt;
            only = sentence;
        }
        return only;
    }

    Support in_quote(const json& item, const std::vector<Mention>& mentions) const {
        const auto quote = item.contains(rule_.quote) && item[rule_.quote].is_string()
                               ? item[rule_.quote].get<std::string>()
                               : std::string();
        const auto found = quote.empty() ? std::nullopt : text::align_quote(passage_.text, quote);
        if (!found) {
            if (!mentions.empty()) return {first(mentions.front().places), "none", 0.5};
            if (rule_.items.empty()) return {{}, "none", 0.5};
            throw NotBelieved{"quote not in the passage"};
        }
        const bool all_inside = held(found->range, mentions) == mentions.size();
        if (found->how == text::Alignment::fuzzy) return {{found->range}, "fuzzy", 0.85};
        if (!all_inside) return {{found->range}, "passage", 0.85};
        if (found->how == text::Alignment::normalised) return {{found->range}, "normalised", 0.9};
        return {{found->range}, "exact", 1.0};
    }

    static std::vector<Range> first(const std::vector<Range>& places) {
        return {places.begin(),
                places.begin() + static_cast<std::ptrdiff_t>(std::min(places.size(), most_places))};
    }

    bool any_carries(const Support& support, const std::string& wording) const {
        return std::any_of(support.places.begin(), support.places.end(), [&](const Range& place) {
            return carries_wording(index_.slice(place), wording);
        });
    }

    double confidence(const json& item, double worth) const {
        const auto own = item.find("confidence");
        double sure = default_confidence_;
        if (own != item.end() && own->is_number() && *own >= 0.0 && *own <= 1.0)
            sure = own->get<double>();
        return std::round(sure * worth * 10'000) / 10'000;
    }

    void set_time_bounds(json* item, const Support& support, const std::vector<Mention>& mentions,
                         const std::string& wording) const {
        std::vector<std::string> unproved;
        const auto given = *item;
        if (rule_.time_bounds && !support.places.empty()) {
            const auto& place = support.places.front();
            const auto where = [&](std::size_t mention) -> Range {
                if (mention >= mentions.size()) return {};
                const auto ranges = within(place, mentions[mention]);
                return ranges.empty() ? Range{} : ranges.front();
            };
            unproved = set_bounds(item, index_.slice(place), where(0), where(1), wording);
        } else {
            unproved = drop_bounds(item);
        }
        for (const auto& member : unproved) {
            refusals_->push_back({rule_.items, member + " not in the evidence", given});
        }
    }

    /// Works that bound an item, if the contract asks for them, must be named in the passage.
    void drop_unnamed_works(json* item) const {
        for (const auto* member : {"start_work", "end_work", "work_context"}) {
            const auto work = item->find(member);
            if (work == item->end() || !work->is_string()) continue;
            const auto name = trimmed_name(work->get_ref<const std::string&>());
            if (!name.empty() && !find_mention(passage_.text, name).places.empty()) continue;
            refusals_->push_back({rule_.items, std::string(member) + " not in the passage", *item});
            item->erase(member);
        }
    }

    json evidence(const Support& support) const {
        auto list = json::array();
        for (const auto& place : support.places) {
            list.push_back({{"char_start", passage_.offset + place.start},
                            {"char_end", passage_.offset + place.end},
                            {"quote", std::string(index_.slice(place))},
                            {"grounding", support.how}});
        }
        return list;
    }

    const GroundingRule& rule_;
    const Passage& passage_;
    text::CodePointIndex index_;
    double default_confidence_;
    std::vector<Refusal>* refusals_;
    std::set<std::string> seen_;

    struct Turned {
        int kept = 0;
        int reversed = 0;
    };
    std::map<std::string, Turned> turned_;  // by wording
};

}  // namespace

Grounded ground(const JobType& type, const json& answer, const Passage& passage,
                double default_confidence) {
    Grounded result;
    result.output = answer;
    for (const auto& rule : type.grounding) {
        Grounding grounding(rule, passage, default_confidence, &result.refusals);
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
        auto kept = json::array();
        if (!rule.direction.verb_endings.empty() && !rule.wording.empty())
            grounding.observe(*items);
        for (const auto& item : *items) {
            if (auto believed = grounding.believe(item)) kept.push_back(std::move(*believed));
        }
        *items = std::move(kept);
    }
    return result;
}

}  // namespace almagest::contract
