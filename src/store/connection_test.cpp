#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <future>
#include <pqxx/pqxx>
#include <string>

#include "error/error.h"
#include "store/conninfo.h"
#include "store/database.h"
#include "store/shared_cluster.h"
#include "store/sqlstate.h"

namespace almagest::store {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string value_of(Connection& connection, const std::string& query) {
    std::string value;
    connection.transaction(
        [&](pqxx::work& work) { value = work.exec1(query)[0].as<std::string>(); });
    return value;
}

/// What `query` throws: its type's name and SQLSTATE.
std::string error_of(Connection& connection, const std::string& query) {
    try {
        connection.transaction([&](pqxx::work& work) { work.exec(query); });
        return "none";
    } catch (const LeaseLost& error) {
        return "LeaseLost " + sqlstate_of(error);
    } catch (const UsageError& error) {
        return "UsageError " + sqlstate_of(error);
    } catch (const TransientError& error) {
        return "TransientError " + sqlstate_of(error);
    } catch (const PermanentError& error) {
        return "PermanentError " + sqlstate_of(error);
    }
}

std::string raise(const std::string& sqlstate) {
    return "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '" + sqlstate + "', MESSAGE = 'no'; END $$";
}

TEST(Connection, ASingleStatementCommitsByItselfAlsoAfterTheServerCutTheIdleConnection) {
    const auto conninfo = SharedCluster::empty_database();
    Connection connection(conninfo, "test");
    Connection other(conninfo, "other");
    connection.one_statement(
        [](pqxx::transaction_base& work) { work.exec("CREATE TABLE single (n int)"); });
    const auto pid = value_of(connection, "SELECT pg_backend_pid()");
    EXPECT_EQ(value_of(other, "SELECT pg_terminate_backend(" + pid + ", 10000)"), "t");
    connection.one_statement(
        [](pqxx::transaction_base& work) { work.exec("INSERT INTO single VALUES (7)"); });
    EXPECT_EQ(value_of(other, "SELECT n FROM single"), "7");
    EXPECT_THROW(
        connection.one_statement([](pqxx::transaction_base& work) { work.exec(raise("AL004")); }),
        UsageError);
    EXPECT_EQ(value_of(connection, "SELECT count(*) FROM single"), "1");
}

TEST(Connection, CommitsWhatItsBodyDidAndRollsBackWhatThrew) {
    Connection connection(SharedCluster::empty_database(), "test");
    connection.transaction([](pqxx::work& work) { work.exec("CREATE TABLE star (name text)"); });
    EXPECT_THROW(connection.transaction([](pqxx::work& work) {
        work.exec("INSERT INTO star VALUES ('Vega')");
        throw Stopped();
    }),
                 Stopped);
    EXPECT_EQ(value_of(connection, "SELECT count(*) FROM star"), "0");
    connection.transaction(
        [](pqxx::work& work) { work.exec("INSERT INTO star VALUES ('Deneb')"); });
    EXPECT_EQ(value_of(connection, "SELECT name FROM star"), "Deneb");
}

TEST(Connection, SpeaksUtf8UnderItsPurposesNameWithLimitedWaits) {
    Connection connection(SharedCluster::empty_database(), "almagest test");
    EXPECT_EQ(value_of(connection, "SHOW client_encoding"), "UTF8");
    EXPECT_EQ(value_of(connection, "SHOW application_name"), "almagest test");
    EXPECT_EQ(value_of(connection, "SHOW lock_timeout"), "10s");
    EXPECT_EQ(value_of(connection, "SHOW statement_timeout"), "2min");
    EXPECT_EQ(value_of(connection, "SHOW idle_in_transaction_session_timeout"), "1min");
    EXPECT_EQ(value_of(connection, "SELECT 'Łódź 星'"), "Łódź 星");
}

TEST(Connection, ErrorsOfTheServerComeOutTyped) {
    Connection connection(SharedCluster::empty_database(), "test");
    EXPECT_EQ(error_of(connection, raise("AL001")), "LeaseLost AL001");
    for (const auto* usage : {"AL002", "AL004", "AL005"}) {
        EXPECT_EQ(error_of(connection, raise(usage)), std::string("UsageError ") + usage);
    }
    for (const auto* permanent : {"AL003", "AL006", "P0001", "23505"}) {
        EXPECT_EQ(error_of(connection, raise(permanent)),
                  std::string("PermanentError ") + permanent);
    }
    for (const auto* passing :
         {"40001", "40P01", "40003", "53100", "53200", "53300", "55P03", "57P01"}) {
        EXPECT_EQ(error_of(connection, raise(passing)), std::string("TransientError ") + passing);
    }
    EXPECT_EQ(error_of(connection, "SELEC 1"), "PermanentError 42601");
    EXPECT_EQ(error_of(connection, "SET LOCAL statement_timeout = 1; SELECT pg_sleep(60)"),
              "TransientError 57014");
}

TEST(Connection, ReconnectsAfterTheServerEndedTheSession) {
    const auto conninfo = SharedCluster::empty_database();
    Connection connection(conninfo, "test");
    Connection other(conninfo, "other");
    const auto session = value_of(connection, "SELECT pg_backend_pid()");
    EXPECT_EQ(value_of(other, "SELECT pg_terminate_backend(" + session + ", 10000)"), "t");
    EXPECT_NE(value_of(connection, "SELECT pg_backend_pid()"), session);
}

TEST(Connection, ANewSessionBeginsAsItWasAskedToAndHearsNotificationsAgain) {
    const auto conninfo = SharedCluster::empty_database();
    Connection connection(conninfo, "test", "SET synchronous_commit = off; LISTEN stars");
    Connection other(conninfo, "other");
    EXPECT_EQ(connection.socket(), -1) << "there is no session yet";
    const auto heard = [&] {
        EXPECT_EQ(value_of(connection, "SHOW synchronous_commit"), "off");
        EXPECT_FALSE(connection.take_notifications());
        other.statement("NOTIFY stars");
        pollfd socket{connection.socket(), POLLIN, 0};
        EXPECT_EQ(poll(&socket, 1, 60'000), 1);
        return connection.take_notifications();
    };
    EXPECT_TRUE(heard());
    const auto session = value_of(connection, "SELECT pg_backend_pid()");
    EXPECT_EQ(value_of(other, "SELECT pg_terminate_backend(" + session + ", 10000)"), "t");
    EXPECT_FALSE(connection.take_notifications());
    EXPECT_TRUE(heard());
}

TEST(Connection, ASessionThatIsLostInsideATransactionIsTransientAndTheNextOneWorks) {
    Connection connection(SharedCluster::empty_database(), "test");
    EXPECT_THROW(connection.transaction([](pqxx::work& work) {
        work.exec("SELECT pg_terminate_backend(pg_backend_pid())");
        work.exec("SELECT 1");
    }),
                 TransientError);
    EXPECT_EQ(value_of(connection, "SELECT 1"), "1");
}

TEST(Connection, ReconnectsAfterAServerRestart) {
    TemporaryHome home;
    Connection connection(home.cluster().start(), "test");
    EXPECT_EQ(value_of(connection, "SELECT 1"), "1");
    ASSERT_TRUE(home.cluster().stop());
    try {
        (void)value_of(connection, "SELECT 1");
        ADD_FAILURE() << "the server is down";
    } catch (const TransientError& error) {
        EXPECT_THAT(error.what(), HasSubstr("does not answer"));
    }
    (void)home.cluster().start();
    EXPECT_EQ(value_of(connection, "SELECT 1"), "1");
}

TEST(Connection, ADeadlockIsTransient) {
    const auto conninfo = SharedCluster::empty_database();
    Connection first(conninfo, "first");
    Connection second(conninfo, "second");
    first.transaction([](pqxx::work& work) {
        work.exec(
            "CREATE TABLE star (id int PRIMARY KEY, n int); INSERT INTO star VALUES (1, 0), (2, "
            "0)");
    });
    std::promise<void> second_holds_two;
    std::promise<void> first_holds_one;
    auto lost = std::async(std::launch::async, [&] {
        try {
            second.transaction([&](pqxx::work& work) {
                work.exec("UPDATE star SET n = n + 1 WHERE id = 2");
                second_holds_two.set_value();
                first_holds_one.get_future().wait();
                work.exec("UPDATE star SET n = n + 1 WHERE id = 1");
            });
            return std::string();
        } catch (const TransientError& error) {
            return sqlstate_of(error);
        }
    });
    std::string ours;
    try {
        first.transaction([&](pqxx::work& work) {
            work.exec("UPDATE star SET n = n + 1 WHERE id = 1");
            second_holds_two.get_future().wait();
            first_holds_one.set_value();
            work.exec("UPDATE star SET n = n + 1 WHERE id = 2");
        });
    } catch (const TransientError& error) {
        ours = sqlstate_of(error);
    }
    EXPECT_EQ(ours + lost.get(), "40P01") << "exactly one of the two must be the victim";
}

TEST(Connection, CancelEndsAQueryOfAnotherThread) {
    const auto conninfo = SharedCluster::empty_database();
    Connection connection(conninfo, "sleeper");
    Connection observer(conninfo, "observer");
    auto ended = std::async(std::launch::async,
                            [&] { return error_of(connection, "SELECT pg_sleep(100)"); });
    const std::string sleeping =
        "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(100)' AND state = "
        "'active'";
    while (value_of(observer, sleeping) == "0") {
    }
    connection.cancel();
    EXPECT_EQ(ended.get(), "TransientError 57014");
    EXPECT_EQ(value_of(connection, "SELECT 1"), "1");
}

TEST(Connection, AServerThatIsDownIsNamedWithoutThePassword) {
    Connection connection("postgres://reader:hunter2@127.0.0.1:1/stars", "test");
    try {
        (void)value_of(connection, "SELECT 1");
        ADD_FAILURE() << "nothing listens there";
    } catch (const TransientError& error) {
        EXPECT_STREQ(
            error.what(),
            "database stars at 127.0.0.1:1 does not answer; check that the server runs and can "
            "be reached, then try again");
        EXPECT_EQ(sqlstate_of(error), "08001");
    }
}

TEST(Connection, ARefusalIsUsage) {
    auto parameters = parse_conninfo(SharedCluster::empty_database());
    parameters["dbname"] = "nowhere";
    parameters["password"] = "hunter2";
    Connection connection(make_conninfo(parameters), "test");
    try {
        (void)value_of(connection, "SELECT 1");
        ADD_FAILURE() << "there is no such database";
    } catch (const UsageError& error) {
        EXPECT_THAT(error.what(), HasSubstr("database \"nowhere\" does not exist"));
        EXPECT_THAT(error.what(), HasSubstr("SQLSTATE 3D000"));
        EXPECT_THAT(error.what(), Not(HasSubstr("hunter2")));
    }
}

TEST(Connection, AnAddressThatIsNoneIsRefusedWithoutRepeatingIt) {
    for (const auto* text : {"stars", "postgres://reader:hunter2@[::1/x", "host='open"}) {
        try {
            Connection connection(text, "test");
            ADD_FAILURE() << text;
        } catch (const UsageError& error) {
            EXPECT_THAT(error.what(), HasSubstr("postgres://"));
            EXPECT_THAT(error.what(), Not(HasSubstr("hunter2")));
        }
    }
}

TEST(Conninfo, ParametersSurviveWritingAndReading) {
    const ConnectionParameters parameters{{"host", "/tmp/a b"}, {"password", "it's \\ odd"}};
    EXPECT_EQ(parse_conninfo(make_conninfo(parameters)), parameters);
}

TEST(Conninfo, OptionsOfThePersonComeAfterOurs) {
    const auto settings = parse_conninfo(with_session_settings(
        "postgres://h/d?options=-c%20lock_timeout%3D1s&application_name=mine", "ours"));
    EXPECT_THAT(settings.at("options"), testing::EndsWith("-c lock_timeout=1s"));
    EXPECT_EQ(settings.at("application_name"), "mine");
}

TEST(Database, OpenStartsThePrivateClusterAndMigratesIt) {
    auto& home = SharedCluster::home();
    config::Settings settings;
    settings.cluster = home.settings();
    const auto database = Database::open(settings, home.places(), std::nullopt);
    auto connection = database.connect("test");
    EXPECT_EQ(value_of(connection, "SELECT count(*) > 0 FROM almagest_schema.migration"), "t");
    EXPECT_EQ(value_of(connection, "SHOW application_name"), "almagest test");
}

}  // namespace
}  // namespace almagest::store
