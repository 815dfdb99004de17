#include "work/contract_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "contract/decoding.h"
#include "contract/job_folder.h"
#include "contract/version_change.h"
#include "contract/yaml_json.h"
#include "error/error.h"
#include "text/bpe_tokens.h"
#include "text/budget.h"
#include "work/call.h"
#include "work/contract_examples.h"

namespace almagest::work {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A version's folder, and the contract in it if it can be read.
struct Folder {
    fs::path path;
    ContractReport report;
    std::optional<contract::JobType> type;
    std::string claim;  ///< "<job type> <version>", as job.yaml has it
    bool is_asked_for = true;
};

std::vector<fs::path> folders_in(const fs::path& parent) {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(parent)) {
        if (entry.is_directory() && !entry.path().filename().string().starts_with('.'))
            folders.push_back(entry.path());
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

bool is_version(const fs::path& folder) {
    return fs::exists(folder / "job.yaml") || fs::exists(folder / "schema.json");
}

bool has_version(const fs::path& folder) {
    const auto below = folders_in(folder);
    return std::any_of(below.begin(), below.end(), is_version);
}

/// The contracts folder around a folder that was named.
fs::path root_of(const fs::path& folder) {
    if (!fs::is_directory(folder))
        throw UsageError(fmt::format("there is no folder {}", folder.string()));
    auto path = fs::canonical(folder);
    if (is_version(path)) return path.parent_path().parent_path();
    if (has_version(path)) return path.parent_path();
    const auto below = folders_in(path);
    if (std::any_of(below.begin(), below.end(), has_version)) return path;
    throw UsageError(
        fmt::format("{} holds no contract: neither a job.yaml nor folders "
                    "<job type>/<version> with one",
                    folder.string()));
}

bool lies_in(const fs::path& path, const fs::path& folder) {
    const auto [end, unused] =
        std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return end == folder.end();
}

std::string claim_of(const fs::path& folder) {
    try {
        std::ifstream in(folder / "job.yaml", std::ios::binary);
        const auto settings =
            contract::yaml_to_json(std::string{std::istreambuf_iterator<char>(in), {}});
        return settings.value("job_type", std::string()) + " " +
               settings.value("version", std::string());
    } catch (const std::exception&) {
        return {};  // reading it says what is wrong
    }
}

Folder read(const fs::path& path) {
    Folder folder;
    folder.path = path;
    folder.report.folder = (path.parent_path().filename() / path.filename()).string();
    try {
        if (!fs::exists(path / "job.yaml") && fs::exists(path / "schema.json")) {
            (void)contract::read_document_folder(path);
            return folder;
        }
        folder.claim = claim_of(path);
        folder.type = contract::read_job_folder(path);
    } catch (const UsageError& error) {
        folder.report.faults.emplace_back(error.what());
    }
    return folder;
}

/// The smallest window that the configuration names; nullopt: none is.
std::optional<std::size_t> smallest_window(const config::LlmSettings& llm) {
    auto window = llm.context_window;
    if (llm.endpoint == "local") {
        const auto slot = llm.server_context / std::max(1U, llm.server_slots);
        window = std::min(window.value_or(slot), slot);
    }
    return window;
}

/// The smallest chunks that a profile asks for.
text::ChunkPolicy smallest_chunks(const config::LlmSettings& llm) {
    text::ChunkPolicy policy;
    for (const auto& profile : llm.profiles) {
        if (profile.chunk_maximum_tokens >= policy.maximum) continue;
        policy = {profile.chunk_maximum_tokens, profile.chunk_overlap_tokens,
                  profile.chunk_minimum_tokens};
    }
    return policy;
}

std::shared_ptr<const text::TokenCounter> counter_for(const config::ChunkSettings& chunk) {
    if (chunk.vocabulary_file.empty())
        return std::make_shared<text::EstimatedTokens>(chunk.characters_per_token);
    return text::load_bpe_tokens(chunk.vocabulary_file, chunk.vocabulary_rules);
}

class Check {
  public:
    Check(std::vector<Folder>* folders, const config::Settings& settings)
        : folders_(folders), settings_(settings), counter_(counter_for(settings.chunk)) {}

    void all() {
        check_claims();
        check_chains();
        for (auto& folder : *folders_) {
            if (!folder.type || !folder.is_asked_for) continue;
            if (folder.type->asks_model()) {
                append(&folder, contract::decoding_faults(json(folder.type->output_schema)));
                check_window(&folder);
            }
            check_examples_of(&folder);
            check_change(&folder);
        }
    }

  private:
    static void append(Folder* folder, const std::vector<std::string>& faults) {
        auto& all = folder->report.faults;
        all.insert(all.end(), faults.begin(), faults.end());
    }

    void check_claims() {
        std::map<std::string, const Folder*> first;
        for (auto& folder : *folders_) {
            if (folder.claim.size() < 2) continue;
            const auto [known, is_new] = first.try_emplace(folder.claim, &folder);
            if (!is_new)
                folder.report.faults.push_back(fmt::format(
                    "claims {}, which {} claims too", folder.claim, known->second->report.folder));
        }
    }

    /// `after` and `continues` among the contracts that can be read.
    void check_chains() {
        std::vector<contract::JobType> types;
        for (const auto& folder : *folders_)
            if (folder.type) types.push_back(*folder.type);
        registry_ = contract::Registry::of(std::move(types));
        for (auto& folder : *folders_) {
            if (!folder.type) continue;
            try {
                registry_.check_chains(*folder.type);
            } catch (const UsageError& error) {
                folder.report.faults.emplace_back(error.what());
            }
        }
    }

    void check_window(Folder* folder) const {
        if (!folder->report.faults.empty()) return;
        const auto fixed = fixed_tokens(registry_, *folder->type, *counter_);
        auto& figures = folder->report.figures;
        figures["prompt_tokens"] = fixed.prompt;
        figures["contract_tokens"] = fixed.contract;
        figures["output_reserve_tokens"] = fixed.output_reserve;
        const auto window = smallest_window(settings_.llm);
        if (!window) {
            folder->report.notices.emplace_back(
                "no window is configured (llm.context_window), so whether the prompt fits is told "
                "when a model is asked");
            return;
        }
        figures["window"] = *window;
        try {
            const auto budget =
                text::chunk_budget({*window, fixed.prompt, fixed.contract, fixed.output_reserve,
                                    settings_.chunk.safety_margin},
                                   smallest_chunks(settings_.llm));
            figures["left_tokens"] = budget.available;
            auto& notices = folder->report.notices;
            notices.insert(notices.end(), budget.warnings.begin(), budget.warnings.end());
        } catch (const UsageError& error) {
            folder->report.faults.emplace_back(error.what());
        }
    }

    static void check_examples_of(Folder* folder) {
        const auto examples = check_examples(folder->path, *folder->type);
        folder->report.figures["examples"] = examples.examples;
        folder->report.figures["counter_examples"] = examples.counter_examples;
        append(folder, examples.faults);
        if (examples.examples == 0 || examples.counter_examples == 0)
            folder->report.notices.push_back(fmt::format(
                "has no {}", examples.examples == 0 ? "examples/" : "counter-examples/"));
    }

    /// Is the version raised by what changed since the one before?
    void check_change(Folder* folder) const {
        const auto& type = *folder->type;
        const contract::JobType* earlier = nullptr;
        for (const auto& other : registry_.all()) {
            if (other.job_type == type.job_type && other.version < type.version) earlier = &other;
        }
        if (earlier == nullptr) return;
        const auto change = contract::compare(*earlier, type);
        const auto claims = contract::claimed(earlier->version, type.version);
        folder->report.figures["change"] = {{"since", earlier->version.text()},
                                            {"claimed", contract::to_string(claims)},
                                            {"needed", contract::to_string(change.needed)},
                                            {"reasons", change.reasons}};
        if (change.needed > claims)
            folder->report.faults.push_back(
                fmt::format("its change since {} is {} ({}), but its version claims {}",
                            earlier->version.text(), contract::to_string(change.needed),
                            change.reasons.front(), contract::to_string(claims)));
    }

    std::vector<Folder>* folders_;
    const config::Settings& settings_;
    std::shared_ptr<const text::TokenCounter> counter_;
    contract::Registry registry_;
};

}  // namespace

std::vector<ContractReport> check_contracts(const fs::path& folder,
                                            const config::Settings& settings) {
    const auto root = root_of(folder);
    const auto asked = fs::canonical(folder);
    std::vector<Folder> folders;
    for (const auto& type : folders_in(root)) {
        for (const auto& version : folders_in(type)) {
            folders.push_back(read(version));
            folders.back().is_asked_for = lies_in(version, asked);
        }
    }
    Check(&folders, settings).all();
    std::vector<ContractReport> reports;
    for (auto& one : folders)
        if (one.is_asked_for) reports.push_back(std::move(one.report));
    return reports;
}

}  // namespace almagest::work
