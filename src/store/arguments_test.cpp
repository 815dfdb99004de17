#include "store/arguments.h"

#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "error/error.h"
#include "store/database.h"
#include "store/shared_cluster.h"

namespace almagest::store {
namespace {

TEST(Arguments, ValuesArriveAsTheyWere) {
    Connection connection(SharedCluster::empty_database(), "test");
    const std::vector<std::string> texts{"plain", "a,b",  "\"quoted\"", "back\\slash", "{brace}",
                                         "",      "NULL", "two words",  "星\n"};
    const std::vector<std::int64_t> numbers{-1, 0, 9'007'199'254'740'993};
    const nlohmann::json document{{"name", "it's \"odd\" \\ 星"}, {"n", 0.5}};
    const auto arguments = Arguments()
                               .add_array(texts)
                               .add_array(numbers)
                               .add(document)
                               .add(std::optional<std::string>())
                               .add(0.1)
                               .add(true);
    connection.transaction([&](pqxx::work& work) {
        const auto row = arguments.run1(work,
                                        "SELECT to_json($1::text[]), to_json($2::bigint[]), "
                                        "$3::jsonb, $4::text IS NULL, $5::float8, "
                                        "$6::boolean");
        EXPECT_EQ(json_of(row[0]), nlohmann::json(texts));
        EXPECT_EQ(json_of(row[1]), nlohmann::json(numbers));
        EXPECT_EQ(json_of(row[2]), document);
        EXPECT_TRUE(row[3].as<bool>());
        EXPECT_EQ(row[4].as<double>(), 0.1);
        EXPECT_TRUE(row[5].as<bool>());
    });
}

TEST(Arguments, EmptyListsAreAnArrayOrNullAsAsked) {
    Connection connection(SharedCluster::empty_database(), "test");
    const std::vector<std::string> none;
    const auto arguments = Arguments().add_array(none).add_or_null(none);
    connection.transaction([&](pqxx::work& work) {
        const auto row = arguments.run1(work, "SELECT cardinality($1::text[]), $2::text[] IS NULL");
        EXPECT_EQ(row[0].as<int>(), 0);
        EXPECT_TRUE(row[1].as<bool>());
    });
}

TEST(Arguments, WhatPostgresCannotStoreIsRefusedInsteadOfCut) {
    EXPECT_THROW(Arguments().add(std::string("a\0b", 3)), PermanentError);
    EXPECT_THROW(Arguments().add(nlohmann::json{{"name", "\xff"}}), PermanentError);
}

}  // namespace
}  // namespace almagest::store
