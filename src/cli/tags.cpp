#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/entity_choice.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/knowledge.h"
#include "store/vocabulary.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

struct Wish {
    std::string tag;
    std::string type;
    std::vector<std::string> entities;
    std::vector<std::string> pages;
    std::vector<std::int64_t> chunks;
    std::string relation;
    std::string other;
    bool undo = false;
};

int list(Session& session) {
    auto tags = store::Knowledge(session.connection())
                    .rows(
                        "SELECT tag_name, tag_type, pages, chunks, entities, relations FROM "
                        "dbo.vw_tag WHERE tenant_id = $1::int AND promotion_state <> 'rejected' "
                        "ORDER BY tag_name COLLATE \"C\"",
                        {std::to_string(session.tenant_id())});
    if (session.json) {
        print_json(tags);
    } else if (tags.empty()) {
        std::cout << "No tags yet; `almagest tags add TAG --entity NAME` makes one.\n";
    } else {
        for (auto& tag : tags) {
            std::string relations;
            for (const auto& one : tag["relations"])
                relations += (relations.empty() ? "" : ", ") + cell(one);
            tag["relations"] = relations;
        }
        std::cout << table_of({"tag_name", "tag_type", "pages", "chunks", "entities", "relations"},
                              tags);
    }
    return Exit::done;
}

std::int64_t one_page(Session& session, const std::string& name) {
    const auto found = store::Knowledge(session.connection())
                           .rows(
                               "SELECT source_page_id, locator FROM "
                               "sem.fn_find_pages($1::int, ARRAY[$2::text])",
                               {std::to_string(session.tenant_id()), name});
    if (found.empty())
        throw UsageError(fmt::format(
            "there is no page “{}”; say its id, its locator, or the locator's last part", name));
    if (found.size() > 1) {
        std::string pages;
        for (const auto& page : found)
            pages += fmt::format("{}{} {}", pages.empty() ? "" : ", ", cell(page["source_page_id"]),
                                 cell(page["locator"]));
        throw UsageError(fmt::format("“{}” may be any of {}; say which by its id", name, pages));
    }
    return found[0].at("source_page_id").get<std::int64_t>();
}

int add(Session& session, const Wish& wish) {
    if (wish.entities.empty() && wish.pages.empty() && wish.chunks.empty())
        throw UsageError("say what the tag is for: --entity NAME, --page PAGE or --chunk ID");
    store::Vocabulary::Tagged rows;
    store::Identity identity(session.connection());
    for (const auto& name : wish.entities)
        rows.entity_ids.push_back(one_entity(identity, session.tenant_id(), name).entity_id);
    for (const auto& name : wish.pages) rows.source_page_ids.push_back(one_page(session, name));
    rows.chunk_ids = wish.chunks;
    const auto tagged = store::Vocabulary(session.connection())
                            .tag(session.tenant_id(), wish.tag, wish.type, rows, operator_name());
    if (session.json)
        print_json({{"tag", wish.tag}, {"tagged", tagged}});
    else
        std::cout << printable(fmt::format("“{}” is on {} more\n", wish.tag, tagged));
    return Exit::done;
}

int relate(Session& session, const Wish& wish) {
    store::Vocabulary vocabulary(session.connection());
    if (!wish.undo) {
        vocabulary.relate_tags(session.tenant_id(), wish.tag, wish.relation, wish.other,
                               operator_name());
    } else if (!vocabulary.unrelate_tags(session.tenant_id(), wish.tag, wish.relation,
                                         wish.other)) {
        throw UsageError(fmt::format("“{}” has no {} “{}”; `almagest tags list` shows what is so",
                                     wish.tag, wish.relation, wish.other));
    }
    const char* word = wish.relation == "synonym" ? "a synonym of" : "under";
    const auto& narrow = wish.relation == "narrower" ? wish.other : wish.tag;
    const auto& broad = wish.relation == "narrower" ? wish.tag : wish.other;
    if (session.json)
        print_json({{"tag", wish.tag},
                    {"relation", wish.relation},
                    {"other", wish.other},
                    {"holds", !wish.undo}});
    else
        std::cout << printable(
            fmt::format("“{}” is {}{} “{}”\n", narrow, wish.undo ? "no longer " : "", word, broad));
    return Exit::done;
}

}  // namespace

void add_tags(CLI::App& program, Action& action) {
    auto* tags = program.add_subcommand("tags", "tags of pages, chunks and entities");
    tags->require_subcommand(1);
    tags->add_subcommand("list", "every tag, what bears it, and how it stands to others")
        ->callback([&action] { action = [](Session& session) { return list(session); }; });

    auto wish = std::make_shared<Wish>();
    auto* adding = tags->add_subcommand("add", "tags something");
    adding->add_option("TAG", wish->tag, "made if there is none")->required();
    adding->add_option("--entity", wish->entities, "a name, an alias or an id; may be repeated");
    adding->add_option("--page", wish->pages,
                       "an id, a locator or a locator's last part; may be repeated");
    adding->add_option("--chunk", wish->chunks, "an id; may be repeated");
    adding->add_option("--type", wish->type, "what kind of tag it is, if it is new");
    adding->footer("Example:\n  almagest tags add \"naval war\" --entity Heron --page log.txt");
    adding->callback(
        [&action, wish] { action = [wish](Session& session) { return add(session, *wish); }; });

    auto* relating = tags->add_subcommand("relate", "says how a tag stands to another");
    relating->add_option("TAG", wish->tag, "made if there is none")->required();
    relating
        ->add_option("RELATION", wish->relation,
                     "synonym; broader: OTHER is the broader one; narrower: OTHER is the narrower")
        ->required()
        ->check(CLI::IsMember({"synonym", "broader", "narrower"}));
    relating->add_option("OTHER", wish->other, "made if there is none")->required();
    relating->add_flag("--undo", wish->undo, "takes it back");
    relating->footer("Example:\n  almagest tags relate \"naval war\" broader war");
    relating->callback(
        [&action, wish] { action = [wish](Session& session) { return relate(session, *wish); }; });
}

}  // namespace almagest::cli
