#include "work/job_input.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "error/error.h"
#include "work/call.h"

namespace almagest::work {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

const contract::Registry& registry() {
    static const auto read =
        contract::Registry::load(std::filesystem::path(ALMAGEST_SOURCE_DIR) / "contracts");
    return read;
}

store::ClaimedJob job() {
    store::ClaimedJob job;
    job.job_id = 7;
    job.job_type = "entity_extraction";
    job.contract_version = "1.0.0";
    job.correlation_id = "01890a5d-ac96-774b-bcce-b302099a8057";
    job.source_page_id = 3;
    job.chunk_id = 4;
    job.attempts = 1;
    return job;
}

Evidence evidence() {
    Evidence evidence;
    evidence.passage = passage_of("A page", "Ada sat. Bo ran.", 10, "en");
    evidence.bundle = ordered_json::parse(R"({
        "version":"1.0.0",
        "bounding_policy":{"strategy":"chunk","maximum_tokens":260,"maximum_items":null},
        "items":[{"source_page_id":3,"chunk_id":4,"locator":"a.txt","title":"A page","page_type":null,
                  "char_start":10,"char_end":26,"source_characters":90,"content":"Ada sat. Bo ran."}]})");
    return evidence;
}

TEST(JobInput, IsAnEnvelopeAroundItsEvidence) {
    const auto input = job_input(registry(), job(), evidence());
    EXPECT_EQ(input["envelope_version"], "1.0.0");
    EXPECT_EQ(input["job_type"], "entity_extraction");
    EXPECT_EQ(input["evidence"]["items"][0]["content"], "Ada sat. Bo ran.");
    EXPECT_EQ(input["evidence_refs"],
              ordered_json::parse(
                  R"([{"source_page_id":3,"chunk_id":4,"char_start":10,"char_end":26}])"));
}

TEST(JobInput, IsRefusedWhenItBreaksItsSchema) {
    auto nameless = job();
    nameless.correlation_id = "";
    EXPECT_THROW((void)job_input(registry(), nameless, evidence()), PermanentError);
    auto boundless = evidence();
    boundless.bundle["bounding_policy"]["strategy"] = "whatever";
    EXPECT_THROW((void)job_input(registry(), job(), boundless), PermanentError);
}

TEST(JobInput, HoldsAPassageOfAnyLength) {
    auto wide = evidence();
    const std::string content(2'000'000, 'a');
    wide.bundle["items"][0]["content"] = content;
    EXPECT_EQ(job_input(registry(), job(), wide)["evidence"]["items"][0]["content"], content);
}

TEST(JobInput, APartHasTheSourceOfTheWhole) {
    const auto whole = evidence();
    const auto part = part_of(whole, passage_of("A page", "Bo ran.", 19, "en"));
    const auto& item = part.bundle["items"][0];
    EXPECT_EQ(item["char_start"], 19);
    EXPECT_EQ(item["char_end"], 26);
    EXPECT_EQ(item["locator"], "a.txt");
    EXPECT_EQ(part.bundle["bounding_policy"]["strategy"], "chunk_part");
    EXPECT_NO_THROW((void)job_input(registry(), job(), part));
}

TEST(JobInput, AnEntitysAccountIsBounded) {
    auto match = json::parse(R"({"entity_id":12,"name":"Ada","type":"person","aliases":["A. B."],
        "relations":[],"evidence":[{"quote":"Ada"},{"quote":"Ada"}]})");
    for (int i = 0; i < 20; ++i)
        match["relations"].push_back({{"direction", i % 2 ? "in" : "out"},
                                      {"relation_type", "met"},
                                      {"other", {{"name", "Bo"}}},
                                      {"evidence", {{{"quote", "Meeting " + std::to_string(i)}}}}});
    const auto account = entity_account(match, 8);
    EXPECT_EQ(account["relations"].size(), 8U);
    EXPECT_EQ(account["relations"][0], "Ada met Bo");
    EXPECT_EQ(account["relations"][1], "Bo met Ada");
    EXPECT_EQ(account["quotes"].size(), 8U);
}

}  // namespace
}  // namespace almagest::work
