#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "contract/job_folder.h"
#include "contract/job_type.h"
#include "error/error.h"

namespace almagest::contract {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_in(const fs::path& parent) {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(parent)) {
        const bool hidden = entry.path().filename().string().starts_with('.');
        if (entry.is_directory() && !hidden) folders.push_back(entry.path());
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

const JobType* newest(const std::vector<JobType>& types, std::string_view name) {
    const JobType* found = nullptr;
    for (const auto& type : types) {
        if (type.job_type == name) found = &type;
    }
    return found;
}

/// Follows `after` or `continues` from a type: every name must exist, and no circle.
void check_chain(const std::vector<JobType>& types, const JobType& type, const char* key,
                 std::optional<std::string> JobType::*next) {
    const auto refuse = [&](const std::string& what) {
        throw UsageError(fmt::format("the contract {} {} is refused: {}", type.job_type,
                                     type.version.text(), what));
    };
    std::set<std::string> seen{type.job_type};
    for (auto step = type.*next; step;) {
        const auto* other = newest(types, *step);
        if (other == nullptr) {
            refuse(fmt::format("its \"{}\" names {}, which is no job type", key, *step));
        }
        if (!seen.insert(*step).second) {
            refuse(fmt::format("its \"{}\" leads back in a circle through {}", key, *step));
        }
        step = other->*next;
    }
}

void sort_types(std::vector<JobType>* types) {
    std::sort(types->begin(), types->end(), [](const JobType& a, const JobType& b) {
        return std::tie(a.job_type, a.version) < std::tie(b.job_type, b.version);
    });
}

}  // namespace

Registry Registry::load(const fs::path& contracts) {
    if (!fs::is_directory(contracts)) {
        throw UsageError(
            fmt::format("the contracts folder {} is missing; name one in the configuration",
                        contracts.string()));
    }
    Registry registry;
    auto& types = registry.types_;
    for (const auto& type : folders_in(contracts)) {
        for (const auto& version : folders_in(type)) {
            if (fs::exists(version / "schema.json") && !fs::exists(version / "job.yaml"))
                registry.documents_.push_back(read_document_folder(version));
            else
                types.push_back(read_job_folder(version));
        }
    }
    sort_types(&types);
    const auto twice =
        std::adjacent_find(types.begin(), types.end(), [](const auto& a, const auto& b) {
            return a.job_type == b.job_type && a.version == b.version;
        });
    if (twice != types.end()) {
        throw UsageError(fmt::format("two folders in {} claim {} {}", contracts.string(),
                                     twice->job_type, twice->version.text()));
    }
    for (const auto& type : types) registry.check_chains(type);
    return registry;
}

Registry Registry::of(std::vector<JobType> types) {
    Registry registry;
    registry.types_ = std::move(types);
    sort_types(&registry.types_);
    return registry;
}

void Registry::check_chains(const JobType& type) const {
    check_chain(types_, type, "after", &JobType::after);
    check_chain(types_, type, "continues", &JobType::continues);
}

const DocumentSchema* Registry::document(std::string_view name, Version version) const {
    const auto found = std::find_if(
        documents_.begin(), documents_.end(),
        [&](const DocumentSchema& one) { return one.name == name && one.version == version; });
    return found == documents_.end() ? nullptr : &*found;
}

const JobType& Registry::find(std::string_view job_type, std::optional<Version> version) const {
    for (auto type = types_.rbegin(); type != types_.rend(); ++type) {
        if (type->job_type == job_type && (!version || type->version == *version)) return *type;
    }
    throw UsageError(fmt::format("there is no job type {}{}; `almagest contracts list` shows them",
                                 job_type, version ? " " + version->text() : ""));
}

}  // namespace almagest::contract
