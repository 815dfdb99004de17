#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "contract/job_folder.h"
#include "contract/job_type.h"
#include "error/error.h"

namespace almagest::contract {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const char* const job = R"(job_type: name_things
version: 1.2.0
description: "Names things"
unit: chunk
handler: dbo.usp_process_name_things_output
priority: 60
output_reserve_tokens: 400
grounding:
  - items: things
    mentions: [name]
    sentence: sentence
    time_bounds: true
)";
const char* const prompt =
    "# system\nYou name things.\n\n# user\n{{sentences}}\n# Not a part\nGo.\n";
const char* const schema =
    R"({"type":"object","required":["things"],"properties":{"things":{"type":"array",
  "items":{"type":"object","properties":{"name":{"type":"string"},"sentence":{"type":"integer"}}}}}})";

class RegistryTest : public testing::Test {
  protected:
    RegistryTest() {
        auto pattern = (fs::temp_directory_path() / "contracts-XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
    }
    ~RegistryTest() override { fs::remove_all(root_); }

    void put(const fs::path& file, const std::string& text) const {
        fs::create_directories((root_ / file).parent_path());
        std::ofstream(root_ / file) << text;
    }
    void put_type(const std::string& name = "name_things", const std::string& version = "1.2.0",
                  const std::string& more = "") const {
        auto text = std::string(job) + more;
        const auto replace = [&](const std::string& from, const std::string& to) {
            text.replace(text.find(from), from.size(), to);
        };
        replace("name_things\n", name + "\n");
        replace("1.2.0", version);
        put(fs::path(name) / version / "job.yaml", text);
        put(fs::path(name) / version / "prompt.md", prompt);
        put(fs::path(name) / version / "output.schema.json", schema);
    }
    [[nodiscard]] std::string refusal() const {
        try {
            (void)Registry::load(root_);
        } catch (const UsageError& error) {
            return error.what();
        }
        return "nothing was refused";
    }

    fs::path root_;
    const fs::path folder_ = "name_things/1.2.0";
};

TEST_F(RegistryTest, ReadsAFolderWhole) {
    put_type();
    const auto registry = Registry::load(root_);
    ASSERT_EQ(registry.all().size(), 1U);
    const auto& type = registry.find("name_things");
    EXPECT_EQ(type.version, (Version{1, 2, 0}));
    EXPECT_EQ(type.description, "Names things");
    EXPECT_EQ(type.unit, Unit::chunk);
    EXPECT_EQ(type.priority, 60);
    EXPECT_EQ(type.max_attempts, 3U);
    EXPECT_EQ(type.output_reserve_tokens, 400U);
    EXPECT_TRUE(type.asks_model());
    ASSERT_EQ(type.grounding.size(), 1U);
    EXPECT_EQ(type.grounding[0].mentions, std::vector<std::string>{"name"});
    EXPECT_TRUE(type.grounding[0].time_bounds);
    ASSERT_EQ(type.prompt.size(), 2U);
    EXPECT_EQ(type.prompt[1].text, "{{sentences}}\n# Not a part\nGo.");
    EXPECT_EQ(type.settings["priority"], 60);
    EXPECT_EQ(type.output_schema["type"], "object");
    EXPECT_EQ(type.sha256.size(), 64U);
}

TEST_F(RegistryTest, TheHashChangesWithEveryFileAndWithNothingElse) {
    put_type();
    const auto before = Registry::load(root_).find("name_things").sha256;
    put(folder_ / "README.md", "remarks");
    EXPECT_EQ(Registry::load(root_).find("name_things").sha256, before);
    put(folder_ / "prompt.md", std::string(prompt) + " ");
    EXPECT_NE(Registry::load(root_).find("name_things").sha256, before);
}

TEST_F(RegistryTest, FindsTheNewestVersionByNumberAndAnyByName) {
    for (const char* version : {"1.2.0", "1.10.0", "1.9.9"}) put_type("name_things", version);
    const auto registry = Registry::load(root_);
    EXPECT_EQ(registry.find("name_things").version.text(), "1.10.0");
    EXPECT_EQ(registry.find("name_things", Version{1, 9, 9}).version.text(), "1.9.9");
    EXPECT_THROW((void)registry.find("name_things", Version{2, 0, 0}), UsageError);
    EXPECT_THROW((void)registry.find("other"), UsageError);
}

TEST_F(RegistryTest, AStepOfTheProgramNeedsNoPrompt) {
    put("cut_pages/1.0.0/job.yaml",
        "job_type: CUT_PAGES\nversion: 1.0.0\nunit: page\nhandler: program:cut_pages\n");
    put_type("name_things", "1.2.0", "after: CUT_PAGES\n");
    const auto registry = Registry::load(root_);
    EXPECT_FALSE(registry.find("CUT_PAGES").asks_model());
    EXPECT_EQ(registry.find("name_things").after, "CUT_PAGES");
}

TEST_F(RegistryTest, ATypeWithoutAPromptIsItsProceduresWorkAlone) {
    put("tidy_names/1.0.0/job.yaml",
        "job_type: tidy_names\nversion: 1.0.0\nunit: page\nhandler: dbo.usp_tidy_names\n");
    put("tidy_names/1.0.0/input.schema.json",
        R"({"type": "object", "required": ["names"], "properties": {"names": {"type": "array"}}})");
    const auto registry = Registry::load(root_);
    const auto& type = registry.find("tidy_names");
    EXPECT_FALSE(type.asks_model());
    EXPECT_EQ(type.input_schema.at("required").at(0), "names");
    put("tidy_names/1.0.0/prompt.md", "# user\nTidy.\n");
    EXPECT_THROW((void)Registry::load(root_), UsageError);
}

TEST_F(RegistryTest, RefusesFoldersWithTheirNameAndTheCause) {
    struct Broken {
        fs::path file;
        std::string text;
        std::string cause;
    };
    const std::string good = job;
    const auto with = [&](const std::string& from, const std::string& to) {
        auto text = good;
        text.replace(text.find(from), from.size(), to);
        return text;
    };
    for (const auto& [file, text, cause] : std::vector<Broken>{
             {"job.yaml", good + "prioritty: 1\n", "unknown key \"prioritty\""},
             {"job.yaml", good + "priority: 2\n", "\"priority\" occurs twice"},
             {"job.yaml", with("priority: 60", "priority: 101"),
              "not a whole number from 0 to 100"},
             {"job.yaml", with("priority: 60", "priority: \"60\""), "not a whole number"},
             {"job.yaml", with("unit: chunk", "unit: word"), "neither page nor chunk"},
             {"job.yaml", with("version: 1.2.0", "version: 1.2.x"), "is no version"},
             {"job.yaml", with("version: 1.2.0", "version: 1.3.0"), "says version 1.3.0"},
             {"job.yaml", with("job_type: name_things", "job_type: other"), "must be named other/"},
             {"job.yaml",
              with("handler: dbo.usp_process_name_things_output", "handler: drop table"),
              "neither schema.procedure nor"},
             {"job.yaml", with("    sentence: sentence", "    sentense: sentence"),
              "unknown key \"sentense\""},
             {"job.yaml", with("mentions: [name]", "mentions: [label]"),
              "grounds \"things\" by \"label\""},
             {"job.yaml", with("items: things", "items: entities"), "grounds \"entities\""},
             {"job.yaml", good + "after: nothing_known\n", "\"after\" names nothing_known"},
             {"job.yaml", good + "after: name_things\n", "circle"},
             {"job.yaml", "a: [", "line"},
             {"job.yaml", "- 1\n", "no YAML mapping"},
             {"job.yaml", "", "no YAML mapping"},
             {"prompt.md", "Hello\n# user\nx", "text before its first part"},
             {"prompt.md", "# system\nx\n# user\n{{passages}}", "unknown placeholder {{passages}}"},
             {"prompt.md", "# system\nx\n# user\n", "empty part \"# user\""},
             {"prompt.md", "# user\nx\n# assistant\ny", "does not end with a part \"# user\""},
             {"prompt.md", "# user\nx\n# system\ny\n# user\nz", "not as its first part"},
             {"prompt.md", "# assistant\nx\n# user\ny", "continues no other"},
             {"prompt.md", "# user\n\xFF", "not UTF-8"},
             {"output.schema.json", "{", "no JSON"},
             {"output.schema.json", R"({"type":"object","type":"object"})", "occurs twice"},
             {"output.schema.json", R"({"format":"date"})", "format"},
             {"output.schema.json",
              R"({"properties":{"things":{"type":"array","x-narrow":"all","items":{}}}})",
              "x-narrow"},
             {"prompt.md~", "x", "prompt.md~ is no file of a contract"}}) {
        fs::remove_all(root_ / "name_things");
        put_type();
        put(folder_ / file, text);
        EXPECT_THAT(refusal(), AllOf(HasSubstr("name_things"), HasSubstr(cause))) << file << "\n"
                                                                                  << text;
    }
    for (const char* file : {"job.yaml", "prompt.md", "output.schema.json"}) {
        put_type();
        fs::remove(root_ / folder_ / "prompt.md~");
        fs::remove(root_ / folder_ / file);
        EXPECT_THAT(refusal(), HasSubstr(std::string(file) + " is missing"));
    }
    EXPECT_THROW((void)Registry::load(root_ / "absent"), UsageError);
}

TEST_F(RegistryTest, AliasesCannotMakeASmallFileLarge) {
    std::string text = "a: &a [1,1,1,1,1,1,1,1,1,1]\n";
    for (char c = 'b'; c < 'i'; ++c) {
        const std::string before(1, static_cast<char>(c - 1));
        text += std::string(1, c) + ": &" + c + " [*" + before + ",*" + before + ",*" + before +
                ",*" + before + ",*" + before + "]\n";
    }
    put_type();
    put(folder_ / "job.yaml", text);
    EXPECT_THAT(refusal(), HasSubstr("more than 10000 values"));
}

TEST(Registry, ReadsTheContractsOfTheTree) {
    const auto registry = Registry::load(fs::path(ALMAGEST_SOURCE_DIR) / "contracts");
    for (const char* type : {"CHUNK_SOURCE", "page_classification", "entity_extraction",
                             "relationship_extraction", "passage_extraction", "event_extraction",
                             "work_extraction", "entity_dedupe", "knowledge_extraction"}) {
        EXPECT_NO_THROW((void)registry.find(type)) << type;
    }
}

TEST(Version, IsThreePlainNumbers) {
    EXPECT_EQ(Version::parse("10.0.3").text(), "10.0.3");
    EXPECT_LT(Version::parse("1.9.0"), Version::parse("1.10.0"));
    for (const char* bad : {"", "1", "1.0", "1.0.0.0", "1.0.0-rc", "01.0.0", "1..0", "v1.0.0",
                            "1.0.-1", " 1.0.0", "1.0.99999999999"}) {
        EXPECT_THROW((void)Version::parse(bad), UsageError) << bad;
    }
}

}  // namespace
}  // namespace almagest::contract
