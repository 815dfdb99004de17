#include "contract/job_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>

#include "contract/answer.h"
#include "contract/grounding_rules.h"
#include "contract/members.h"
#include "contract/prompt.h"
#include "contract/strict_json.h"
#include "contract/yaml_json.h"
#include "error/error.h"
#include "system/sha256.h"

namespace almagest::contract {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t largest_file = 1U << 20U;

std::string read_file(const fs::path& file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error) throw UsageError(fmt::format("{} is missing", file.filename().string()));
    if (size > largest_file) {
        throw UsageError(fmt::format("{} is larger than 1 MiB", file.filename().string()));
    }
    std::ifstream in(file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in) throw UsageError(fmt::format("{} cannot be read", file.filename().string()));
    if (!well_formed_utf8(text)) {
        throw UsageError(fmt::format("{} is not UTF-8", file.filename().string()));
    }
    return text;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

std::set<std::string> set_of(const std::vector<std::string>& words) {
    return {words.begin(), words.end()};
}

AntecedentRule antecedent_rule(const json& value) {
    Members words(value, "job.yaml: names: \"antecedents\"");
    AntecedentRule rule{words.list("persons"),    words.list("things"),
                        words.list("possessive"), words.list("prepositions"),
                        words.list("articles"),   words.list("agents"),
                        words.list("relative"),   words.list("expletive")};
    words.refuse_others();
    return rule;
}

NameRule name_rule(const json& value) {
    Members members(value, "job.yaml: names");
    NameRule rule;
    rule.words.function_words = set_of(members.list("function_words"));
    rule.words.calendar_words = set_of(members.list("calendar_words"));
    rule.words.joining_words = set_of(members.list("joining_words"));
    rule.words.numbered_words = set_of(members.list("numbered_words"));
    rule.words.articles = set_of(members.list("articles"));
    rule.words.dictionary = text::Dictionary::find(members.text("dictionary", false));
    rule.words.units = set_of(members.list("units"));
    rule.words.adjective_parts = set_of(members.list("adjective_parts"));
    rule.pronouns = members.list("pronouns");
    if (const auto* words = members.find("antecedents")) rule.antecedents = antecedent_rule(*words);
    members.refuse_others();
    return rule;
}

JobType job_type_of(const json& settings) {
    Members members(settings, "job.yaml");
    JobType type;
    type.job_type = members.text("job_type", true);
    type.version = Version::parse(members.text("version", true));
    type.description = members.text("description");
    const auto unit = members.text("unit", true);
    if (unit != "page" && unit != "chunk") {
        throw UsageError(fmt::format("job.yaml: \"unit\" is \"{}\", neither page nor chunk", unit));
    }
    type.unit = unit == "page" ? Unit::page : Unit::chunk;
    type.handler = members.text("handler", true);
    type.after = members.optional_text("after");
    type.continues = members.optional_text("continues");
    type.priority = static_cast<int>(members.number("priority", type.priority, 0, 100));
    type.max_attempts = static_cast<unsigned>(members.number("max_attempts", 3, 1, 100));
    type.lease = std::chrono::seconds(members.number("lease_seconds", 300, 1, 86'400));
    type.slack = std::chrono::seconds(members.number("slack_seconds", 3600, 0, 31'536'000));
    type.output_reserve_tokens =
        static_cast<std::size_t>(members.number("output_reserve_tokens", 1000, 1, 1'000'000));
    type.partial_answers = members.truth("partial_answers");
    type.on_demand = members.truth("on_demand");
    type.describes = members.list("describes");
    type.orders = members.list("orders");
    if (const auto* names = members.find("names")) type.names = name_rule(*names);
    if (const auto* rules = members.find("grounding"))
        type.grounding = grounding_rules(*rules, "job.yaml: grounding");
    members.refuse_others();
    return type;
}

/// A letter or "_", then letters, digits and "_"; PostgreSQL keeps 63 characters of a name.
bool is_name(std::string_view text) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto part = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    return !text.empty() && text.size() <= 63 && letter(text.front()) &&
           std::all_of(text.begin(), text.end(), part);
}

void check_names(const JobType& type, const fs::path& folder) {
    if (!is_name(type.job_type)) {
        throw UsageError(fmt::format("job.yaml: \"{}\" is no name for a job type", type.job_type));
    }
    const auto colon = type.handler.find_first_of(".:");
    const auto before = type.handler.substr(0, colon);
    const bool is_step = before == "program" && type.handler.starts_with("program:");
    const bool is_procedure = colon != std::string::npos && type.handler[colon] == '.' &&
                              is_name(before) && lower(type.handler) == type.handler;
    if ((!is_step && !is_procedure) || !is_name(type.handler.substr(colon + 1))) {
        throw UsageError(
            fmt::format("job.yaml: the handler \"{}\" is neither schema.procedure nor program:step",
                        type.handler));
    }
    const auto expected = lower(type.job_type);
    if (folder.parent_path().filename() != expected) {
        throw UsageError(fmt::format("job.yaml says job type {}, so the folder must be named {}/",
                                     type.job_type, expected));
    }
    if (folder.filename() != type.version.text()) {
        throw UsageError(fmt::format("job.yaml says version {}, so the folder must be named so",
                                     type.version.text()));
    }
}

std::vector<fs::path> files_of(const fs::path& folder) {
    static const std::set<std::string> known{"job.yaml", "prompt.md", "output.schema.json",
                                             "input.schema.json", "README.md"};
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with('.')) continue;
        if (entry.is_directory() && (name == "examples" || name == "counter-examples")) continue;
        if (!known.contains(name))
            throw UsageError(fmt::format("{} is no file of a contract", name));
        if (name != "README.md") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// Over each file's name, size and content, in name order.
std::string sha256_of(const std::vector<fs::path>& files) {
    system::Sha256 hash;
    for (const auto& file : files) {
        const auto text = read_file(file);
        hash.add(fmt::format("{}\n{}\n{}", file.filename().string(), text.size(), text));
    }
    return hash.hexadecimal();
}

void read_model_files(const fs::path& folder, JobType* type) {
    std::string why;
    const auto text = read_file(folder / "output.schema.json");
    const auto schema = read_strict_json(text, &why);
    if (!schema) throw UsageError("output.schema.json is no JSON: " + why);
    const Schema compiled(*schema);
    type->output_schema = nlohmann::ordered_json::parse(text);
    (void)narrow(type->output_schema, Passage{});  // throws on an unknown "x-narrow"
    type->prompt = parse_prompt(read_file(folder / "prompt.md"));
    if (!type->continues && type->prompt.front().role == "assistant") {
        throw UsageError("prompt.md begins with \"# assistant\" but continues no other job type");
    }
    check_grounding(type->grounding, type->output_schema);
}

/// What no model answers for has nothing to check an answer by.
void refuse_model_files(const std::vector<fs::path>& files, const JobType& type,
                        std::string_view kind) {
    for (const auto& file : files) {
        const auto name = file.filename().string();
        if (name != "job.yaml" && name != "input.schema.json")
            throw UsageError(fmt::format("{} takes job.yaml and input.schema.json alone", kind));
    }
    if (!type.grounding.empty()) throw UsageError(fmt::format("{} has no grounding", kind));
}

json read_schema(const fs::path& file) {
    std::string why;
    auto schema = read_strict_json(read_file(file), &why);
    if (!schema) throw UsageError(file.filename().string() + " is no JSON: " + why);
    return std::move(*schema);
}

/// Does the work, and names the folder in what is wrong with it.
template <typename Work>
auto naming(const fs::path& folder, Work work) {
    const auto refusal = [&](const std::string& why) {
        return UsageError(fmt::format("the contract {} is refused: {}", folder.string(), why));
    };
    try {
        return work();
    } catch (const UsageError& error) {
        throw refusal(error.what());
    } catch (const json::exception& error) {
        throw refusal(error.what());
    } catch (const fs::filesystem_error& error) {
        throw refusal(error.code().message());
    }
}

}  // namespace

JobType read_job_folder(const fs::path& folder) {
    return naming(folder, [&] {
        const auto files = files_of(folder);
        auto settings = yaml_to_json(read_file(folder / "job.yaml"));
        auto type = job_type_of(settings);
        check_names(type, folder);
        if (type.handler.starts_with("program:")) {
            refuse_model_files(files, type, "a step of the program");
        } else if (fs::exists(folder / "prompt.md") || fs::exists(folder / "output.schema.json")) {
            read_model_files(folder, &type);
        } else {
            refuse_model_files(files, type, "a type without a prompt");
        }
        if (fs::exists(folder / "input.schema.json")) {
            type.input_schema = read_schema(folder / "input.schema.json");
            const Schema compiled(type.input_schema);
        }
        type.settings = std::move(settings);
        type.sha256 = sha256_of(files);
        return type;
    });
}

DocumentSchema read_document_folder(const fs::path& folder) {
    return naming(folder, [&] {
        return DocumentSchema{folder.parent_path().filename().string(),
                              Version::parse(folder.filename().string()),
                              std::make_shared<const Schema>(read_schema(folder / "schema.json"))};
    });
}

}  // namespace almagest::contract
