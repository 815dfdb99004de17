#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <regex>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/run.h"
#include "error/error.h"
#include "evaluation/score.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

struct Options {
    std::string gold;
    std::string inverse;
    bool run = false;
    bool remarks = false;
    RunOptions how;
};

std::string content_of(const std::string& path) {
    std::error_code unreadable;
    std::ifstream file(path, std::ios::binary);
    if (!file || std::filesystem::is_directory(path, unreadable))
        throw UsageError("the gold file " + path + " cannot be read");
    return {std::istreambuf_iterator<char>(file), {}};
}

evaluation::InversePredicates inverse_predicates(const std::string& path) {
    evaluation::InversePredicates inverse;
    if (path.empty()) return inverse;
    const auto document = json::parse(content_of(path), nullptr, false);
    if (!document.is_object())
        throw UsageError(path + " is not a JSON object of relation types and regular expressions");
    for (const auto& [type, pattern] : document.items()) {
        try {
            (void)std::regex(pattern.get<std::string>(), std::regex::icase);
        } catch (const std::exception&) {
            throw UsageError(fmt::format("{}: \"{}\" has no regular expression", path, type));
        }
        inverse[type] = pattern.get<std::string>();
    }
    return inverse;
}

/// A folder of its own, gone at the end.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        auto pattern = (std::filesystem::temp_directory_path() / "almagest-eval-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw Error("no temporary folder can be made");
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// Gold's own texts, as pages under addresses that stay the same from run to run.
void add_texts(const std::vector<evaluation::GoldDocument>& gold,
               const std::filesystem::path& folder, RunOptions& how) {
    const auto path = folder / "gold.jsonl";
    std::ofstream file(path, std::ios::binary);
    bool any = false;
    for (const auto& document : gold) {
        if (document.text.empty()) continue;
        any = true;
        file << json{{"id", document.id},
                     {"title", document.title.empty() ? document.id : document.title},
                     {"url", "gold://" + document.id},
                     {"content", document.text}}
                    .dump()
             << "\n";
    }
    if (any) how.intake.paths.push_back(path.string());
}

bool is_grounded(const json& item) {
    for (const auto& evidence : item["evidence"])
        if (evidence["grounding"] != "none" && evidence["grounding"] != "fuzzy") return true;
    return false;
}

bool counts(const json& item) {
    return item["promotion_state"] != "suppressed";
}

using NamesOf = std::map<std::int64_t, std::vector<std::string>>;

evaluation::FoundThing thing_from(const json& item) {
    evaluation::FoundThing thing;
    thing.names.push_back(item["name"]);
    for (const auto& name : item.value("names", json::array()))
        if (name != item["name"]) thing.names.push_back(name);
    thing.date = cell(item.value("date", json()));
    thing.grounded = is_grounded(item);
    return thing;
}

std::vector<std::string> names_of(const NamesOf& names, const json& id, const json& name) {
    const auto found = names.find(id.get<std::int64_t>());
    return found == names.end() ? std::vector<std::string>{name} : found->second;
}

/// What dbo.fn_page_result says, without what was suppressed.
void add_page(const json& result, evaluation::Found& found) {
    NamesOf names;
    for (const auto& item : result["entities"]) {
        if (!counts(item)) continue;
        found.entities.push_back(thing_from(item));
        names[item["entity_id"]] = found.entities.back().names;
    }
    for (const auto& item : result["events"])
        if (counts(item)) found.events.push_back(thing_from(item));
    for (const auto& item : result["works"])
        if (counts(item)) found.works.push_back(thing_from(item));
    for (const auto& item : result["relations"]) {
        if (!counts(item)) continue;
        found.relations.push_back(
            {names_of(names, item["subject_id"], item["subject"]), item["predicate"],
             names_of(names, item["object_id"], item["object"]), cell(item["start_date"]),
             cell(item["end_date"]), is_grounded(item)});
    }
    if (!result["classification"].is_null())
        found.page_type = cell(result["classification"]["primary_type"]);
}

struct Evaluation {
    evaluation::Scores scores;
    std::vector<std::string> missing;  ///< documents that are not stored
    std::vector<std::int64_t> pages;
};

Evaluation evaluate(Session& session, const std::vector<evaluation::GoldDocument>& gold,
                    const evaluation::InversePredicates& inverse) {
    Evaluation all;
    const auto tenant = std::to_string(session.tenant_id());
    for (const auto& document : gold) {
        const auto pages = session.rows(
            "SELECT f.source_page_id, dbo.fn_page_result($1::int, f.source_page_id) AS result FROM "
            "sem.fn_find_pages($1::int, ARRAY[$2::text]) f WHERE f.said = $2",
            {tenant, document.id});
        if (pages.empty()) {
            all.missing.push_back(document.id);
            continue;
        }
        if (pages.size() > 1)
            throw UsageError("gold's “" + document.id +
                             "” may be several stored pages; evaluate in a tenant of its own "
                             "(--tenant NAME)");
        all.pages.push_back(pages[0]["source_page_id"]);
        evaluation::Found found;
        add_page(pages[0]["result"], found);
        all.scores += evaluation::score(document, found, inverse);
    }
    return all;
}

json number(std::optional<double> value) {
    return value ? json(*value) : json();
}

json tally_json(const evaluation::Tally& tally) {
    return {{"right", tally.right},
            {"extra", tally.extra},
            {"missed", tally.missed},
            {"precision", number(tally.precision())},
            {"recall", number(tally.recall())},
            {"f1", number(tally.f1())}};
}

json share_json(const evaluation::Share& share) {
    return {{"part", share.part}, {"whole", share.whole}, {"share", number(share.value())}};
}

/// Tokens for each token of the pages' text.
json per_content(const json& summary, double tokens) {
    const auto content = summary.value("content_tokens", 0.0);
    return content > 0 ? json(tokens / content) : json();
}

/// What the answers cost, and how many of them could be believed.
json cost_json(const json& summary) {
    std::uint64_t answers = 0;
    std::uint64_t refused = 0;
    for (const auto& [outcome, runs] : summary["outcomes"].items())
        if (outcome != "stopped" && outcome != "lease_lost" && outcome != "abandoned")
            answers += runs.get<std::uint64_t>();
    for (const auto& refusal : summary["refusals"])
        refused += refusal["count"].get<std::uint64_t>();
    const auto prompt = summary.value("prompt_tokens", 0.0);
    const auto cached = summary.value("cached_tokens", 0.0);
    const auto completion = summary.value("completion_tokens", 0.0);
    const evaluation::Share valid{summary["outcomes"].value("succeeded", std::size_t{0}), answers};
    return {{"calls", summary["model_calls"]},
            {"valid_answers", share_json(valid)},
            {"refused_items", refused},
            {"content_tokens", summary["content_tokens"]},
            {"in_per_content_token", per_content(summary, prompt)},
            {"out_per_content_token", per_content(summary, completion)},
            {"evaluated_per_content_token", per_content(summary, prompt - cached + completion)},
            {"cost", summary["cost"]}};
}

json document_of(const Evaluation& all, const json& summary, bool remarks) {
    const auto& scores = all.scores;
    json document = {{"documents", scores.documents},
                     {"missing", all.missing},
                     {"families",
                      {{"entities", tally_json(scores.entities)},
                       {"relations_either_way", tally_json(scores.pairs)},
                       {"relations_ordered", tally_json(scores.ordered)},
                       {"events", tally_json(scores.events)},
                       {"works", tally_json(scores.works)}}},
                     {"page_types", share_json(scores.page_types)},
                     {"page_types_macro_f1", number(scores.page_type_macro_f1())},
                     {"facts", share_json(scores.facts)},
                     {"bounds_right", share_json(scores.bounds)},
                     {"dates_right", share_json(scores.dates)},
                     {"direction_errors", share_json(scores.direction_errors)},
                     {"valid", share_json(scores.valid)},
                     {"valid_but_wrong", share_json(scores.valid_but_wrong)},
                     {"grounded", share_json(scores.grounded)},
                     {"traps", scores.traps},
                     {"spent", cost_json(summary)}};
    if (remarks) document["remarks"] = scores.remarks;
    return document;
}

std::string two_digits(const json& value) {
    return value.is_null() ? "-" : fmt::format("{:.2f}", value.get<double>());
}

void print_evaluation(const json& document) {
    std::vector<std::vector<std::string>> rows;
    for (const char* family :
         {"entities", "relations_either_way", "relations_ordered", "events", "works"}) {
        const auto& tally = document["families"][family];
        std::string label(family);
        std::replace(label.begin(), label.end(), '_', ' ');
        rows.push_back({label, two_digits(tally["precision"]), two_digits(tally["recall"]),
                        two_digits(tally["f1"]), cell(tally["right"]), cell(tally["extra"]),
                        cell(tally["missed"])});
    }
    std::cout << fmt::format("{} documents\n", cell(document["documents"]))
              << table({"", "precision", "recall", "F1", "right", "extra", "missed"}, rows);
    const auto line = [](const std::string& label, const std::string& value) {
        std::cout << fmt::format("  {:<28}{}\n", label, value);
    };
    const auto share = [&](const std::string& label, const json& of) {
        line(label, fmt::format("{} ({} of {})", two_digits(of["share"]), cell(of["part"]),
                                cell(of["whole"])));
    };
    share("page types right", document["page_types"]);
    if (!document["page_types_macro_f1"].is_null())
        line("page types, macro F1", two_digits(document["page_types_macro_f1"]));
    if (document["facts"]["whole"] > 0) share("facts told by relations", document["facts"]);
    share("bounds right", document["bounds_right"]);
    share("dates right", document["dates_right"]);
    share("direction errors", document["direction_errors"]);
    share("valid relations", document["valid"]);
    share("valid but wrong", document["valid_but_wrong"]);
    share("grounded items", document["grounded"]);
    line("traps fallen for", cell(document["traps"]));
    const auto& spent = document["spent"];
    share("valid answers", spent["valid_answers"]);
    line("items refused", cell(spent["refused_items"]));
    line("tokens for a content token",
         fmt::format("{} in, {} out; {} without cached ones",
                     two_digits(spent["in_per_content_token"]),
                     two_digits(spent["out_per_content_token"]),
                     two_digits(spent["evaluated_per_content_token"])));
    for (const auto& remark : document.value("remarks", json::array()))
        std::cout << "  " << printable(cell(remark)) << "\n";
}

int eval(Session& session, const Options& options) {
    const auto stop = stop_on_signals();
    const auto inverse = inverse_predicates(options.inverse);
    const auto gold = evaluation::read_gold(content_of(options.gold), options.gold);
    if (options.run || !options.how.intake.paths.empty()) {
        const TemporaryFolder folder;
        auto how = options.how;
        if (options.run) add_texts(gold, folder.path(), how);
        if (how.intake.paths.empty())
            throw UsageError("the gold brings no texts; name its pages with --pages PATH…");
        const auto read = read_pages(session, how, stop);
        if (read.reading.report.stopped) return Exit::interrupted;
        if (!read.reading.stopped_because.empty())
            std::cerr << "almagest: stopped at a spending limit: " << read.reading.stopped_because
                      << "; what is scored is a part\n";
    }
    const auto all = evaluate(session, gold, inverse);
    if (!all.missing.empty())
        std::cerr << fmt::format(
            "almagest: “{}”{} not stored; --run reads the gold's texts, --pages PATH… the pages "
            "that it means\n",
            printable(all.missing.front()),
            all.missing.size() == 1
                ? " is"
                : fmt::format(" and {} more of the gold's documents are", all.missing.size() - 1));
    if (all.pages.empty()) return Exit::failed;
    const auto summary =
        store::Knowledge(session.connection()).run_summary(session.tenant_id(), all.pages);
    const auto document = document_of(all, summary, options.remarks);
    if (session.json)
        print_json(document);
    else
        print_evaluation(document);
    return all.missing.empty() ? Exit::done : Exit::partly;
}

}  // namespace

void add_eval(CLI::App& program, Action& action) {
    auto options = std::make_shared<Options>();
    auto how = std::make_shared<RunOptions>();
    auto* command =
        program.add_subcommand("eval", "how much of a gold standard was found, and what it took");
    command->add_option("GOLD", options->gold, "gold as JSON Lines (docs/evaluation.md)")
        ->required();
    command->add_flag("--run", options->run, "read the texts that the gold brings first");
    command->add_option("--pages", how->intake.paths, "read these pages first");
    command->add_option("--inverse", options->inverse,
                        "JSON object: for a relation type, a regular expression of predicates that "
                        "read the other way round");
    command->add_flag("--remarks", options->remarks,
                      "what was missed, extra or wrong, line by line");
    add_model_options(*command, how);
    command->footer(
        "Examples:\n  almagest eval gold.jsonl --run --tenant trial\n  almagest eval gold.jsonl "
        "--pages html/ --remarks\nWithout --run and --pages it scores what is stored.");
    command->callback([&action, options, how] {
        options->how = *how;
        action = [options](Session& session) { return eval(session, *options); };
    });
}

}  // namespace almagest::cli
