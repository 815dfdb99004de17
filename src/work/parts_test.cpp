#include "work/parts.h"

#include <gtest/gtest.h>

#include "work/call.h"

namespace almagest::work {
namespace {

using nlohmann::json;

contract::JobType with_lists(const std::vector<std::string>& names) {
    contract::JobType type;
    for (const auto& name : names) type.grounding.push_back({.items = name});
    return type;
}

contract::Passage passage() {
    auto passage = passage_of("A page", "# Head\n\nAda sat. Bo ran. Cy slept. Di wept.", 100, "en");
    passage.entity_names = {"Ada", "Cy", "Di"};
    passage.entity_types = {"person", "person", "person"};
    return passage;
}

json output_up_to(std::size_t char_start) {
    return {{"items", {{{"name", "x"}, {"evidence", {{{"char_start", char_start}}}}}}}};
}

TEST(Parts, GoOnFromTheSentenceOfTheLastItem) {
    const auto whole = passage();
    ASSERT_EQ(whole.sentences.size(), 4U);
    const auto place = 100 + whole.sentences[2].start;
    const auto parts = parts_left(with_lists({"items"}), whole, output_up_to(place), "en");
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].sentences.size(), 2U);
    EXPECT_NE(parts[0].text.find("Cy slept. Di wept."), std::string::npos);
    EXPECT_EQ(parts[0].text.find("Bo"), std::string::npos);
    EXPECT_EQ(parts[0].entity_names, (std::vector<std::string>{"Cy", "Di"}));
    EXPECT_EQ(parts[0].entity_types.size(), 2U);
    EXPECT_EQ(parts[0].page_title, "A page");
}

TEST(Parts, RestoreThePassageAndItsOffsets) {
    const auto whole = passage();
    for (const auto& type : {with_lists({"items"}), with_lists({"items", "others"})}) {
        const auto parts =
            parts_left(type, whole, output_up_to(100 + whole.sentences[0].start), "en");
        ASSERT_EQ(parts.size(), 2U);
        EXPECT_EQ(parts[0].text + parts[1].text, whole.text);
        EXPECT_EQ(parts[0].offset, 100U);
        EXPECT_EQ(parts[1].offset, 100 + text::code_point_count(parts[0].text));
        EXPECT_EQ(parts[0].headings.size(), 1U);
        EXPECT_EQ(parts[0].sentences.size() + parts[1].sentences.size(), 4U);
    }
}

TEST(Parts, OfOneSentenceThereAreNone) {
    const auto one = passage_of("", "Ada sat.", 0, "en");
    EXPECT_TRUE(parts_left(with_lists({"items"}), one, output_up_to(0), "en").empty());
}

TEST(Parts, AppendWhatIsNotThereYet) {
    json gathered;
    append_output(&gathered,
                  {{"items", {{{"name", "Ada"}, {"confidence", 0.9}}}}, {"others", json::array()}});
    const auto fresh = append_output(
        &gathered,
        {{"items", {{{"name", "Ada"}, {"confidence", 0.8}}, {{"name", "Bo"}}}}, {"others", {1}}});
    EXPECT_EQ(fresh, json({{"items", {{{"name", "Bo"}}}}, {"others", {1}}}));
    EXPECT_EQ(gathered, json({{"items", {{{"name", "Ada"}, {"confidence", 0.9}}, {{"name", "Bo"}}}},
                              {"others", {1}}}));
}

}  // namespace
}  // namespace almagest::work
