#include "store/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <pqxx/pqxx>
#include <string>

#include "error/error.h"
#include "store/shared_cluster.h"
#include "system/sha256.h"

namespace almagest::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A small database/ of its own, and an empty database for it.
class Migrations : public testing::Test {
  protected:
    Migrations() : connection_(SharedCluster::empty_database(), "test") {
        std::string name = "/tmp/alm-sql.XXXXXX";
        folder_ = mkdtemp(name.data());
        write("migrations/0001_star.sql", "CREATE TABLE star (name text);\n");
        write("procedures/public/fn_stars.sql",
              "CREATE OR REPLACE FUNCTION fn_stars() RETURNS bigint LANGUAGE sql AS "
              "'SELECT count(*) FROM star';\n");
        write("views/public/vw_star.sql",
              "CREATE OR REPLACE VIEW vw_star AS SELECT name FROM star;\n");
    }
    ~Migrations() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name) << text;
    }

    MigrationReport migrate_now() { return migrate(connection_, folder_); }

    std::string failure() {
        try {
            (void)migrate_now();
        } catch (const PermanentError& error) {
            return error.what();
        }
        return "nothing was thrown";
    }

    std::string value_of(const std::string& query) {
        std::string value;
        connection_.transaction(
            [&](pqxx::work& work) { value = work.exec1(query)[0].as<std::string>(); });
        return value;
    }

    fs::path folder_;
    Connection connection_;
};

TEST_F(Migrations, EverythingIsAppliedOnceAndThenNothing) {
    const auto first = migrate_now();
    EXPECT_THAT(first.migrations, ElementsAre("migrations/0001_star.sql"));
    EXPECT_THAT(first.procedures,
                ElementsAre("procedures/public/fn_stars.sql", "views/public/vw_star.sql"));
    EXPECT_EQ(value_of("SELECT fn_stars()"), "0");
    EXPECT_TRUE(migrate_now().nothing());
}

TEST_F(Migrations, ANewMigrationIsAppliedAndProceduresAreMadeAgain) {
    (void)migrate_now();
    write("migrations/0002_colour.sql", "DROP VIEW vw_star; ALTER TABLE star ADD colour text;");
    const auto report = migrate_now();
    EXPECT_THAT(report.migrations, ElementsAre("migrations/0002_colour.sql"));
    EXPECT_EQ(value_of("SELECT count(*) FROM vw_star"), "0")
        << "the view was dropped and not made again";
}

TEST_F(Migrations, OnlyAChangedProcedureIsAppliedAgain) {
    (void)migrate_now();
    write(
        "procedures/public/fn_stars.sql",
        "CREATE OR REPLACE FUNCTION fn_stars() RETURNS bigint LANGUAGE sql AS 'SELECT 7::bigint';");
    const auto report = migrate_now();
    EXPECT_THAT(report.migrations, IsEmpty());
    EXPECT_THAT(report.procedures, ElementsAre("procedures/public/fn_stars.sql"));
    EXPECT_EQ(value_of("SELECT fn_stars()"), "7");
}

TEST_F(Migrations, AnAppliedMigrationMayNotChange) {
    (void)migrate_now();
    write("migrations/0001_star.sql", "CREATE TABLE star (name text); -- better\n");
    EXPECT_THAT(failure(), HasSubstr("migrations/0001_star.sql was changed after it was applied"));
}

TEST_F(Migrations, AnAppliedMigrationMayNotBeMissing) {
    (void)migrate_now();
    fs::rename(folder_ / "migrations/0001_star.sql", folder_ / "migrations/0002_star.sql");
    EXPECT_THAT(failure(),
                HasSubstr("migrations/0001_star.sql was applied to this database but is not"));
}

TEST_F(Migrations, AMigrationMayNotComeBeforeAnAppliedOne) {
    write("migrations/0003_late.sql", "CREATE TABLE late ();");
    (void)migrate_now();
    write("migrations/0002_early.sql", "CREATE TABLE early ();");
    EXPECT_THAT(failure(),
                HasSubstr("migrations/0002_early.sql comes before migrations/0003_late.sql"));
}

TEST_F(Migrations, FilesMayUseOneAnotherInAnyOrder) {
    write("procedures/public/fn_a.sql",
          "CREATE OR REPLACE FUNCTION fn_a() RETURNS bigint LANGUAGE sql AS 'SELECT fn_b()';");
    write("procedures/public/fn_b.sql",
          "CREATE OR REPLACE FUNCTION fn_b() RETURNS bigint LANGUAGE sql AS "
          "'SELECT count(*) FROM vw_z';");
    write("views/public/vw_z.sql", "CREATE OR REPLACE VIEW vw_z AS SELECT fn_stars();");
    EXPECT_EQ(migrate_now().procedures.size(), 5U);
    EXPECT_EQ(value_of("SELECT fn_a()"), "1");
}

TEST_F(Migrations, AnErrorNamesFileAndLineAndLeavesNothing) {
    write("migrations/0002_broken.sql", "CREATE TABLE planet ();\n\nCREAT TABLE moon ();\n");
    const auto sentence = failure();
    EXPECT_THAT(sentence, HasSubstr("database/migrations/0002_broken.sql, line 3: "));
    EXPECT_THAT(sentence, HasSubstr("\"CREAT\""));
    EXPECT_EQ(value_of("SELECT to_regclass('star') IS NULL"), "t");
    EXPECT_EQ(value_of("SELECT to_regnamespace('almagest_schema') IS NULL"), "t");
}

TEST_F(Migrations, AnErrorInAProcedureNamesFileAndLine) {
    write("procedures/public/fn_stars.sql",
          "CREATE OR REPLACE FUNCTION fn_stars() RETURNS bigint LANGUAGE sql\nAS 'SELECT count(*) "
          "FROM planet';");
    EXPECT_THAT(failure(), HasSubstr("database/procedures/public/fn_stars.sql, line 2: relation "
                                     "\"planet\" does not exist"));
}

TEST_F(Migrations, CallersAtOnceWaitForOneAnother) {
    const auto conninfo = SharedCluster::empty_database();
    std::vector<std::future<std::size_t>> callers;
    for (int i = 0; i < 4; ++i) {
        callers.push_back(std::async(std::launch::async, [&] {
            Connection connection(conninfo, "test");
            return migrate(connection, folder_).migrations.size();
        }));
    }
    std::size_t applied = 0;
    for (auto& caller : callers) {
        applied += caller.get();
    }
    EXPECT_EQ(applied, 1U);
}

TEST_F(Migrations, FilesThatAreNotNamedByTheRuleAreRefused) {
    write("migrations/2_second.sql", "SELECT 1;");
    EXPECT_THAT(failure(), HasSubstr("migrations/2_second.sql is not named"));
    fs::remove(folder_ / "migrations/2_second.sql");
    write("migrations/0001_twice.sql", "SELECT 1;");
    EXPECT_THAT(failure(), HasSubstr("have one number"));
}

TEST_F(Migrations, AFolderWithoutMigrationsIsUsage) {
    EXPECT_THROW((void)migrate(connection_, folder_ / "procedures"), UsageError);
}

TEST_F(Migrations, AProcedureWhoseFileWentIsForgotten) {
    (void)migrate_now();
    const auto text = folder_ / "views/public/vw_star.sql";
    fs::rename(text, folder_ / "kept");
    EXPECT_THAT(migrate_now().procedures, IsEmpty());
    fs::rename(folder_ / "kept", text);
    EXPECT_THAT(migrate_now().procedures, ElementsAre("views/public/vw_star.sql"));
}

TEST(Sha256, IsTheKnownOne) {
    EXPECT_EQ(system::sha256_of("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(system::sha256_of(""),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace almagest::store
