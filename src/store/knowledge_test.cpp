#include "store/knowledge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <string>

#include "error/error.h"
#include "store/queue.h"
#include "store/shared_cluster.h"
#include "store/sources.h"

namespace almagest::store {
namespace {

using testing::IsEmpty;

class KnowledgeTest : public testing::Test {
  protected:
    KnowledgeTest()
        : connection_(SharedCluster::migrated_database(), "test"),
          sources_(connection_),
          knowledge_(connection_),
          queue_(connection_) {}

    static NewPage page(const std::string& text) {
        NewPage page;
        page.locator = "file:lyra.txt";
        page.media_type = "text/plain";
        page.charset = "utf-8";
        page.title = "Lyra";
        page.text = text;
        page.raw = text + std::string("\0\xff'\\", 4);
        return page;
    }

    void register_chunking() {
        (void)knowledge_.register_job_type({{"job_type", "CHUNK_SOURCE"},
                                            {"version", "1.0.0"},
                                            {"unit", "page"},
                                            {"handler", "vector.usp_process_chunk_source_output"},
                                            {"sha256", "one"}});
    }

    IngestedPage ingest(const NewPage& page) { return sources_.take_in(1, {page}).pages.front(); }

    Connection connection_;
    Sources sources_;
    Knowledge knowledge_;
    Queue queue_;
};

TEST_F(KnowledgeTest, ATenantIsMadeOnce) {
    EXPECT_EQ(knowledge_.ensure_tenant("default"), 1);
    const auto made = knowledge_.ensure_tenant("observatory");
    EXPECT_NE(made, 1);
    EXPECT_EQ(knowledge_.ensure_tenant("observatory"), made);
}

TEST_F(KnowledgeTest, TheSameBytesAreTheSamePageAndOthersItsNextVersion) {
    const auto first = ingest(page("Vega shines in Lyra."));
    EXPECT_TRUE(first.is_new);
    EXPECT_EQ(first.version, 1);
    const auto again = ingest(page("Vega shines in Lyra."));
    EXPECT_FALSE(again.is_new);
    EXPECT_EQ(again.source_page_id, first.source_page_id);
    EXPECT_EQ(again.correlation_id, first.correlation_id);
    const auto changed = ingest(page("Vega shines bright in Lyra."));
    EXPECT_TRUE(changed.is_new);
    EXPECT_EQ(changed.version, 2);

    const auto stored = knowledge_.page(first.source_page_id);
    EXPECT_EQ(stored.title, "Lyra");
    EXPECT_EQ(stored.text, "Vega shines in Lyra.");
    EXPECT_EQ(stored.locator, "file:lyra.txt");
    EXPECT_EQ(stored.primary_type, "");
}

TEST_F(KnowledgeTest, RawBytesAreKeptAsTheyCame) {
    const auto wanted = page("Vega");
    (void)ingest(wanted);
    connection_.transaction([&](pqxx::work& work) {
        const auto row = work.exec1("SELECT raw FROM ingest.ingest_record");
        EXPECT_EQ(pqxx::binarystring(row[0]).str(), wanted.raw);
    });
}

TEST_F(KnowledgeTest, ATextWithAZeroByteIsRefused) {
    EXPECT_THROW((void)ingest(page(std::string("Ve\0ga", 5))), PermanentError);
}

TEST_F(KnowledgeTest, APageIsReadInChunks) {
    register_chunking();
    const auto batch = sources_.take_in(1, {page("Vega – a star. Lyra – its home.")});
    const auto ingested = batch.pages.front();
    EXPECT_EQ(batch.jobs, 1);
    EXPECT_EQ(sources_.begin_reading(ingested.source_page_id), 0);
    const auto jobs = queue_.claim("worker", {{}, {ingested.source_page_id}, {}}, 10);
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs.front().source_page_id, ingested.source_page_id);
    EXPECT_EQ(jobs.front().correlation_id, ingested.correlation_id);
    const nlohmann::json output{
        {"chunks",
         {{{"char_start", 0}, {"char_end", 14}, {"fresh_start", 0}, {"token_count", 5}},
          {{"char_start", 15}, {"char_end", 31}, {"fresh_start", 15}, {"token_count", 5}}}},
        {"policy", {{"strategy", "sentence"}}}};
    (void)queue_.complete(jobs.front(),
                          {"", "vector.usp_process_chunk_source_output", output, nullptr});

    const auto ids = knowledge_.rows(
        "SELECT chunk_id FROM vector.chunk WHERE source_page_id = $1::bigint "
        "ORDER BY chunk_index",
        {std::to_string(ingested.source_page_id)});
    ASSERT_EQ(ids.size(), 2U);
    const auto second = knowledge_.chunk(ids[1]["chunk_id"].get<std::int64_t>());
    EXPECT_EQ(second.source_page_id, ingested.source_page_id);
    EXPECT_EQ(second.content, "Lyra – its home.");
    EXPECT_EQ(second.char_start, 15);
    EXPECT_EQ(second.char_end, 31);
    EXPECT_EQ(second.chunk_index, 1);
    EXPECT_THAT(knowledge_.chunk_entities(ids[1]["chunk_id"].get<std::int64_t>()), IsEmpty());
    EXPECT_EQ(knowledge_.run_summary(1, {ingested.source_page_id})["chunks"], 2);
}

TEST_F(KnowledgeTest, WhatIsUnknownIsNullOrUsage) {
    EXPECT_TRUE(knowledge_.show_entity(1, "Vega").is_null());
    EXPECT_THROW((void)knowledge_.page(1234), UsageError);
    EXPECT_THROW((void)knowledge_.chunk(1234), UsageError);
    EXPECT_THROW((void)sources_.begin_reading(1234), UsageError);
}

TEST_F(KnowledgeTest, ThresholdsAreSetForATenant) {
    config::GovernanceSettings governance{0.95, 0.6, {{"relation", {0.99, std::nullopt}}}};
    knowledge_.set_thresholds(1, governance);
    const auto set = knowledge_.rows(
        "SELECT auto_promote, manual_review FROM dbo.governance_threshold WHERE tenant_id = "
        "$1::int ORDER BY item_type",
        {"1"});
    ASSERT_EQ(set.size(), 2U);
    EXPECT_EQ(set[0], (nlohmann::json{{"auto_promote", 0.95}, {"manual_review", 0.6}}));
    EXPECT_EQ(set[1], (nlohmann::json{{"auto_promote", 0.99}, {"manual_review", 0.6}}));
    governance.types = {{"relations", {}}};
    EXPECT_THROW(knowledge_.set_thresholds(1, governance), UsageError);
}

TEST_F(KnowledgeTest, RowsComeAsObjectsInOrder) {
    EXPECT_EQ(
        knowledge_.rows("SELECT n, $1::text AS name FROM generate_series(1, 2) n ORDER BY n DESC",
                        {"it's"}),
        (nlohmann::json::array({{{"n", 2}, {"name", "it's"}}, {{"n", 1}, {"name", "it's"}}})));
    EXPECT_EQ(knowledge_.rows("SELECT 1 WHERE false"), nlohmann::json::array());
}

}  // namespace
}  // namespace almagest::store
