#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace almagest::config {

/// How a family of models is asked. The first profile that fits the model's name counts.
struct ModelProfile {
    std::string name;
    std::string match;  ///< shell patterns parted by '|', compared without regard to case
    std::size_t chunk_maximum_tokens = 8000;
    std::size_t chunk_overlap_tokens = 1000;
    std::size_t chunk_minimum_tokens = 2000;
    bool page_context = false;         ///< each chunk is told its page's title and type
    std::size_t earlier_entities = 0;  ///< … and so many of those that the page named before it
    double default_confidence = 0.95;  ///< of an exactly grounded item that brings none of its own
    /// Job types that every page goes through; empty: those that are not on demand.
    std::vector<std::string> reading{};
    std::map<std::string, std::string>
        contract_versions;  ///< job type -> version, where not newest
};

/// In a currency of the user's choice.
struct ModelPrices {
    double per_million_prompt_tokens = 0;
    std::optional<double> per_million_cached_tokens;  ///< empty: like the other prompt tokens
    double per_million_completion_tokens = 0;
};

struct LlmSettings {
    std::string endpoint = "local";  ///< the supervised llama.cpp server, else a base URL
    std::string model = "default";   ///< for "local" also a path or URL of a GGUF; else its name
    std::string
        read_with;  ///< the model of this command, by which profiles are chosen; "": `model`
    std::string model_sha256;
    std::string api_key_env;
    std::string api_key_file;
    std::optional<std::size_t> context_window;  ///< tokens; asked of the endpoint where empty
    double temperature = 0.0;
    bool stream = true;
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds first_byte_timeout{300'000};
    std::chrono::milliseconds idle_timeout{120'000};
    std::chrono::milliseconds total_timeout{900'000};
    std::size_t maximum_answer_bytes = 4UL * 1024 * 1024;
    bool cache = false;   ///< keep answers, and take a kept one where the same is asked again
    int cache_days = 30;  ///< how old a kept answer may be
    ModelPrices usual_prices;
    std::map<std::string, ModelPrices> prices;  ///< model -> its own, over the usual ones
    // The supervised server.
    std::string server_program;  ///< a llama-server; empty: on PATH, else the one set-up fetched
    unsigned server_slots = 4;
    unsigned server_threads = 0;          ///< 0: one a core
    std::size_t server_context = 16'384;  ///< tokens, shared by the slots
    std::chrono::milliseconds server_start_timeout{120'000};
    std::chrono::milliseconds server_linger{0};  ///< how long it outlives its last user
    std::vector<ModelProfile> profiles;
};

struct ClusterSettings {
    std::string bin_folder;  ///< of PostgreSQL's programs; empty: looked for
    std::uint64_t minimum_free_megabytes = 512;
    std::chrono::milliseconds start_timeout{60'000};
    std::map<std::string, std::string> parameters;  ///< postgresql.conf, over the defaults
};

struct ChunkSettings {
    std::size_t maximum_tokens = 8000;
    std::size_t overlap_tokens = 1000;
    std::size_t minimum_tokens = 2000;
    double characters_per_token = 4.0;
    std::string vocabulary_file;   ///< in tiktoken's format; empty: the endpoint counts tokens
    std::string vocabulary_rules;  ///< r50k, p50k, cl100k or o200k; empty: by the file's name
    double safety_margin = 0.15;
    std::string locale = "en";
};

/// Thresholds of one type of items; what is not set is the general one.
struct TypeThresholds {
    std::optional<double> auto_promote;
    std::optional<double> manual_review;
};

struct ContractSettings {
    std::vector<std::string> enabled;  ///< on-demand job types that run with every page
};

struct GovernanceSettings {
    double auto_promote_threshold = 0.9;
    double manual_review_threshold = 0.7;
    std::map<std::string, TypeThresholds> types;
};

struct WorkSettings {
    unsigned concurrency = 0;  ///< 0: the server's slots, or 8 for a remote endpoint
    std::chrono::milliseconds poll_interval{1'000};
    std::chrono::milliseconds heartbeat_interval{10'000};
    std::chrono::milliseconds grace{20'000};  ///< for jobs in hand when asked to stop
    std::size_t claim_batch = 1'000;          ///< jobs claimed or completed at once, at most
    unsigned completers = 2;                  ///< threads that write outputs and completions
    std::chrono::milliseconds endpoint_patience{60'000};  ///< of who waits for the end
    unsigned connections = 8;                             ///< that the slots share
};

struct QueueSettings {
    std::uint64_t maximum_payload_bytes = 1024ULL * 1024;
};

struct IngestSettings {
    std::uint64_t maximum_page_bytes = 64ULL * 1024 * 1024;
    bool allow_private_addresses = false;   ///< may http(s) go to loopback and local networks?
    unsigned requests_per_minute = 30;      ///< to one host; 0: no limit
    unsigned request_timeout_seconds = 60;  ///< of one answer, from asking to its last byte
};

/// What calls to the model may take; 0: no limit. Money in the currency of the prices.
struct LimitSettings {
    std::uint64_t tokens_per_run = 0;  ///< of one `almagest run`, prompts and answers together
    double cost_per_run = 0;
    std::uint64_t tokens_per_day = 0;  ///< of all workers together, for each tenant, days in UTC
    double cost_per_day = 0;
};

/// Years that the pages' world counts in its own way: "19 BBY".
struct EraSettings {
    std::vector<std::string> names;
    unsigned zero = 0;      ///< the year that its year 0 is stored as
    bool backward = false;  ///< greater numbers are earlier
};

struct CalendarSettings {
    std::vector<EraSettings> eras;
};

struct LogSettings {
    std::string level = "info";
    std::uint64_t maximum_megabytes = 16;  ///< of one file
    unsigned files = 8;                    ///< the current one among them
};

/// Days to keep; 0: for ever.
struct RetentionSettings {
    unsigned finished_jobs_days = 0;
    unsigned artifacts_days = 0;
    unsigned raw_payloads_days = 0;
};

/// From when on `almagest doctor` calls something unhealthy.
struct DoctorSettings {
    unsigned long_transaction_seconds = 600;  ///< what holds vacuum back for longer
};

struct Settings {
    LlmSettings llm;
    ClusterSettings cluster;
    ChunkSettings chunk;
    ContractSettings contracts;
    GovernanceSettings governance;
    WorkSettings work;
    QueueSettings queue;
    IngestSettings ingest;
    LimitSettings limits;
    CalendarSettings calendar;
    LogSettings log;
    RetentionSettings retention;
    DoctorSettings doctor;
};

/// Reads `defaults` (config/almagest.yaml, which must name every setting), then, where given, a
/// person's file over it. In `profiles` there, a known name changes that profile and any other is
/// tried before the known ones. A profile without chunk sizes has those of the section `chunk`.
/// Throws UsageError naming file, line and key for: a file that cannot be read, not YAML, an
/// unknown key (with the nearest known one), a key twice, a wrong type, a value out of range,
/// values that do not go together.
[[nodiscard]] Settings load_settings(const std::filesystem::path& defaults,
                                     const std::optional<std::filesystem::path>& over);

/// Does `model`'s name fit the profile's `match`?
[[nodiscard]] bool fits(const ModelProfile& profile, const std::string& model);

/// The profile that counts for a model of this name (or path). Throws UsageError when none fits.
[[nodiscard]] const ModelProfile& profile_for(const Settings& settings, const std::string& model);

/// Where things lie on this machine.
struct Places {
    std::filesystem::path home;   ///< $ALMAGEST_HOME, else ~/.almagest
    std::filesystem::path share;  ///< $ALMAGEST_SHARE, else the folder above the program that holds
                                  ///< contracts/, database/ and config/
    std::filesystem::path cache;  ///< ${XDG_CACHE_HOME:-~/.cache}/almagest
    [[nodiscard]] std::filesystem::path cluster() const { return home / "cluster"; }
    [[nodiscard]] std::filesystem::path lake() const { return home / "lake"; }
    [[nodiscard]] std::filesystem::path logs() const { return home / "logs"; }
    [[nodiscard]] std::filesystem::path models() const { return home / "models"; }
    [[nodiscard]] std::filesystem::path server() const { return home / "model-server"; }
};
/// All are absolute; none is created. Throws UsageError when no home can be told or share is not
/// found.
[[nodiscard]] Places find_places();

/// A folder for Unix sockets of `purpose` ("pg", "llm") under `home`, short enough for sockaddr_un
/// (107 bytes with a name of `longest_name` bytes in it); where home is too deep, a folder under
/// /tmp named after home's hash. Not created here: make it with mode 0700 and check its owner.
/// Throws std::invalid_argument when not even that is short enough.
[[nodiscard]] std::filesystem::path socket_folder(const std::filesystem::path& home,
                                                  const std::string& purpose,
                                                  std::size_t longest_name);

}  // namespace almagest::config
