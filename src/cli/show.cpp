#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/calendar_day.h"
#include "cli/commands.h"
#include "cli/entity_card.h"
#include "cli/print.h"
#include "cli/show_page.h"
#include "error/error.h"

namespace almagest::cli {

namespace {

struct Wish {
    std::string name;
    std::string at;
    std::string in_work;
    std::size_t quotes = 3;
};

int show(Session& session, const Wish& wish) {
    if (!wish.at.empty() && !is_calendar_day(wish.at))
        throw UsageError(
            fmt::format("--at {}: a day is written YYYY-MM-DD, as 1996-05-01", wish.at));
    const auto known = store::Knowledge(session.connection())
                           .show_entity(session.tenant_id(), wish.name, wish.at, wish.in_work);
    if (known.is_null())
        throw Error(
            "nothing is known about “" + wish.name +
            "”; `almagest sql \"SELECT entity_name FROM dbo.dim_entity\"` lists every name");
    if (session.json) {
        print_json(known);
        return Exit::done;
    }
    if (!wish.at.empty() || !wish.in_work.empty())
        std::cout << paint(printable(fmt::format(
                               "What held{}{}; “undated” is what nothing bounds",
                               wish.at.empty() ? "" : " on " + wish.at,
                               wish.in_work.empty() ? "" : " in “" + wish.in_work + "”")),
                           Colour::dim)
                  << "\n\n";
    bool first = true;
    for (const auto& entity : known.at("matches")) {
        if (!first) std::cout << "\n";
        first = false;
        print_entity_card(entity, wish.quotes);
    }
    return Exit::done;
}

}  // namespace

void add_show(CLI::App& program, Action& action) {
    auto wish = std::make_shared<Wish>();
    auto page = std::make_shared<std::string>();
    auto* command = program.add_subcommand(
        "show", "everything known about one entity, or all that one page says");
    auto* entity = command->add_option("ENTITY", wish->name, "a name or an alias, in any case");
    command
        ->add_option("--page", *page,
                     "a page instead: its id, its locator, or the locator's last part")
        ->excludes(entity);
    command->add_option("--at", wish->at, "only what held on this day, YYYY-MM-DD")
        ->type_name("DATE");
    command->add_option("--in-work", wish->in_work, "only what held in the work of this name")
        ->type_name("WORK");
    command->add_option("--quotes", wish->quotes, "at most so many passages under each line")
        ->check(CLI::Range(0, 20))
        ->capture_default_str();
    command->footer(
        "Examples:\n  almagest show \"Ada Byron\"\n  almagest show \"Bruce Perens\" --at "
        "1996-05-01\n  almagest show Luke --in-work \"A New Hope\"\n  almagest show --page "
        "leaders.html");
    command->callback([&action, wish, page] {
        if (wish->name.empty() && page->empty()) throw CLI::RequiredError("ENTITY or --page PAGE");
        action = [wish, page](Session& session) {
            return page->empty() ? show(session, *wish) : show_page(session, *page);
        };
    });
}

}  // namespace almagest::cli
