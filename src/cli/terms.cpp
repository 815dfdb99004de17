#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/knowledge.h"
#include "store/vocabulary.h"

namespace almagest::cli {

namespace {

struct Wish {
    std::string term;
    std::string relation;
    std::string canonical;
    bool types = false;
    [[nodiscard]] const char* kind() const { return types ? "entity_type" : "relation_type"; }
};

int list(Session& session) {
    const auto terms = store::Knowledge(session.connection())
                           .rows(
                               "SELECT kind, term, relation, canonical, rows, actor FROM "
                               "dbo.vw_term WHERE tenant_id = $1::int ORDER BY kind, canonical, "
                               "term",
                               {std::to_string(session.tenant_id())});
    if (session.json)
        print_json(terms);
    else if (terms.empty())
        std::cout << "Every type and relation name stands for itself; `almagest terms relate "
                     "owned_by reversed owner_of` would say otherwise.\n";
    else
        std::cout << table_of({"kind", "term", "relation", "canonical", "rows", "actor"}, terms);
    return Exit::done;
}

int relate(Session& session, const Wish& wish, bool part) {
    const auto relation = part ? std::string("none") : wish.relation;
    const bool changed = store::Vocabulary(session.connection())
                             .relate_terms(session.tenant_id(), wish.kind(), wish.term, relation,
                                           wish.canonical, operator_name());
    if (part && !changed)
        throw UsageError(
            fmt::format("{} stands for itself; `almagest terms list` shows which "
                        "stand for others",
                        wish.term));
    if (session.json)
        print_json({{"term", wish.term}, {"relation", relation}, {"changed", changed}});
    else if (part)
        std::cout << printable(fmt::format("{} stands for itself again\n", wish.term));
    else
        std::cout << printable(fmt::format(
            "{} is shown as {}{} from now on; what was said stays as it was said\n", wish.term,
            wish.canonical, relation == "reversed" ? ", the other way round," : ""));
    return Exit::done;
}

}  // namespace

void add_terms(CLI::App& program, Action& action) {
    auto* terms = program.add_subcommand("terms", "types and relation names that mean the same");
    terms->require_subcommand(1);
    terms->add_subcommand("list", "those that stand for others")->callback([&action] {
        action = [](Session& session) { return list(session); };
    });

    auto wish = std::make_shared<Wish>();
    auto* relating = terms->add_subcommand(
        "relate", "shows one as another, in `show`, dbo.vw_entity_relation and dbo.vw_entity");
    relating->add_option("TERM", wish->term, "as owned_by")->required();
    relating
        ->add_option("RELATION", wish->relation,
                     "synonym, or reversed: its relations read the other way round")
        ->required()
        ->check(CLI::IsMember({"synonym", "reversed"}));
    relating->add_option("OTHER", wish->canonical, "what it is shown as, as owner_of")->required();
    relating->add_flag("--types", wish->types, "they are types of entities, not relation names");
    relating->footer(
        "Examples:\n  almagest terms relate owned_by reversed owner_of\n  almagest terms relate "
        "vessel synonym ship --types");
    relating->callback([&action, wish] {
        action = [wish](Session& session) { return relate(session, *wish, false); };
    });

    auto* parting = terms->add_subcommand("part", "lets one stand for itself again");
    parting->add_option("TERM", wish->term, "the term")->required();
    parting->add_flag("--types", wish->types, "it is a type of entities, not a relation name");
    parting->callback([&action, wish] {
        action = [wish](Session& session) { return relate(session, *wish, true); };
    });
}

}  // namespace almagest::cli
