#include "evaluation/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "evaluation/facts.h"
#include "evaluation/names.h"

namespace almagest::evaluation {
namespace {

std::optional<double> ratio(std::size_t part, std::size_t whole) {
    if (whole == 0) return std::nullopt;
    return static_cast<double>(part) / static_cast<double>(whole);
}

using Ids = std::set<std::string>;
using Pair = std::pair<std::string, std::string>;

Pair unordered(const std::string& first, const std::string& second) {
    return first < second ? Pair{first, second} : Pair{second, first};
}

/// Gold as precise as it is, against a whole date; "2001-01/2001-03" is any day of the quarter.
bool says(const std::string& gold, const std::string& found) {
    if (found.empty()) return false;
    const auto bar = gold.find('/');
    if (bar == std::string::npos) return found.compare(0, gold.size(), gold) == 0;
    const auto last = gold.substr(bar + 1);
    return found.compare(0, bar, gold, 0, bar) >= 0 && found.compare(0, last.size(), last) <= 0;
}

std::string joined(const std::vector<std::string>& names) {
    return names.empty() ? "?" : names.front();
}

std::vector<std::string> words_of_predicate(const std::string& predicate) {
    std::istringstream words(folded_name(predicate));
    return {std::istream_iterator<std::string>(words), {}};
}

/// "was_succeeded_by" of "succeeded": the same word before "by", endings apart.
bool is_passive_of(const std::string& passive, const std::string& active) {
    constexpr std::size_t least_alike = 4;
    const auto words = words_of_predicate(passive);
    if (words.size() < 2 || words.back() != "by") return false;
    const auto& verb = words[words.size() - 2];
    const auto others = words_of_predicate(active);
    if (others.empty() || others.back() == "by") return false;
    return std::any_of(others.begin(), others.end(), [&](const std::string& other) {
        const auto alike = static_cast<std::size_t>(
            std::mismatch(verb.begin(), verb.end(), other.begin(), other.end()).first -
            verb.begin());
        return verb == other ||
               alike >= std::max(least_alike, std::min(verb.size(), other.size()) - 2);
    });
}

/// Compares what was found in one document with its gold.
class Judge {
  public:
    Judge(const GoldDocument& gold, const InversePredicates& inverse)
        : gold_(gold), inverse_(inverse) {
        for (const auto* list : {&gold.entities, &gold.events, &gold.works})
            for (const auto& thing : *list) {
                for (const auto& name : thing.names) names_.add(name, thing.id);
                // An end that gold only names may be a date or a number without saying so.
                const auto reads_as_one = [](const std::string& name) {
                    return is_literal(folded_name(name));
                };
                if (thing.literal ||
                    (thing.optional &&
                     std::all_of(thing.names.begin(), thing.names.end(), reads_as_one)))
                    literals_.insert(thing.id);
            }
    }

    Scores judge(const Found& found) {
        scores_.documents = 1;
        if (gold_.lists_entities) scores_.entities = judge_entities(found);
        if (gold_.lists_events) scores_.events = judge_dated(gold_.events, found.events, "event");
        if (gold_.lists_works) scores_.works = judge_dated(gold_.works, found.works, "work");
        judge_relations(found.relations);
        if (!gold_.page_type.empty()) judge_page_type(found.page_type);
        for (const auto& fact : gold_.facts) {
            const bool told = tells_fact(found, fact);
            scores_.facts += {told ? 1U : 0U, 1};
            if (!told) remark("missed fact " + fact);
        }
        count_grounded(found);
        find_traps(found);
        return std::move(scores_);
    }

  private:
    void judge_page_type(const std::string& found) {
        const auto wanted = folded_name(gold_.page_type);
        const auto said = folded_name(found);
        scores_.page_types = {wanted == said ? 1U : 0U, 1};
        if (wanted == said) {
            ++scores_.page_classes[wanted].right;
            return;
        }
        ++scores_.page_classes[wanted].missed;
        ++scores_.page_classes[said].extra;
    }

    void remark(const std::string& what) { scores_.remarks.push_back(gold_.id + ": " + what); }

    [[nodiscard]] Ids ids_of(const std::vector<std::string>& names) const {
        for (const auto& name : names)
            if (auto ids = names_.find(name); !ids.empty()) return ids;
        return {};
    }

    Tally judge_entities(const Found& found) {
        Ids seen;
        std::map<std::string, std::string> extra;
        for (const auto& thing : found.entities) {
            const auto ids = ids_of(thing.names);
            seen.insert(ids.begin(), ids.end());
            const auto folded = folded_name(joined(thing.names));
            if (ids.empty() && !folded.empty() && !is_literal(folded))
                extra.emplace(folded, joined(thing.names));
        }
        Tally tally;
        for (const auto& thing : gold_.entities) {
            if (thing.optional) continue;
            const bool is_found = seen.contains(thing.id);
            ++(is_found ? tally.right : tally.missed);
            if (!is_found) remark("missed entity " + thing.names.front());
        }
        tally.extra = extra.size();
        for (const auto& [folded, name] : extra) remark("extra entity " + name);
        return tally;
    }

    Tally judge_dated(const std::vector<GoldThing>& golds, const std::vector<FoundThing>& found,
                      const std::string& kind) {
        Tally tally;
        std::set<const FoundThing*> used;
        for (const auto& gold : golds) {
            bool is_found = false;
            bool is_dated = false;
            for (const auto& thing : found) {
                if (!ids_of(thing.names).contains(gold.id)) continue;
                used.insert(&thing);
                is_found = true;
                is_dated |= says(gold.date, thing.date);
            }
            if (!gold.date.empty()) scores_.dates += {is_dated ? 1U : 0U, 1};
            if (gold.optional) continue;
            ++(is_found ? tally.right : tally.missed);
            if (!is_found) remark("missed " + kind + " " + gold.names.front());
        }
        for (const auto& thing : found)
            if (!used.contains(&thing) && ids_of(thing.names).empty()) {
                ++tally.extra;
                remark("extra " + kind + " " + joined(thing.names));
            }
        return tally;
    }

    /// "The Who" is a name where gold says so.
    [[nodiscard]] bool is_named(const std::vector<std::string>& end) const {
        const auto folded = folded_name(joined(end));
        return !end.empty() && !folded.empty() && (!is_pronoun(folded) || !ids_of(end).empty());
    }

    [[nodiscard]] bool is_valid(const FoundRelation& relation) const {
        return is_named(relation.subject) && is_named(relation.object) &&
               folded_name(joined(relation.subject)) != folded_name(joined(relation.object)) &&
               !folded_name(relation.predicate).empty();
    }

    /// The gold ids of the end of a relation that gold gives by id or by name.
    [[nodiscard]] std::string id_of_end(const std::string& end) const {
        for (const auto* list : {&gold_.entities, &gold_.events, &gold_.works})
            for (const auto& thing : *list)
                if (thing.id == end ||
                    std::find(thing.names.begin(), thing.names.end(), end) != thing.names.end())
                    return thing.id;
        return end;
    }

    [[nodiscard]] std::set<std::string> names_of(const std::string& id) const {
        std::set<std::string> names;
        for (const auto* list : {&gold_.entities, &gold_.events, &gold_.works})
            for (const auto& thing : *list)
                if (thing.id == id)
                    for (const auto& name : thing.names) names.insert(folded_name(name));
        return names;
    }

    struct GoldPair {
        std::vector<const GoldRelation*> relations;
        std::vector<const FoundRelation*> found;
        bool is_right_way = false;
    };

    void read_gold_relations() {
        for (const auto& relation : gold_.relations) {
            const Pair ends{id_of_end(relation.head), id_of_end(relation.tail)};
            const auto pair = unordered(ends.first, ends.second);
            // What has the same names cannot be told apart: "Exogorth" of the species "Exogorth".
            const bool is_one =
                ends.first == ends.second || names_of(ends.first) == names_of(ends.second);
            if (relation.optional || is_one || literals_.contains(ends.first) ||
                literals_.contains(ends.second))
                ignored_.insert(pair);
            else
                pairs_[pair].relations.push_back(&relation);
        }
    }

    [[nodiscard]] bool reads(const GoldRelation& gold, const Pair& found,
                             const std::string& predicate) const {
        const Pair ends{id_of_end(gold.head), id_of_end(gold.tail)};
        if (found == ends) return true;
        if (found != Pair{ends.second, ends.first}) return false;
        if (is_passive_of(gold.type, predicate) || is_passive_of(predicate, gold.type)) return true;
        const auto inverse = inverse_.find(gold.type);
        return inverse != inverse_.end() &&
               std::regex_search(predicate, std::regex(inverse->second,
                                                       std::regex::icase | std::regex::optimize));
    }

    /// Does gold have it, either way? nullopt where gold cannot tell.
    std::optional<bool> place(const FoundRelation& relation) {
        const auto subjects = ids_of(relation.subject);
        const auto objects = ids_of(relation.object);
        if (!subjects.empty() && subjects == objects) return std::nullopt;
        const auto is_a_literal = [](const Ids& ids, const std::vector<std::string>& names) {
            return ids.empty() && is_literal(folded_name(joined(names)));
        };
        if (is_a_literal(subjects, relation.subject) || is_a_literal(objects, relation.object))
            return std::nullopt;
        bool is_gold = false;
        bool right_way = false;
        bool ignorable = false;
        for (const auto& subject : subjects)
            for (const auto& object : objects) {
                const auto pair = unordered(subject, object);
                ignorable |= ignored_.contains(pair) || literals_.contains(subject) ||
                             literals_.contains(object);
                const auto known = pairs_.find(pair);
                if (known == pairs_.end()) continue;
                is_gold = true;
                known->second.found.push_back(&relation);
                for (const auto* gold : known->second.relations)
                    right_way |= reads(*gold, {subject, object}, relation.predicate);
                known->second.is_right_way |= right_way;
            }
        if (is_gold) return right_way;
        if (ignorable) return std::nullopt;
        const auto name_of = [](const Ids& ids, const std::vector<std::string>& names) {
            return ids.empty() ? folded_name(joined(names)) : *ids.begin();
        };
        const auto pair =
            unordered(name_of(subjects, relation.subject), name_of(objects, relation.object));
        if (extra_.insert(pair).second)
            remark(fmt::format("extra relation {} | {} | {}", joined(relation.subject),
                               relation.predicate, joined(relation.object)));
        return false;
    }

    void judge_relations(const std::vector<FoundRelation>& found) {
        read_gold_relations();
        for (const auto& relation : found) {
            const bool valid = is_valid(relation);
            scores_.valid += {valid ? 1U : 0U, 1};
            if (!valid || !gold_.lists_relations) continue;
            if (const auto right = place(relation))
                scores_.valid_but_wrong += {*right ? 0U : 1U, 1};
        }
        for (const auto& [ends, pair] : pairs_) judge_pair(pair);
        scores_.pairs.extra = extra_.size();
        scores_.ordered.extra += extra_.size();
    }

    void judge_pair(const GoldPair& pair) {
        const auto& gold = *pair.relations.front();
        const bool is_found = !pair.found.empty();
        ++(is_found ? scores_.pairs.right : scores_.pairs.missed);
        ++(pair.is_right_way ? scores_.ordered.right : scores_.ordered.missed);
        if (is_found) {
            scores_.direction_errors += {pair.is_right_way ? 0U : 1U, 1};
            if (!pair.is_right_way) ++scores_.ordered.extra;
        }
        const auto told = fmt::format("{} | {} | {}", gold.head, gold.type, gold.tail);
        if (!is_found) remark("missed relation " + told);
        if (is_found && !pair.is_right_way) remark("the wrong way round " + told);
        for (const auto* relation : pair.relations) judge_bounds(*relation, pair.found);
    }

    void judge_bounds(const GoldRelation& gold, const std::vector<const FoundRelation*>& found) {
        const auto judge_one = [&](const std::string& bound, auto member) {
            if (bound.empty()) return;
            const bool right = std::any_of(found.begin(), found.end(), [&](const auto* relation) {
                return says(bound, relation->*member);
            });
            scores_.bounds += {right ? 1U : 0U, 1};
            if (!right)
                remark(fmt::format("missed bound {} of {} | {} | {}", bound, gold.head, gold.type,
                                   gold.tail));
        };
        judge_one(gold.start, &FoundRelation::start);
        judge_one(gold.end, &FoundRelation::end);
    }

    void count_grounded(const Found& found) {
        const auto add = [this](const auto& items) {
            for (const auto& item : items) scores_.grounded += {item.grounded ? 1U : 0U, 1};
        };
        add(found.entities);
        add(found.events);
        add(found.works);
        add(found.relations);
    }

    void find_traps(const Found& found) {
        for (const auto& trap : gold_.traps) {
            const auto folded = folded_name(trap);
            const bool is_found =
                std::any_of(found.entities.begin(), found.entities.end(), [&](const auto& thing) {
                    return std::any_of(thing.names.begin(), thing.names.end(),
                                       [&](const auto& n) { return folded_name(n) == folded; });
                });
            if (!is_found) continue;
            ++scores_.traps;
            remark("fell for the trap " + trap);
        }
    }

    const GoldDocument& gold_;
    const InversePredicates& inverse_;
    NameIndex names_;
    Ids literals_;
    std::map<Pair, GoldPair> pairs_;
    std::set<Pair> ignored_;
    std::set<Pair> extra_;
    Scores scores_;
};

}  // namespace

std::optional<double> Tally::precision() const {
    return ratio(right, right + extra);
}
std::optional<double> Tally::recall() const {
    return ratio(right, right + missed);
}
std::optional<double> Tally::f1() const {
    return ratio(2 * right, 2 * right + extra + missed);
}
Tally& Tally::operator+=(const Tally& other) {
    right += other.right;
    extra += other.extra;
    missed += other.missed;
    return *this;
}

std::optional<double> Share::value() const {
    return ratio(part, whole);
}
Share& Share::operator+=(const Share& other) {
    part += other.part;
    whole += other.whole;
    return *this;
}

Scores& Scores::operator+=(const Scores& other) {
    documents += other.documents;
    entities += other.entities;
    pairs += other.pairs;
    ordered += other.ordered;
    events += other.events;
    works += other.works;
    bounds += other.bounds;
    dates += other.dates;
    page_types += other.page_types;
    for (const auto& [type, tally] : other.page_classes) page_classes[type] += tally;
    facts += other.facts;
    valid += other.valid;
    valid_but_wrong += other.valid_but_wrong;
    grounded += other.grounded;
    direction_errors += other.direction_errors;
    traps += other.traps;
    remarks.insert(remarks.end(), other.remarks.begin(), other.remarks.end());
    return *this;
}

std::optional<double> Scores::page_type_macro_f1() const {
    double sum = 0;
    std::size_t types = 0;
    for (const auto& [type, tally] : page_classes) {
        if (tally.right + tally.missed == 0) continue;  // no type of gold's
        ++types;
        sum += tally.f1().value_or(0);
    }
    return types == 0 ? std::nullopt : std::optional(sum / static_cast<double>(types));
}

Scores score(const GoldDocument& gold, const Found& found, const InversePredicates& inverse) {
    return Judge(gold, inverse).judge(found);
}

}  // namespace almagest::evaluation
