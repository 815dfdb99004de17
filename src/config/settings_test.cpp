#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

#include "error/error.h"

namespace almagest::config {
namespace {

using testing::HasSubstr;

const std::filesystem::path kDefaults =
    std::filesystem::path(ALMAGEST_SOURCE_DIR) / "config" / "almagest.yaml";

class Configuration : public testing::Test {
  protected:
    Configuration() {
        std::string pattern = (std::filesystem::temp_directory_path() / "config-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~Configuration() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::filesystem::path file(const std::string& yaml) const {
        const auto path = folder_ / "own.yaml";
        std::ofstream(path) << yaml;
        return path;
    }
    [[nodiscard]] Settings with(const std::string& yaml) const {
        return load_settings(kDefaults, file(yaml));
    }
    /// The sentence that a person's file is refused with.
    [[nodiscard]] std::string refusal(const std::string& yaml) const {
        try {
            (void)with(yaml);
        } catch (const UsageError& error) {
            return error.what();
        }
        return "accepted";
    }

    std::filesystem::path folder_;
};

TEST_F(Configuration, ModelsMayHavePricesOfTheirOwn) {
    const auto settings = with(
        "llm:\n  price_per_million_prompt_tokens: 1\n  prices:\n    dear:\n"
        "      per_million_prompt_tokens: 5\n      per_million_cached_tokens: 0.5\n");
    EXPECT_EQ(settings.llm.usual_prices.per_million_prompt_tokens, 1);
    EXPECT_EQ(settings.llm.usual_prices.per_million_cached_tokens, std::nullopt);
    const auto& dear = settings.llm.prices.at("dear");
    EXPECT_EQ(dear.per_million_prompt_tokens, 5);
    EXPECT_EQ(dear.per_million_cached_tokens, 0.5);
    EXPECT_EQ(dear.per_million_completion_tokens, 0);
    EXPECT_THAT(refusal("llm:\n  prices:\n    dear:\n      per_million_prompt_token: 5\n"),
                HasSubstr("per_million_prompt_tokens"));
    EXPECT_THAT(refusal("llm:\n  prices: 5\n"), HasSubstr("must be a mapping of models"));
}

TEST_F(Configuration, SpendingHasLimitsOnlyWhereTheyAreSet) {
    const auto settings = with("limits:\n  tokens_per_day: 5000\n  cost_per_run: 0.25\n");
    EXPECT_EQ(settings.limits.tokens_per_day, 5000U);
    EXPECT_EQ(settings.limits.cost_per_run, 0.25);
    EXPECT_EQ(settings.limits.cost_per_day, 0);
    EXPECT_EQ(settings.limits.tokens_per_run, 0U);
    EXPECT_THAT(refusal("limits:\n  cost_per_day: -1\n"), HasSubstr("limits.cost_per_day"));
}

TEST_F(Configuration, AWorldMayCountItsYears) {
    const auto eras = with(
                          "calendar:\n  eras:\n    - {names: [BBY], zero: 5000, backward: true}\n"
                          "    - {names: [ABY, after Yavin], zero: 5000}\n")
                          .calendar.eras;
    ASSERT_EQ(eras.size(), 2U);
    EXPECT_EQ(eras[0].names, std::vector<std::string>{"BBY"});
    EXPECT_EQ(eras[0].zero, 5000U);
    EXPECT_TRUE(eras[0].backward);
    EXPECT_EQ(eras[1].names.back(), "after Yavin");
    EXPECT_FALSE(eras[1].backward);
    EXPECT_THAT(refusal("calendar:\n  eras: [{names: [BBY]}]\n"), HasSubstr("eras[1] needs names"));
    EXPECT_THAT(refusal("calendar:\n  eras: [{names: [BBY], zero: 12000}]\n"),
                HasSubstr("calendar.eras[1].zero"));
    EXPECT_THAT(refusal("calendar:\n  eras: BBY\n"), HasSubstr("must be a list"));
}

TEST_F(Configuration, DefaultsOfTheFileAreThoseOfTheProgram) {
    const Settings read = load_settings(kDefaults, std::nullopt);
    const Settings built_in;
    EXPECT_EQ(read.llm.endpoint, built_in.llm.endpoint);
    EXPECT_EQ(read.llm.model, built_in.llm.model);
    EXPECT_EQ(read.llm.context_window, std::nullopt);
    EXPECT_EQ(read.llm.temperature, built_in.llm.temperature);
    EXPECT_EQ(read.llm.stream, built_in.llm.stream);
    EXPECT_EQ(read.llm.connect_timeout, built_in.llm.connect_timeout);
    EXPECT_EQ(read.llm.first_byte_timeout, built_in.llm.first_byte_timeout);
    EXPECT_EQ(read.llm.idle_timeout, built_in.llm.idle_timeout);
    EXPECT_EQ(read.llm.total_timeout, built_in.llm.total_timeout);
    EXPECT_EQ(read.llm.maximum_answer_bytes, built_in.llm.maximum_answer_bytes);
    EXPECT_EQ(read.llm.server_slots, built_in.llm.server_slots);
    EXPECT_EQ(read.llm.server_threads, built_in.llm.server_threads);
    EXPECT_EQ(read.llm.server_context, built_in.llm.server_context);
    EXPECT_EQ(read.llm.server_start_timeout, built_in.llm.server_start_timeout);
    EXPECT_EQ(read.llm.server_linger, built_in.llm.server_linger);
    EXPECT_EQ(read.cluster.minimum_free_megabytes, built_in.cluster.minimum_free_megabytes);
    EXPECT_EQ(read.cluster.start_timeout, built_in.cluster.start_timeout);
    EXPECT_EQ(read.chunk.maximum_tokens, built_in.chunk.maximum_tokens);
    EXPECT_EQ(read.chunk.overlap_tokens, built_in.chunk.overlap_tokens);
    EXPECT_EQ(read.chunk.minimum_tokens, built_in.chunk.minimum_tokens);
    EXPECT_EQ(read.chunk.characters_per_token, built_in.chunk.characters_per_token);
    EXPECT_EQ(read.chunk.vocabulary_file, built_in.chunk.vocabulary_file);
    EXPECT_EQ(read.chunk.vocabulary_rules, built_in.chunk.vocabulary_rules);
    EXPECT_EQ(read.chunk.safety_margin, built_in.chunk.safety_margin);
    EXPECT_EQ(read.chunk.locale, built_in.chunk.locale);
    EXPECT_EQ(read.governance.auto_promote_threshold, built_in.governance.auto_promote_threshold);
    EXPECT_EQ(read.governance.manual_review_threshold, built_in.governance.manual_review_threshold);
    EXPECT_EQ(read.work.concurrency, built_in.work.concurrency);
    EXPECT_EQ(read.work.poll_interval, built_in.work.poll_interval);
    EXPECT_EQ(read.work.heartbeat_interval, built_in.work.heartbeat_interval);
    EXPECT_EQ(read.work.grace, built_in.work.grace);
    EXPECT_EQ(read.work.claim_batch, built_in.work.claim_batch);
    EXPECT_EQ(read.work.completers, built_in.work.completers);
    EXPECT_EQ(read.work.connections, built_in.work.connections);
    EXPECT_EQ(read.work.endpoint_patience, built_in.work.endpoint_patience);
    EXPECT_EQ(read.queue.maximum_payload_bytes, built_in.queue.maximum_payload_bytes);
    EXPECT_EQ(read.doctor.long_transaction_seconds, built_in.doctor.long_transaction_seconds);
    EXPECT_EQ(read.ingest.maximum_page_bytes, built_in.ingest.maximum_page_bytes);
    EXPECT_EQ(read.log.level, built_in.log.level);
    EXPECT_EQ(read.log.maximum_megabytes, built_in.log.maximum_megabytes);
    EXPECT_EQ(read.log.files, built_in.log.files);
    EXPECT_EQ(read.retention.finished_jobs_days, built_in.retention.finished_jobs_days);
    EXPECT_EQ(read.retention.artifacts_days, built_in.retention.artifacts_days);
    EXPECT_EQ(read.retention.raw_payloads_days, built_in.retention.raw_payloads_days);
}

TEST_F(Configuration, EverySettingHasALineOfComment) {
    std::ifstream lines(kDefaults);
    const std::regex key("^ *(- )?[a-z_0-9]+: .*");
    std::string before;
    for (std::string line; std::getline(lines, line); before = line) {
        if (!std::regex_match(line, key)) continue;
        const bool own = line.find(" # ") != std::string::npos;
        EXPECT_TRUE(own || before.find("# ") != std::string::npos) << line;
    }
}

TEST_F(Configuration, DefaultsThatLackASettingAreRefused) {
    std::ifstream whole(kDefaults);
    std::ofstream cut(folder_ / "cut.yaml");
    for (std::string line; std::getline(whole, line);) {
        if (line.find("grace_ms") == std::string::npos) cut << line << '\n';
    }
    cut.close();
    try {
        (void)load_settings(folder_ / "cut.yaml", std::nullopt);
        FAIL();
    } catch (const UsageError& error) {
        EXPECT_THAT(error.what(), HasSubstr("work.grace_ms is missing"));
    }
}

TEST_F(Configuration, APersonsFileChangesOnlyWhatItNames) {
    const Settings settings = with(
        "llm:\n  endpoint: https://models.example/v1\n  model: 7\n  context_window: 32000\n"
        "  server: {slots: 2}\n"
        "cluster: {parameters: {shared_buffers: 64MB}}\n"
        "log: {level: debug}\n");
    EXPECT_FALSE(settings.llm.cache);
    EXPECT_TRUE(with("llm: {cache: on, cache_days: 7}\n").llm.cache);
    EXPECT_EQ(with("llm: {cache: off, cache_days: 7}\n").llm.cache_days, 7);
    EXPECT_EQ(settings.llm.endpoint, "https://models.example/v1");
    EXPECT_EQ(settings.llm.model, "7");
    EXPECT_EQ(settings.llm.context_window, 32'000U);
    EXPECT_EQ(settings.llm.server_slots, 2U);
    EXPECT_EQ(settings.llm.server_context, 16'384U);
    EXPECT_EQ(settings.cluster.parameters.at("shared_buffers"), "64MB");
    EXPECT_EQ(settings.log.level, "debug");
}

TEST_F(Configuration, AnEmptyFileChangesNothing) {
    EXPECT_EQ(with("").log.level, "info");
    EXPECT_EQ(with("# only a comment\n").log.level, "info");
}

TEST_F(Configuration, ATypoIsAnsweredWithFileLineAndTheNearestKey) {
    EXPECT_EQ(refusal("llm:\n  temprature: 0.5\n"),
              file("llm:\n  temprature: 0.5\n").string() +
                  ":2: there is no setting \"llm.temprature\"; did you mean \"temperature\"?");
    EXPECT_THAT(refusal("chunks: {}\n"), HasSubstr("did you mean \"chunk\"?"));
    EXPECT_THAT(refusal("log: {xyz: 1}\n"), HasSubstr("known here: level"));
    EXPECT_THAT(refusal("profiles:\n- {name: a, match: b, chunk: {max_tokens: 3}}\n"),
                HasSubstr("\"profiles[1].chunk.max_tokens\""));
}

TEST_F(Configuration, AKeyTwiceIsRefused) {
    EXPECT_THAT(refusal("log:\n  level: info\n  level: debug\n"),
                HasSubstr("own.yaml:3: log.level is set twice"));
    EXPECT_THAT(refusal("log: {}\nlog: {}\n"), HasSubstr(":2: log is set twice"));
    EXPECT_THAT(refusal("cluster: {parameters: {a: 1, a: 2}}\n"), HasSubstr("is set twice"));
}

TEST_F(Configuration, WrongTypesAreRefused) {
    EXPECT_THAT(refusal("llm: {stream: maybe}\n"),
                HasSubstr("llm.stream must be true or false, but is \"maybe\""));
    EXPECT_THAT(refusal("llm: {temperature: warm}\n"), HasSubstr("a number from 0 to 2"));
    EXPECT_THAT(refusal("llm: {temperature: .nan}\n"), HasSubstr("a number from 0 to 2"));
    EXPECT_THAT(refusal("llm: {model: [a]}\n"), HasSubstr("llm.model must be a text"));
    EXPECT_THAT(refusal("llm: {model: }\n"), HasSubstr("but is empty"));
    EXPECT_THAT(refusal("llm: local\n"), HasSubstr("llm must be a section"));
    EXPECT_THAT(refusal("- llm\n"), HasSubstr("the file must be a section"));
    EXPECT_THAT(refusal("profiles: {}\n"), HasSubstr("profiles must be a list"));
    EXPECT_THAT(refusal("profiles: [small]\n"), HasSubstr("profiles[1] must be a profile"));
    for (const char* bad :
         {"-1", "1.5", "1e3", "0x10", "\"4\"", "4 slots", "999999999999999999999"}) {
        EXPECT_THAT(refusal(std::string("llm: {server: {slots: ") + bad + "}}\n"),
                    HasSubstr("llm.server.slots must be a whole number from 1 to 256"))
            << bad;
    }
}

TEST_F(Configuration, ValuesOutOfRangeAreRefused) {
    EXPECT_THAT(refusal("llm: {temperature: 2.1}\n"), HasSubstr("but is \"2.1\""));
    EXPECT_THAT(refusal("llm: {endpoint: 'ftp://x'}\n"), HasSubstr("base URL"));
    EXPECT_THAT(refusal("llm: {model_sha256: abc}\n"), HasSubstr("64 hexadecimal digits"));
    EXPECT_THAT(refusal("llm: {total_timeout_ms: 0}\n"), HasSubstr("llm.total_timeout_ms"));
    EXPECT_THAT(refusal("log: {level: loud}\n"), HasSubstr("one of debug, info, warning, error"));
    EXPECT_THAT(refusal("llm: {cache: yes}\n"), HasSubstr("llm.cache must be one of off, on"));
    EXPECT_THAT(refusal("log: {files: 1}\n"), HasSubstr("log.files must be a whole number from 2"));
    EXPECT_THAT(refusal("doctor: {long_transaction_seconds: 0}\n"),
                HasSubstr("doctor.long_transaction_seconds must be"));
    EXPECT_THAT(refusal("log: {maximum_megabytes: 0}\n"),
                HasSubstr("log.maximum_megabytes must be"));
    EXPECT_THAT(refusal("chunk: {locale: '../en'}\n"), HasSubstr("language tag"));
    EXPECT_THAT(refusal("profiles:\n- {name: small, contract_versions: {entities: newest}}\n"),
                HasSubstr("a version such as 1.0.0"));
}

TEST_F(Configuration, AKeyInThePlaceOfItsVariablesNameIsNotRepeated) {
    const std::string answer = refusal("llm: {api_key_env: sk-very-secret}\n");
    EXPECT_THAT(answer, HasSubstr("the name of an environment variable"));
    EXPECT_THAT(answer, testing::Not(HasSubstr("secret")));
}

TEST_F(Configuration, ValuesThatDoNotGoTogetherAreRefused) {
    EXPECT_THAT(refusal("governance: {types: {relation: {auto_promote_threshold: 0.5}}}\n"),
                HasSubstr("own.yaml:1: governance.types.relation: manual_review_threshold (0.7)"));
    EXPECT_THAT(refusal("governance: {types: {relation: {auto_promote: 0.95}}}\n"),
                HasSubstr("known here: auto_promote_threshold, manual_review_threshold"));
    EXPECT_THAT(refusal("\ngovernance: {auto_promote_threshold: 0.6}\n"),
                HasSubstr("own.yaml:2: governance.manual_review_threshold (0.7) must not exceed"));
    EXPECT_THAT(refusal("chunk: {maximum_tokens: 900}\n"), HasSubstr("must be less than"));
    EXPECT_THAT(refusal("profiles:\n- {name: small, chunk: {minimum_tokens: 300}}\n"),
                HasSubstr("profile small: chunk.minimum_tokens (300)"));
    EXPECT_THAT(refusal("llm: {api_key_env: A, api_key_file: /b}\n"), HasSubstr("not both"));
}

TEST_F(Configuration, WhatIsNotYamlIsRefusedWithItsLine) {
    EXPECT_THAT(refusal("llm:\n  model: [a\n"), HasSubstr("own.yaml:"));
    EXPECT_THAT(refusal("llm:\n  model: [a\n"), HasSubstr("this is not YAML"));
    EXPECT_THAT(refusal("log: *nowhere\n"), HasSubstr("this is not YAML"));
    EXPECT_THAT(refusal("log: {}\n---\nlog: {}\n"), HasSubstr("one YAML document"));
    EXPECT_THAT(refusal("log: &again [*again]\n"), HasSubstr("log must be a section"));
    EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("this is not YAML"));
}

TEST_F(Configuration, AFileThatCannotBeReadIsNamed) {
    EXPECT_THROW((void)load_settings(kDefaults, folder_ / "missing.yaml"), UsageError);
    EXPECT_THROW((void)load_settings(kDefaults, folder_), UsageError);
}

TEST_F(Configuration, ProfilesOfAPersonComeFirstAndKnownOnesChangeInPlace) {
    const Settings settings = with(
        "chunk: {maximum_tokens: 6000}\n"
        "profiles:\n"
        "- {name: house, match: 'house-*', chunk: {maximum_tokens: 3000}, default_confidence: "
        "0.8}\n"
        "- {name: small, chunk: {maximum_tokens: 200}, contract_versions: {page_class: 1.2.3}}\n");
    ASSERT_EQ(settings.llm.profiles.size(), 3U);
    EXPECT_EQ(settings.llm.profiles[0].name, "house");
    EXPECT_EQ(settings.llm.profiles[0].chunk_overlap_tokens, 1000U);
    EXPECT_EQ(settings.llm.profiles[1].name, "small");
    EXPECT_EQ(settings.llm.profiles[1].chunk_maximum_tokens, 200U);
    EXPECT_EQ(settings.llm.profiles[1].chunk_minimum_tokens, 60U);
    EXPECT_EQ(settings.llm.profiles[1].contract_versions.at("page_class"), "1.2.3");
    EXPECT_EQ(settings.llm.profiles[2].name, "able");
    EXPECT_EQ(settings.llm.profiles[2].chunk_maximum_tokens, 6000U);
    EXPECT_THAT(refusal("profiles:\n- {name: a, match: b}\n- {name: a, match: c}\n"),
                HasSubstr("already in this list"));
    EXPECT_THAT(refusal("profiles:\n- {name: a}\n"), HasSubstr("has no match"));
}

TEST_F(Configuration, SmallModelsAreKnownByTheirNames) {
    const Settings settings = load_settings(kDefaults, std::nullopt);
    for (const char* small :
         {"default", "Qwen2.5-Coder-1.5B-Instruct-Q4_K_M.gguf", "SmolLM2-135M-Instruct",
          "/models/SmolLM2-360M.gguf", "gemma-3-270m-it", "qwen2.5:0.5b", "Llama-3.2-1B",
          "llama3.2:3b", "gemma-2-2b-it", "Qwen3-0.6B-Q8_0"}) {
        EXPECT_EQ(profile_for(settings, small).name, "small") << small;
    }
    for (const char* able :
         {"gpt-4o-mini", "Mistral-7B-Instruct", "llama-3.1-8b", "solar-10.7b", "Qwen3-30B-A3B",
          "claude-sonnet", "gemma-2-27b", "Llama-13b", "x-1bit"}) {
        EXPECT_EQ(profile_for(settings, able).name, "able") << able;
    }
    EXPECT_EQ(profile_for(settings, "default").chunk_maximum_tokens, 260U);
    EXPECT_EQ(profile_for(settings, "gpt-4o").chunk_maximum_tokens, 8000U);
}

TEST(Profiles, WithoutAFittingOneTheModelIsNamed) {
    Settings settings;
    settings.llm.profiles.push_back(
        {.name = "one", .match = "alpha|beta*", .contract_versions = {}});
    EXPECT_EQ(profile_for(settings, "BETA-2").name, "one");
    EXPECT_THROW((void)profile_for(settings, "gamma"), UsageError);
    EXPECT_THROW((void)profile_for(settings, ""), UsageError);
}

}  // namespace
}  // namespace almagest::config
