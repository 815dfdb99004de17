#include "config/settings.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <system_error>

#include "config/fields.h"
#include "error/error.h"

namespace almagest::config {
namespace {

constexpr std::int64_t kLongestMilliseconds = 7LL * 24 * 3600 * 1000;
constexpr std::uint64_t kMostTokens = 100'000'000;
constexpr std::uint64_t kMostDays = 36'500;
constexpr double kHighestPrice = 1e6;  // of a million tokens
constexpr double kHighestLimit = 1e12;
constexpr std::uint64_t kMostLimitedTokens = 1'000'000'000'000'000;

/// A profile as far as files have described it.
struct ProfileDraft {
    ModelProfile profile;
    std::set<std::string> chunk_keys;  ///< sizes that are its own
    std::string place;
};

/// What is known after the files read so far.
struct Draft {
    Settings settings;
    std::vector<ProfileDraft> profiles;
    std::map<std::string, std::string> places;  ///< section -> where it was last set
};

Taker remembering(Draft& draft, Taker take) {
    return [&draft, take = std::move(take)](const YAML::Node& node, const std::string& path,
                                            const Source& source) {
        take(node, path, source);
        draft.places[path] = source.place(node);
    };
}

/// "on" and "off" are plain words in YAML 1.2.
Taker on_or_off(bool& target) {
    return [&target](const YAML::Node& node, const std::string& path, const Source& source) {
        std::string word;
        choice(word, {"off", "on"})(node, path, source);
        target = word == "on";
    };
}

Taker days(int& target) {
    return [&target](const YAML::Node& node, const std::string& path, const Source& source) {
        target = static_cast<int>(whole_number(node, path, source, 1, 36'500));
    };
}

std::vector<Field> server_fields(LlmSettings& llm) {
    return {{"program", text(llm.server_program)},
            {"slots", whole(llm.server_slots, 1, 256)},
            {"threads", whole(llm.server_threads, 0, 1024)},
            {"context_tokens", whole(llm.server_context, 512, kMostTokens)},
            {"start_timeout_ms", milliseconds(llm.server_start_timeout, 1, kLongestMilliseconds)},
            {"linger_ms", milliseconds(llm.server_linger, 0, kLongestMilliseconds)}};
}

/// A mapping of models to their prices.
Taker price_list(std::map<std::string, ModelPrices>& target) {
    return [&target](const YAML::Node& node, const std::string& path, const Source& source) {
        if (!node.IsMap())
            source.refuse(node, path + " must be a mapping of models to their prices");
        for (const auto& entry : node) {
            const auto model = entry.first.as<std::string>();
            ModelPrices& prices = target[model];
            double cached = -1;
            read_mapping(entry.second, std::string(path).append(".").append(model),
                         Source(source.file(), false),
                         {{"per_million_prompt_tokens",
                           real(prices.per_million_prompt_tokens, 0, kHighestPrice)},
                          {"per_million_cached_tokens", real(cached, 0, kHighestPrice)},
                          {"per_million_completion_tokens",
                           real(prices.per_million_completion_tokens, 0, kHighestPrice)}});
            if (cached >= 0) prices.per_million_cached_tokens = cached;
        }
    };
}

std::vector<Field> llm_fields(LlmSettings& llm) {
    const Taker window = [&llm](const YAML::Node& node, const std::string& path,
                                const Source& source) {
        const std::uint64_t tokens = whole_number(node, path, source, 0, kMostTokens);
        llm.context_window = tokens == 0 ? std::nullopt : std::optional<std::size_t>(tokens);
    };
    return {
        {"endpoint", text_like(llm.endpoint, "local|https?://[^\\s/]+[^\\s]*",
                               "be local or a base URL such as https://…/v1")},
        {"model", text_like(llm.model, "[^\\r\\n]*[^\\s]", "name a model")},
        {"model_sha256",
         text_like(llm.model_sha256, "([0-9a-fA-F]{64})?", "be 64 hexadecimal digits, or \"\"")},
        {"api_key_env",
         text_like(llm.api_key_env, "([A-Za-z_][A-Za-z0-9_]*)?",
                   "be the name of an environment variable (not the key itself), or \"\"")},
        {"api_key_file", text(llm.api_key_file)},
        {"context_window", window},
        {"temperature", real(llm.temperature, 0, 2)},
        {"stream", flag(llm.stream)},
        {"connect_timeout_ms", milliseconds(llm.connect_timeout, 1, kLongestMilliseconds)},
        {"first_byte_timeout_ms", milliseconds(llm.first_byte_timeout, 1, kLongestMilliseconds)},
        {"idle_timeout_ms", milliseconds(llm.idle_timeout, 1, kLongestMilliseconds)},
        {"total_timeout_ms", milliseconds(llm.total_timeout, 1, kLongestMilliseconds)},
        {"maximum_answer_bytes", whole(llm.maximum_answer_bytes, 1024, 1ULL << 30U)},
        {"cache", on_or_off(llm.cache)},
        {"cache_days", days(llm.cache_days)},
        {"price_per_million_prompt_tokens",
         real(llm.usual_prices.per_million_prompt_tokens, 0, kHighestPrice)},
        {"price_per_million_completion_tokens",
         real(llm.usual_prices.per_million_completion_tokens, 0, kHighestPrice)},
        {"prices", price_list(llm.prices)},
        {"server", section(server_fields(llm))}};
}

std::vector<Field> chunk_fields(ChunkSettings& chunk) {
    return {{"maximum_tokens", whole(chunk.maximum_tokens, 1, kMostTokens)},
            {"overlap_tokens", whole(chunk.overlap_tokens, 0, kMostTokens)},
            {"minimum_tokens", whole(chunk.minimum_tokens, 0, kMostTokens)},
            {"characters_per_token", real(chunk.characters_per_token, 0.1, 100)},
            {"vocabulary_file", text(chunk.vocabulary_file)},
            {"vocabulary_rules",
             choice(chunk.vocabulary_rules, {"", "r50k", "p50k", "cl100k", "o200k"})},
            {"safety_margin", real(chunk.safety_margin, 0, 0.9)},
            {"locale", text_like(chunk.locale, "[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*",
                                 "be a language tag such as en or pt-BR")}};
}

std::vector<Field> profile_fields(ProfileDraft& draft) {
    ModelProfile& profile = draft.profile;
    const auto own = [&draft](Taker take) -> Taker {
        return [&draft, take = std::move(take)](const YAML::Node& node, const std::string& path,
                                                const Source& source) {
            take(node, path, source);
            draft.chunk_keys.insert(path.substr(path.rfind('.') + 1));
        };
    };
    return {
        {"name", text_like(profile.name, "[A-Za-z0-9_.-]+",
                           "be a word of letters, digits, \"_\", \".\" and \"-\"")},
        {"match", text_like(profile.match, "[^\\r\\n]+", "be shell patterns parted by |")},
        {"chunk",
         section(
             {{"maximum_tokens", own(whole(profile.chunk_maximum_tokens, 1, kMostTokens)), true},
              {"overlap_tokens", own(whole(profile.chunk_overlap_tokens, 0, kMostTokens)), true},
              {"minimum_tokens", own(whole(profile.chunk_minimum_tokens, 0, kMostTokens)), true}}),
         true},
        {"context",
         section({{"page", on_or_off(profile.page_context), true},
                  {"earlier_entities", whole(profile.earlier_entities, 0, 200), true}}),
         true},
        {"default_confidence", real(profile.default_confidence, 0, 1)},
        {"reading", text_list(profile.reading, "[A-Za-z][A-Za-z0-9_]*",
                              "name a job type, such as page_classification")},
        {"contract_versions", text_map(profile.contract_versions, "[A-Za-z][A-Za-z0-9_]*",
                                       "[0-9]{1,9}\\.[0-9]{1,9}\\.[0-9]{1,9}",
                                       "be a job type with a version such as 1.0.0")}};
}

std::string profile_name(const YAML::Node& node, const std::string& path, const Source& source) {
    if (!node.IsMap() || !node["name"] || !node["name"].IsScalar()) {
        source.refuse(node, path + " must be a profile with a name and a match");
    }
    return node["name"].Scalar();
}

/// Known names change in place; new ones come, in their order, before all known ones.
Taker profile_list(std::vector<ProfileDraft>& known) {
    return [&known](const YAML::Node& node, const std::string& path, const Source& source) {
        if (!node.IsSequence()) source.refuse(node, path + " must be a list of profiles");
        std::vector<ProfileDraft> fresh;
        std::set<std::string> seen;
        std::size_t number = 0;
        for (const auto& entry : node) {
            const std::string entry_path = fmt::format("{}[{}]", path, ++number);
            const std::string name = profile_name(entry, entry_path, source);
            if (!seen.insert(name).second) {
                source.refuse(entry, fmt::format("{}: there is a profile \"{}\" already in this "
                                                 "list; keep one of them",
                                                 entry_path, name));
            }
            const auto old =
                std::find_if(known.begin(), known.end(),
                             [&](const ProfileDraft& draft) { return draft.profile.name == name; });
            ProfileDraft& draft = old != known.end() ? *old : fresh.emplace_back();
            read_mapping(entry, entry_path, source, profile_fields(draft));
            if (draft.profile.match.empty()) {
                source.refuse(entry, entry_path + " has no match: say which models it is for");
            }
            draft.place = source.place(entry);
        }
        fresh.insert(fresh.end(), std::make_move_iterator(known.begin()),
                     std::make_move_iterator(known.end()));
        known = std::move(fresh);
    };
}

Taker share(std::optional<double>& target) {
    return [&target](const YAML::Node& node, const std::string& path, const Source& source) {
        double number = 0;
        real(number, 0, 1)(node, path, source);
        target = number;
    };
}

Taker thresholds_by_type(std::map<std::string, TypeThresholds>& types) {
    return [&types](const YAML::Node& node, const std::string& path, const Source& source) {
        if (!node.IsMap())
            source.refuse(node, path + " must hold types of items, each with its thresholds");
        for (const auto& entry : node) {
            auto& own = types[entry.first.Scalar()];
            read_mapping(entry.second, path + "." + entry.first.Scalar(), source,
                         {{"auto_promote_threshold", share(own.auto_promote), true},
                          {"manual_review_threshold", share(own.manual_review), true}});
        }
    };
}

/// Eras, in place of what `target` holds.
Taker era_list(std::vector<EraSettings>& target) {
    return [&target](const YAML::Node& node, const std::string& path, const Source& source) {
        if (!node.IsSequence())
            source.refuse(node, path + " must be a list of {names, zero, backward}");
        target.clear();
        for (const auto& entry : node) {
            auto& era = target.emplace_back();
            const auto entry_path = fmt::format("{}[{}]", path, target.size());
            read_mapping(entry, entry_path, Source(source.file(), false),
                         {{"names", text_list(era.names, "[^\\r\\n]*[^\\s]",
                                              "be a list of names, such as [BBY]")},
                          {"zero", whole(era.zero, 1, 9999)},
                          {"backward", flag(era.backward)}});
            if (era.names.empty() || era.zero == 0)
                source.refuse(entry, entry_path +
                                         " needs names and zero, the year (1 to 9999) "
                                         "that its year 0 is stored as");
        }
    };
}

std::vector<Field> all_fields(Draft& draft) {
    Settings& all = draft.settings;
    return {
        {"llm", remembering(draft, section(llm_fields(all.llm)))},
        {"profiles", profile_list(draft.profiles)},
        {"cluster",
         section(
             {{"bin_folder", text(all.cluster.bin_folder)},
              {"minimum_free_megabytes", whole(all.cluster.minimum_free_megabytes, 0, 1ULL << 40U)},
              {"start_timeout_ms",
               milliseconds(all.cluster.start_timeout, 1, kLongestMilliseconds)},
              {"parameters",
               text_map(all.cluster.parameters, "[A-Za-z_][A-Za-z0-9_.]*", "[^\\r\\n]*",
                        "be a setting of postgresql.conf with a value on one line")}})},
        {"chunk", remembering(draft, section(chunk_fields(all.chunk)))},
        {"contracts",
         section({{"enabled", text_list(all.contracts.enabled, "[A-Za-z][A-Za-z0-9_]*",
                                        "be a list of job types, such as [event_extraction]")}})},
        {"governance",
         remembering(draft, section({{"auto_promote_threshold",
                                      real(all.governance.auto_promote_threshold, 0, 1)},
                                     {"manual_review_threshold",
                                      real(all.governance.manual_review_threshold, 0, 1)},
                                     {"types", thresholds_by_type(all.governance.types), true}}))},
        {"work", section({{"concurrency", whole(all.work.concurrency, 0, 4096)},
                          {"poll_interval_ms",
                           milliseconds(all.work.poll_interval, 1, kLongestMilliseconds)},
                          {"heartbeat_interval_ms",
                           milliseconds(all.work.heartbeat_interval, 1, kLongestMilliseconds)},
                          {"grace_ms", milliseconds(all.work.grace, 0, kLongestMilliseconds)},
                          {"endpoint_patience_ms",
                           milliseconds(all.work.endpoint_patience, 0, kLongestMilliseconds)},
                          {"claim_batch", whole(all.work.claim_batch, 1, 10'000)},
                          {"completers", whole(all.work.completers, 1, 64)},
                          {"connections", whole(all.work.connections, 1, 1'024)}})},
        {"queue", section({{"maximum_payload_bytes",
                            whole(all.queue.maximum_payload_bytes, 1, 1'000'000'000)}})},
        {"ingest",
         section(
             {{"maximum_page_bytes", whole(all.ingest.maximum_page_bytes, 1, 1ULL << 31U)},
              {"allow_private_addresses", flag(all.ingest.allow_private_addresses)},
              {"requests_per_minute", whole(all.ingest.requests_per_minute, 0, 60'000)},
              {"request_timeout_seconds", whole(all.ingest.request_timeout_seconds, 1, 3'600)}})},
        {"limits",
         section({{"tokens_per_run", whole(all.limits.tokens_per_run, 0, kMostLimitedTokens)},
                  {"cost_per_run", real(all.limits.cost_per_run, 0, kHighestLimit)},
                  {"tokens_per_day", whole(all.limits.tokens_per_day, 0, kMostLimitedTokens)},
                  {"cost_per_day", real(all.limits.cost_per_day, 0, kHighestLimit)}})},
        {"calendar", section({{"eras", era_list(all.calendar.eras)}})},
        {"retention",
         section({{"finished_jobs_days", whole(all.retention.finished_jobs_days, 0, kMostDays)},
                  {"artifacts_days", whole(all.retention.artifacts_days, 0, kMostDays)},
                  {"raw_payloads_days", whole(all.retention.raw_payloads_days, 0, kMostDays)}})},
        {"doctor", section({{"long_transaction_seconds",
                             whole(all.doctor.long_transaction_seconds, 1, 604'800)}})},
        {"log", section({{"level", choice(all.log.level, {"debug", "info", "warning", "error"})},
                         {"maximum_megabytes", whole(all.log.maximum_megabytes, 1, 1ULL << 20U)},
                         {"files", whole(all.log.files, 2, 1000)}})}};
}

YAML::Node parsed(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        throw UsageError(fmt::format("{} is a folder; name a configuration file", path.string()));
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw UsageError(fmt::format("the configuration {} cannot be read: {}", path.string(),
                                     std::generic_category().message(errno)));
    }
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    try {
        std::vector<YAML::Node> documents = YAML::LoadAll(bytes);
        if (documents.size() > 1) {
            throw UsageError(
                fmt::format("{}:{}: a configuration is one YAML document; take the "
                            "second one (\"---\") out",
                            path.string(), documents[1].Mark().line + 1));
        }
        return documents.empty() ? YAML::Node() : documents.front();
    } catch (const YAML::Exception& reason) {
        throw UsageError(fmt::format("{}:{}: this is not YAML: {}", path.string(),
                                     std::max(0, reason.mark.line) + 1, reason.msg));
    }
}

void read_file(const std::filesystem::path& path, bool complete, Draft& draft) {
    const YAML::Node root = parsed(path);
    if (root.IsNull() && !complete) return;  // nothing but comments changes nothing
    read_mapping(root, "", Source(path.string(), complete), all_fields(draft));
}

void settle_profiles(Draft& draft) {
    const ChunkSettings& chunk = draft.settings.chunk;
    for (ProfileDraft& known : draft.profiles) {
        ModelProfile& profile = known.profile;
        const auto inherit = [&known](const char* key, std::size_t& own, std::size_t shared) {
            if (!known.chunk_keys.contains(key)) own = shared;
        };
        inherit("maximum_tokens", profile.chunk_maximum_tokens, chunk.maximum_tokens);
        inherit("overlap_tokens", profile.chunk_overlap_tokens, chunk.overlap_tokens);
        inherit("minimum_tokens", profile.chunk_minimum_tokens, chunk.minimum_tokens);
        draft.settings.llm.profiles.push_back(profile);
    }
}

void check_chunk_sizes(const std::string& place, const std::string& path, std::size_t maximum,
                       std::size_t overlap, std::size_t minimum) {
    if (overlap >= maximum) {
        throw UsageError(
            fmt::format("{}: {}.overlap_tokens ({}) must be less than "
                        "maximum_tokens ({})",
                        place, path, overlap, maximum));
    }
    if (minimum > maximum) {
        throw UsageError(
            fmt::format("{}: {}.minimum_tokens ({}) must not exceed "
                        "maximum_tokens ({})",
                        place, path, minimum, maximum));
    }
}

void check_together(const Draft& draft) {
    const Settings& all = draft.settings;
    const auto place = [&draft](const char* section) { return draft.places.at(section); };
    if (all.governance.manual_review_threshold > all.governance.auto_promote_threshold) {
        throw UsageError(
            fmt::format("{}: governance.manual_review_threshold ({}) must not exceed "
                        "auto_promote_threshold ({})",
                        place("governance"), all.governance.manual_review_threshold,
                        all.governance.auto_promote_threshold));
    }
    for (const auto& [type, own] : all.governance.types) {
        const double review = own.manual_review.value_or(all.governance.manual_review_threshold);
        const double promote = own.auto_promote.value_or(all.governance.auto_promote_threshold);
        if (review > promote)
            throw UsageError(
                fmt::format("{}: governance.types.{}: manual_review_threshold ({}) must not exceed "
                            "auto_promote_threshold ({})",
                            place("governance"), type, review, promote));
    }
    if (!all.llm.api_key_env.empty() && !all.llm.api_key_file.empty()) {
        throw UsageError(place("llm") + ": set llm.api_key_env or llm.api_key_file, not both");
    }
    check_chunk_sizes(place("chunk"), "chunk", all.chunk.maximum_tokens, all.chunk.overlap_tokens,
                      all.chunk.minimum_tokens);
    for (std::size_t i = 0; i < all.llm.profiles.size(); ++i) {
        const ModelProfile& profile = all.llm.profiles[i];
        check_chunk_sizes(draft.profiles[i].place, "profile " + profile.name + ": chunk",
                          profile.chunk_maximum_tokens, profile.chunk_overlap_tokens,
                          profile.chunk_minimum_tokens);
    }
}

}  // namespace

Settings load_settings(const std::filesystem::path& defaults,
                       const std::optional<std::filesystem::path>& over) {
    Draft draft;
    read_file(defaults, true, draft);
    if (over) read_file(*over, false, draft);
    settle_profiles(draft);
    check_together(draft);
    return draft.settings;
}

}  // namespace almagest::config
