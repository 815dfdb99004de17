#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/review_item.h"
#include "error/error.h"
#include "store/review.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

constexpr int marks_a_step = 5'000;

struct Wish {
    std::string type;
    std::string reason;
    std::string source;
    std::string after;
    std::optional<double> min_confidence;
    std::optional<double> max_confidence;
    int limit = 20;
};

struct Verdict {
    std::string kind;
    std::vector<std::string> items;
    std::vector<std::string> settings;  ///< KEY=VALUE
    std::string reason;
    std::string actor;
};

json filter_of(const Wish& wish) {
    json filter = json::object();
    if (!wish.type.empty()) filter["type"] = item_type_of(wish.type);
    if (!wish.reason.empty()) filter["reason"] = wish.reason;
    if (!wish.source.empty()) filter["source"] = wish.source;
    if (wish.min_confidence) filter["min_confidence"] = *wish.min_confidence;
    if (wish.max_confidence) filter["max_confidence"] = *wish.max_confidence;
    return filter;
}

int list(Session& session, const Wish& wish) {
    store::Review review(session.connection());
    while (review.refresh(session.tenant_id(), marks_a_step) > 0) {
    }
    const auto waiting = review.items(session.tenant_id(), filter_of(wish), wish.after, wish.limit);
    if (session.json) {
        print_json(waiting);
        return Exit::done;
    }
    print_waiting(waiting);
    const auto count = waiting.at("waiting").get<std::uint64_t>();
    const auto pairs = waiting.at("pairs").get<std::uint64_t>();
    const auto proposals = waiting.at("proposals").get<std::uint64_t>();
    const auto type = filter_of(wish).value("type", "");
    const auto shown = waiting.at("items").size();
    if (count == 0)
        std::cout << "Nothing waits for review.\n";
    else
        std::cout << fmt::format("\n{} of {} that wait.", grouped(shown), grouped(count));
    if (!waiting.at("next").is_null())
        std::cout << fmt::format(" More: --after {}", cell(waiting["next"]));
    if (count > 0)
        std::cout << " Look closer: almagest review show ID; then approve, reject or override.\n";
    if (proposals > 0 && type != "schema_proposal")
        std::cout << fmt::format(
            "{} proposed {} for a decision: almagest review list --type proposal\n",
            grouped(proposals), proposals == 1 ? "table waits" : "tables wait");
    if (pairs > 0 && type != "dedupe_pair")
        std::cout << fmt::format(
            "{} pairs of entities may be one: almagest review list --type "
            "pair\n",
            grouped(pairs));
    return Exit::done;
}

int show(Session& session, const std::vector<std::string>& names) {
    store::Review review(session.connection());
    auto items = json::array();
    for (const auto& name : names) items.push_back(review.item(session.tenant_id(), item_of(name)));
    if (session.json) {
        print_json(items.size() == 1 ? items[0] : items);
        return Exit::done;
    }
    for (const auto& item : items) print_item(item);
    return Exit::done;
}

/// KEY=VALUE …; a value that is JSON (an object, a list, null) is taken as such, else as text.
json override_of(const std::vector<std::string>& settings) {
    if (settings.empty()) return nullptr;
    json all = json::object();
    for (const auto& setting : settings) {
        const auto equals = setting.find('=');
        if (equals == 0 || equals == std::string::npos)
            throw UsageError(fmt::format(
                "“{}” sets nothing; write a field and its value, as in type=person", setting));
        const auto value = setting.substr(equals + 1);
        const bool is_json = value == "null" || value.starts_with('{') || value.starts_with('[');
        auto parsed = is_json ? json::parse(value, nullptr, false) : json(value);
        if (parsed.is_discarded())
            throw UsageError(fmt::format("the value in “{}” is not JSON", setting));
        all[setting.substr(0, equals)] = std::move(parsed);
    }
    return all;
}

/// Does `one` for each; says what became of it. One that fails alone is the command's failure.
template <class Name, class One>
int each(Session& session, const std::vector<Name>& names, const One& one) {
    auto done = json::array();
    auto failed = json::array();
    for (const auto& name : names) {
        try {
            done.push_back(one(name));
        } catch (const TransientError& error) {
            if (names.size() == 1) throw;
            failed.push_back({{"item", name}, {"error", error.what()}});
        } catch (const Error& error) {
            if (names.size() == 1) throw;
            failed.push_back({{"item", name}, {"error", error.what()}});
        }
    }
    if (session.json) {
        print_json({{"decisions", done}, {"failed", failed}});
    } else {
        for (const auto& is : done)
            std::cout << fmt::format(
                "{} {} → {}  {}\n", written(is), cell(is["old_state"]),
                paint(cell(is["new_state"]), colour_of_state(cell(is["new_state"]))),
                paint(fmt::format("(almagest review undo {})", cell(is["audit_id"])), Colour::dim));
        for (const auto& is : done)
            for (const auto& other : is.value("with_it", json::array()))
                std::cout << fmt::format(
                    "  with {}: {} {} → {}\n", written(is), written(other),
                    cell(other["old_state"]),
                    paint(cell(other["new_state"]), colour_of_state(cell(other["new_state"]))));
        for (const auto& was : failed)
            std::cerr << fmt::format("{}: {}\n", cell(was["item"]), printable(cell(was["error"])));
    }
    if (failed.empty()) return Exit::done;
    return done.empty() ? Exit::failed : Exit::partly;
}

int decide(Session& session, const Verdict& verdict) {
    std::vector<store::ReviewItem> items;
    for (const auto& name : verdict.items) items.push_back(item_of(name));
    const store::Decision decision{verdict.kind, override_of(verdict.settings), verdict.reason,
                                   verdict.actor.empty() ? operator_name() : verdict.actor};
    store::Review review(session.connection());
    return each(session, verdict.items, [&](const std::string& name) {
        return review.adjudicate(session.tenant_id(), item_of(name), decision);
    });
}

int undo(Session& session, const std::vector<std::int64_t>& audits, const Verdict& verdict) {
    store::Review review(session.connection());
    const auto actor = verdict.actor.empty() ? operator_name() : verdict.actor;
    return each(session, audits, [&](std::int64_t audit) {
        return review.undo(session.tenant_id(), audit, verdict.reason, actor);
    });
}

void add_list(CLI::App& review, Action& action) {
    auto wish = std::make_shared<Wish>();
    auto* command = review.add_subcommand("list", "what waits, the least sure first");
    command->add_option("--type", wish->type,
                        "entity, relation, event, …; page for classifications, pair for likely "
                        "duplicates, proposal for proposed tables");
    command->add_option("--reason", wish->reason,
                        "low_confidence, fuzzy_evidence, contradiction or possible_duplicate");
    command->add_option("--source", wish->source, "of pages whose locator fits (* for any text)");
    command->add_option("--min-confidence", wish->min_confidence)->check(CLI::Range(0.0, 1.0));
    command->add_option("--max-confidence", wish->max_confidence)->check(CLI::Range(0.0, 1.0));
    command->add_option("--limit", wish->limit)->capture_default_str()->check(CLI::Range(1, 500));
    command->add_option("--after", wish->after, "go on where the list before ended");
    command->callback(
        [&action, wish] { action = [wish](Session& session) { return list(session, *wish); }; });
}

void add_show_item(CLI::App& review, Action& action) {
    auto names = std::make_shared<std::vector<std::string>>();
    auto* command = review.add_subcommand(
        "show", "items with their evidence in the text around it, and what was decided before");
    command->add_option("ID", *names, "as in entity:12")->required();
    command->callback(
        [&action, names] { action = [names](Session& session) { return show(session, *names); }; });
}

void add_common(CLI::App& command, Verdict& verdict) {
    command.add_option("--reason", verdict.reason, "why; kept for ever with the decision");
    command.add_option("--actor", verdict.actor, "who decides (default: you, by your log-in)");
}

void add_decision(CLI::App& review, Action& action, const std::string& kind,
                  const std::string& what) {
    auto verdict = std::make_shared<Verdict>();
    verdict->kind = kind;
    auto* command = review.add_subcommand(kind, what);
    command->add_option("ID", verdict->items, "as in entity:12; one or many")->required();
    add_common(*command, *verdict);
    if (kind == "override") {
        command
            ->add_option("--set", verdict->settings,
                         "what is right instead, FIELD=VALUE; once for each field")
            ->required()
            ->expected(1)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        command->footer(
            "Example:\n  almagest review override relation:7 --set type=owned_by --set "
            "end_date=1980-12-31 --reason \"the page says so\"\nA field that an item has not is "
            "answered with those that it has.");
    }
    command->callback([&action, verdict] {
        action = [verdict](Session& session) { return decide(session, *verdict); };
    });
}

void add_undo(CLI::App& review, Action& action) {
    auto audits = std::make_shared<std::vector<std::int64_t>>();
    auto verdict = std::make_shared<Verdict>();
    auto* command =
        review.add_subcommand("undo", "takes decisions back; the item is what it was before");
    command->add_option("AUDIT", *audits, "the decision, as it was answered")->required();
    add_common(*command, *verdict);
    command->callback([&action, audits, verdict] {
        action = [audits, verdict](Session& session) { return undo(session, *audits, *verdict); };
    });
}

}  // namespace

void add_review(CLI::App& program, Action& action) {
    auto* review = program.add_subcommand("review", "what waits for a person, and decisions");
    review->require_subcommand(1);
    add_list(*review, action);
    add_show_item(*review, action);
    add_decision(*review, action, "approve", "says that it is so; of a pair: merges it");
    add_decision(*review, action, "reject", "says that it is not so; of a pair: two, not one");
    add_decision(*review, action, "override", "says what is right instead");
    add_undo(*review, action);
    add_thresholds(*review, action);
}

}  // namespace almagest::cli
