#include "store/sqlstate.h"

#include <gtest/gtest.h>

#include <string>

namespace almagest::store {
namespace {

TEST(Sqlstate, OurOwnCodesHaveTheDocumentedRemedies) {
    EXPECT_EQ(remedy_of("AL001"), Remedy::lease_lost);
    for (const auto* usage : {"AL002", "AL004", "AL005"}) {
        EXPECT_EQ(remedy_of(usage), Remedy::usage) << usage;
    }
    for (const auto* permanent : {"AL003", "AL006"}) {
        EXPECT_EQ(remedy_of(permanent), Remedy::none) << permanent;
    }
}

TEST(Sqlstate, WhatPassesByItselfIsRetried) {
    for (const auto* passing : {"40001", "40P01", "53100", "53300", "08006", "57P01", "57P03",
                                "57P05", "55P03", "57014", "25P03", "25006"}) {
        EXPECT_EQ(remedy_of(passing), Remedy::retry) << passing;
    }
}

TEST(Sqlstate, EverythingElseIsPermanent) {
    for (const auto* permanent : {"23505", "22P02", "42601", "P0001", "55006", "57000", "54000",
                                  "XX000", "", "4", "AL999"}) {
        EXPECT_EQ(remedy_of(permanent), Remedy::none) << permanent;
    }
}

TEST(Sqlstate, ThrownErrorsKeepTheirSqlstateAndType) {
    EXPECT_THROW(throw_database_error("AL001", "x"), LeaseLost);
    EXPECT_THROW(throw_database_error("AL002", "x"), UsageError);
    EXPECT_THROW(throw_database_error("40P01", "x"), TransientError);
    try {
        throw_database_error("23505", "a key is taken");
    } catch (const PermanentError& error) {
        EXPECT_EQ(sqlstate_of(error), "23505");
        EXPECT_STREQ(error.what(), "a key is taken");
    }
    EXPECT_EQ(sqlstate_of(PermanentError("of no database")), "");
}

TEST(Sqlstate, AServersMessageBecomesOneLine) {
    const std::string message =
        "ERROR:  duplicate key value violates unique constraint \"star_pkey\"\n"
        "DETAIL:  Key (star_id)=(7) already exists.\n"
        "CONTEXT:  PL/pgSQL function dbo.usp_star(jsonb) line 3 at SQL statement\n";
    EXPECT_EQ(
        one_sentence(message, "23505"),
        "duplicate key value violates unique constraint \"star_pkey\"; Key (star_id)=(7) already "
        "exists. in PL/pgSQL function dbo.usp_star(jsonb) line 3 at SQL statement (SQLSTATE "
        "23505)");
    EXPECT_EQ(
        one_sentence("ERROR:  job 7 is not yours\nCONTEXT:  PL/pgSQL function f()\n", "AL001"),
        "job 7 is not yours");
    EXPECT_EQ(one_sentence("", ""), "the database gave no reason");
}

TEST(Sqlstate, TheLineOfAStatementIsRead) {
    EXPECT_EQ(
        statement_line("ERROR:  syntax error at or near \"creat\"\nLINE 12: creat table\n    ^"),
        12);
    EXPECT_EQ(statement_line("ERROR:  division by zero"), 0);
}

}  // namespace
}  // namespace almagest::store
