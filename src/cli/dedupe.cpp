#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "identity/audit.h"
#include "store/identity.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

constexpr std::size_t pairs_a_step = 5'000;

struct Wish {
    std::size_t limit = 0;
    bool dry_run = false;
};

json explanation_of(const identity::Judgement& judgement) {
    auto list = json::array();
    for (const auto& evidence : judgement.evidence)
        list.push_back({{"evidence", identity::name_of(evidence.kind)},
                        {"bits", std::round(evidence.bits * 10) / 10},
                        {"detail", evidence.detail}});
    return list;
}

std::string sentence_of(const json& explanation) {
    std::string sentence;
    for (const auto& evidence : explanation) {
        const auto detail = cell(evidence["detail"]);
        sentence +=
            fmt::format("{}{}{} {:+.1f}", sentence.empty() ? "" : "; ", cell(evidence["evidence"]),
                        detail.empty() ? "" : " " + detail, evidence.value("bits", 0.0));
    }
    return sentence;
}

/// Pairs that may be one, best first, as {first, second, score, explanation}.
json found_pairs(store::Identity& entities, int tenant_id, std::size_t limit,
                 std::size_t& audited) {
    const auto stored = entities.audit_names(tenant_id);
    audited = stored.size();
    std::vector<identity::Name> names;
    names.reserve(stored.size());
    for (const auto& entity : stored) names.push_back({entity.name_key, entity.type});
    auto pairs = identity::audit(names, 2, identity::likely_with_relations);
    std::vector<store::EntityPair> ids;
    ids.reserve(pairs.size());
    for (const auto& pair : pairs)
        ids.push_back({stored[pair.first].entity_id, stored[pair.second].entity_id});
    const auto shared = entities.shared_relations(tenant_id, ids);
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i].judgement = identity::with_relations(std::move(pairs[i].judgement), shared[i]);
    std::erase_if(pairs,
                  [](const auto& pair) { return pair.judgement.score < identity::likely_one; });
    std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
        return a.judgement.score > b.judgement.score;
    });
    if (limit > 0 && pairs.size() > limit) pairs.resize(limit);
    auto list = json::array();
    const auto described = [](const store::AuditName& entity) {
        return json{{"entity_id", entity.entity_id},
                    {"name", entity.name},
                    {"type", entity.type.empty() ? "unknown" : entity.type}};
    };
    for (const auto& pair : pairs)
        list.push_back({{"first", described(stored[pair.first])},
                        {"second", described(stored[pair.second])},
                        {"score", pair.judgement.score},
                        {"explanation", explanation_of(pair.judgement)}});
    return list;
}

store::NotedPairs note(store::Identity& entities, int tenant_id, const json& pairs) {
    store::NotedPairs total;
    // Once even without pairs: the answer says whether there is a job type.
    for (std::size_t start = 0; start == 0 || start < pairs.size(); start += pairs_a_step) {
        auto step = json::array();
        for (auto i = start; i < std::min(pairs.size(), start + pairs_a_step); ++i)
            step.push_back({{"first_entity_id", pairs[i]["first"]["entity_id"]},
                            {"second_entity_id", pairs[i]["second"]["entity_id"]},
                            {"similarity", pairs[i]["score"]},
                            {"explanation", pairs[i]["explanation"]}});
        const auto noted = entities.note_similar(tenant_id, step);
        total.noted += noted.noted;
        total.enqueued += noted.enqueued;
        total.has_job_type = noted.has_job_type;
    }
    return total;
}

int audit(Session& session, const Wish& wish) {
    store::Identity entities(session.connection());
    std::size_t audited = 0;
    const auto pairs = found_pairs(entities, session.tenant_id(), wish.limit, audited);
    store::NotedPairs noted;
    if (!wish.dry_run) noted = note(entities, session.tenant_id(), pairs);
    if (session.json) {
        print_json({{"names", audited},
                    {"pairs", pairs},
                    {"dry_run", wish.dry_run},
                    {"noted", noted.noted},
                    {"enqueued", noted.enqueued},
                    {"has_job_type", noted.has_job_type}});
        return Exit::done;
    }
    for (const auto& pair : pairs)
        std::cout << printable(fmt::format(
                         "{:.2f}  {} {} ({})  ~  {} {} ({})", pair["score"].get<double>(),
                         cell(pair["first"]["entity_id"]), cell(pair["first"]["name"]),
                         cell(pair["first"]["type"]), cell(pair["second"]["entity_id"]),
                         cell(pair["second"]["name"]), cell(pair["second"]["type"])))
                  << "\n      " << paint(printable(sentence_of(pair["explanation"])), Colour::dim)
                  << "\n";
    std::cout << fmt::format("{} names, {} pairs that may be one", audited, pairs.size());
    if (wish.dry_run)
        std::cout << "; nothing was stored\n";
    else if (noted.has_job_type)
        std::cout << fmt::format("; {} new, {} jobs enqueued\n", noted.noted, noted.enqueued);
    else
        std::cout << fmt::format(
            "; {} new; no job enqueued, since no job type entity_dedupe is registered "
            "(`almagest merge` merges by hand)\n",
            noted.noted);
    return Exit::done;
}

}  // namespace

void add_dedupe(CLI::App& program, Action& action) {
    auto* dedupe = program.add_subcommand("dedupe", "entities that may be one");
    dedupe->require_subcommand(1);
    auto wish = std::make_shared<Wish>();
    auto* command =
        dedupe->add_subcommand("audit", "looks for them over all names, and explains each pair");
    command->add_option("--limit", wish->limit, "the best so many pairs (0: all)");
    command->add_flag("--dry-run", wish->dry_run, "store nothing, enqueue nothing");
    command->callback(
        [&action, wish] { action = [wish](Session& session) { return audit(session, *wish); }; });
}

}  // namespace almagest::cli
