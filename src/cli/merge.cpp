#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/entity_choice.h"
#include "cli/print.h"
#include "store/identity.h"

namespace almagest::cli {

using store::FoundEntity;

namespace {

struct Wish {
    std::string master;
    std::vector<std::string> duplicates;
    std::string reason;
};

int merge(Session& session, const Wish& wish) {
    store::Identity identity(session.connection());
    const auto master = one_entity(identity, session.tenant_id(), wish.master);
    std::vector<FoundEntity> duplicates;
    std::vector<std::int64_t> ids;
    for (const auto& name : wish.duplicates) {
        duplicates.push_back(one_entity(identity, session.tenant_id(), name));
        ids.push_back(duplicates.back().entity_id);
    }
    const auto id =
        identity.merge(session.tenant_id(), master.entity_id, ids, wish.reason, operator_name());
    if (session.json) {
        print_json({{"merge_id", id}, {"master_id", master.entity_id}, {"duplicate_ids", ids}});
        return Exit::done;
    }
    std::string list;
    for (const auto& entity : duplicates) list += (list.empty() ? "" : ", ") + described(entity);
    std::cout << printable(
                     fmt::format("{} now stands for {} too; `almagest unmerge {}` takes it back",
                                 described(master), list, id))
              << "\n";
    return Exit::done;
}

int unmerge(Session& session, std::int64_t merge_id) {
    const auto master = store::Identity(session.connection())
                            .unmerge(session.tenant_id(), merge_id, operator_name());
    if (session.json)
        print_json({{"merge_id", merge_id}, {"master_id", master}});
    else
        std::cout << fmt::format("merge {} is taken back; entity {} stands for itself\n", merge_id,
                                 master);
    return Exit::done;
}

}  // namespace

void add_merge(CLI::App& program, Action& action) {
    auto wish = std::make_shared<Wish>();
    auto* command = program.add_subcommand("merge", "says that entities are one");
    command->add_option("MASTER", wish->master, "the one that stays: a name, an alias or an id")
        ->required();
    command->add_option("DUPLICATE", wish->duplicates, "those that it stands for from now on")
        ->required();
    command->add_option("--reason", wish->reason, "why; kept with the merge");
    command->footer("Example:\n  almagest merge \"Ada Byron\" \"A. Byron\" 4711");
    command->callback(
        [&action, wish] { action = [wish](Session& session) { return merge(session, *wish); }; });
}

void add_unmerge(CLI::App& program, Action& action) {
    auto id = std::make_shared<std::int64_t>();
    auto* command = program.add_subcommand("unmerge", "takes a merge back");
    command->add_option("ID", *id, "the merge, as `almagest merge` named it")->required();
    command->footer(
        "Every merge: almagest sql \"SELECT * FROM dbo.entity_merge\". Of merges that touch the "
        "same rows the last goes first.");
    command->callback(
        [&action, id] { action = [id](Session& session) { return unmerge(session, *id); }; });
}

}  // namespace almagest::cli
