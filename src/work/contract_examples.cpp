#include "work/contract_examples.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "contract/answer.h"
#include "error/error.h"
#include "work/answer_check.h"
#include "work/call.h"

namespace almagest::work {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Where a case fails, and why; "" for both: it does not.
struct Verdict {
    std::string stage;
    std::string reason;
};

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    if (!fs::is_directory(folder)) return files;
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

json read_case(const fs::path& file) {
    if (file.extension() != ".json") throw UsageError("is no .json file");
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto one = json::parse(text, nullptr, false);
    if (!one.is_object()) throw UsageError("is no JSON object");
    for (const auto& [member, value] : one.items()) {
        static const std::vector<std::string> known{"answer",   "raw",     "passage",  "title",
                                                    "entities", "payload", "fails_at", "because"};
        if (std::find(known.begin(), known.end(), member) == known.end())
            throw UsageError(fmt::format("has the unknown member \"{}\"", member));
    }
    return one;
}

contract::Passage passage_for(const json& one) {
    auto passage =
        passage_of(one.value("title", "Example"), one.value("passage", std::string()), 0, "en");
    for (const auto& entity : one.value("entities", json::array())) {
        passage.entity_names.push_back(entity.at("name"));
        passage.entity_types.push_back(entity.at("type"));
    }
    passage.payload = one.value("payload", json());
    return passage;
}

Verdict verdict_on_answer(const contract::JobType& type, const json& one) {
    model::ChatAnswer answer;
    answer.finish_reason = "stop";
    answer.content =
        one.contains("raw") ? one.at("raw").get<std::string>() : one.at("answer").dump();
    Call call;
    call.passage = passage_for(one);
    if (type.names) call.passage.names = contract::find_names(*type.names, call.passage);
    call.request.schema = contract::narrow(type.output_schema, call.passage);
    const auto checked = check_answer(type, call, answer, 0.95);
    if (checked.parse_strategy == "repaired")
        return {"parsing", "it had to be repaired: " + checked.artifact["repaired"].dump()};
    if (checked.artifact.contains("violations"))
        return {"schema", checked.artifact["violations"].dump()};
    if (!checked.refusals.empty()) {
        std::string reasons;
        for (const auto& refusal : checked.refusals)
            reasons += refusal["items"].get<std::string>() + ": " +
                       refusal["reason"].get<std::string>() + "; ";
        return {"grounding", reasons};
    }
    if (!checked.believed()) return {"parsing", checked.reason};
    return {};
}

Verdict verdict_on(const contract::JobType& type, const json& one) {
    if (one.contains("payload") && !type.input_schema.is_null()) {
        const auto violations = contract::Schema(type.input_schema).violations(one["payload"], 1);
        if (!violations.empty()) return {"input", violations.front()};
    }
    if (!type.asks_model()) {
        if (one.contains("answer") || one.contains("raw"))
            throw UsageError("has an answer, though no model is asked");
        return {};
    }
    if (!one.contains("answer") && !one.contains("raw"))
        throw UsageError("has neither \"answer\" nor \"raw\"");
    return verdict_on_answer(type, one);
}

/// What is wrong with a case; "" for nothing.
std::string fault_of(const contract::JobType& type, const fs::path& file, bool must_fail) {
    try {
        const auto one = read_case(file);
        const auto [stage, reason] = verdict_on(type, one);
        if (!must_fail)
            return stage.empty() ? ""
                                 : fmt::format("should pass, but fails at {}: {}", stage, reason);
        const auto wanted = one.value("fails_at", std::string());
        const auto because = one.value("because", std::string());
        if (wanted.empty() || because.empty())
            return "does not say where it fails and why; give \"fails_at\" and \"because\"";
        if (stage.empty())
            return fmt::format("should fail at {} because of \"{}\", but passes", wanted, because);
        if (stage != wanted || reason.find(because) == std::string::npos)
            return fmt::format("should fail at {} because of \"{}\", but fails at {}: {}", wanted,
                               because, stage, reason);
        return "";
    } catch (const UsageError& error) {
        return error.what();
    } catch (const json::exception& error) {
        return fmt::format("is not of the right form: {}", error.what());
    }
}

std::size_t check_folder(const fs::path& folder, const contract::JobType& type, bool must_fail,
                         std::vector<std::string>* faults) {
    const auto files = files_in(folder);
    for (const auto& file : files) {
        const auto fault = fault_of(type, file, must_fail);
        if (!fault.empty())
            faults->push_back(fmt::format("{}/{} {}", folder.filename().string(),
                                          file.filename().string(), fault));
    }
    return files.size();
}

}  // namespace

ExampleReport check_examples(const fs::path& folder, const contract::JobType& type) {
    ExampleReport report;
    report.examples = check_folder(folder / "examples", type, false, &report.faults);
    report.counter_examples = check_folder(folder / "counter-examples", type, true, &report.faults);
    return report;
}

}  // namespace almagest::work
