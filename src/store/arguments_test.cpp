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

int prepared_answer(Connection& connection, int number) {
    int answer = 0;
    connection.one_statement([&](pqxx::transaction_base& work) {
        answer = Arguments().add(number).run1_prepared(work, "SELECT answer($1::int)")[0].as<int>();
    });
    return answer;
}

TEST(Arguments, APreparedStatementOutlivesRollbacksLostConnectionsAndReplacedFunctions) {
    const auto conninfo = SharedCluster::empty_database();
    Connection connection(conninfo, "test");
    Connection other(conninfo, "other");
    const std::string function = "(n int) RETURNS int LANGUAGE sql AS ";
    other.statement("CREATE FUNCTION answer" + function + "'SELECT 1 / n'");
    EXPECT_THROW((void)prepared_answer(connection, 0), PermanentError);
    EXPECT_EQ(prepared_answer(connection, 1), 1);
    int pid = 0;
    connection.transaction([&](pqxx::work& work) {
        pid = work.exec1("SELECT pg_backend_pid()")[0].as<int>();
        const auto prepared = work.exec1("SELECT count(*) FROM pg_prepared_statements");
        EXPECT_EQ(prepared[0].as<int>(), 1);
    });
    other.statement("CREATE OR REPLACE FUNCTION answer" + function + "'SELECT n + 41'");
    EXPECT_EQ(prepared_answer(connection, 1), 42);
    other.statement("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 10000)");
    EXPECT_EQ(prepared_answer(connection, 1), 42);
}

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
