#include "store/private_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <pqxx/pqxx>
#include <string>
#include <thread>

#include "error/error.h"
#include "store/cluster_configuration.h"
#include "store/cluster_place.h"
#include "store/database.h"
#include "store/temporary_home.h"

namespace almagest::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string value_of(const std::string& conninfo, const std::string& query) {
    std::string value;
    Connection(conninfo, "test").transaction([&](pqxx::work& work) {
        value = work.exec1(query)[0].as<std::string>();
    });
    return value;
}

pid_t postmaster_of(const TemporaryHome& home) {
    std::ifstream file(home.places().cluster() / "data" / "postmaster.pid");
    pid_t process = 0;
    file >> process;
    return process;
}

template <class Exception>
std::string sentence_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Exception& error) {
        return error.what();
    }
    ADD_FAILURE() << "nothing of the expected type was thrown";
    return "";
}

TEST(PrivateCluster, StartsOnDemandAndStops) {
    TemporaryHome home;
    auto cluster = home.cluster();
    EXPECT_FALSE(cluster.status().exists);
    EXPECT_FALSE(cluster.stop()) << "there is nothing to stop";

    const auto conninfo = cluster.start();
    EXPECT_EQ(value_of(conninfo, "SELECT current_user || '@' || current_database()"),
              "almagest@almagest");
    EXPECT_EQ(value_of(conninfo, "SHOW listen_addresses"), "");
    EXPECT_EQ(value_of(conninfo, "SHOW data_checksums"), "on");
    EXPECT_EQ(value_of(conninfo, "SHOW fsync"), "on");
    EXPECT_EQ(value_of(conninfo, "SHOW synchronous_commit"), "on");
    EXPECT_EQ(value_of(conninfo, "SHOW shared_buffers"), "128MB");
    EXPECT_EQ(value_of(conninfo, "SHOW jit"), "off");
    EXPECT_EQ(value_of(conninfo, "SHOW server_encoding"), "UTF8");
    EXPECT_EQ(value_of(conninfo, "SHOW lc_collate"), "C");
    EXPECT_EQ(value_of(conninfo, "SELECT lower('ÉÇÖ')"), "éçö");

    const auto running = cluster.status();
    EXPECT_TRUE(running.exists);
    EXPECT_TRUE(running.running);
    EXPECT_EQ(running.conninfo, conninfo);
    EXPECT_THAT(running.server_version, testing::StartsWith("1"));

    EXPECT_TRUE(cluster.stop());
    EXPECT_FALSE(cluster.status().running);
    EXPECT_TRUE(cluster.status().exists);
    EXPECT_FALSE(cluster.stop()) << "it does not run any more";
}

TEST(PrivateCluster, SecondStartFindsItRunning) {
    TemporaryHome home;
    const auto conninfo = home.cluster().start();
    const auto first = postmaster_of(home);
    EXPECT_EQ(home.cluster().start(), conninfo);
    EXPECT_EQ(postmaster_of(home), first);
}

TEST(PrivateCluster, ItsServerSharesNothingWithTheProgramThatStartedIt) {
    TemporaryHome home;
    (void)home.cluster().start();
    const auto process = postmaster_of(home);
    EXPECT_NE(getsid(process), getsid(0)) << "a terminal's signals would reach it";
    struct stat owner {};
    const auto folder = fs::path("/proc") / std::to_string(process);
    ASSERT_EQ(stat(folder.c_str(), &owner), 0);
    EXPECT_NE(owner.st_uid, 0U) << "PostgreSQL must not run as root";
    std::error_code none;
    for (const auto& descriptor : fs::directory_iterator(folder / "fd", none)) {
        EXPECT_THAT(fs::read_symlink(descriptor.path(), none).string(),
                    Not(HasSubstr("cluster.lock")));
    }
}

TEST(PrivateCluster, ThreadsThatStartItAtOnceGetOneServer) {
    TemporaryHome home;
    std::vector<std::future<std::string>> starts;
    for (int i = 0; i < 4; ++i) {
        starts.push_back(std::async(std::launch::async, [&] { return home.cluster().start(); }));
    }
    for (auto& start : starts) {
        EXPECT_EQ(value_of(start.get(), "SELECT 1"), "1");
    }
}

TEST(PrivateCluster, ProcessesThatStartItAtOnceGetOneServer) {
    TemporaryHome home;
    std::vector<pid_t> children;
    for (int i = 0; i < 3; ++i) {
        const auto child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            int status = 1;
            try {
                status = value_of(home.cluster().start(), "SELECT 1") == "1" ? 0 : 2;
            } catch (const std::exception& error) {
                fprintf(stderr, "%s\n", error.what());
            }
            _exit(status);
        }
        children.push_back(child);
    }
    for (const auto child : children) {
        int status = -1;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    EXPECT_TRUE(home.cluster().status().running);
}

TEST(PrivateCluster, WhatWasCommittedSurvivesAKilledServer) {
    TemporaryHome home;
    const auto conninfo = home.cluster().start();
    Connection(conninfo, "test").transaction([](pqxx::work& work) {
        work.exec("CREATE TABLE star (name text); INSERT INTO star VALUES ('Vega')");
    });
    const auto killed = postmaster_of(home);
    ASSERT_EQ(kill(killed, SIGKILL), 0);

    const auto again = home.cluster().start();
    EXPECT_NE(postmaster_of(home), killed);
    EXPECT_EQ(value_of(again, "SELECT name FROM star"), "Vega");
}

TEST(PrivateCluster, ParametersOfTheConfigurationWin) {
    TemporaryHome home;
    home.settings().parameters = {{"work_mem", "3MB"}, {"application_name", "it's \\ odd"}};
    const auto conninfo = home.cluster().start();
    EXPECT_EQ(value_of(conninfo, "SHOW work_mem"), "3MB");
    EXPECT_EQ(
        value_of(conninfo, "SELECT reset_val FROM pg_settings WHERE name = 'max_connections'"),
        "100");
}

TEST(PrivateCluster, ParametersThatWouldOpenItAreRefused) {
    const ClusterPlace place{"/tmp/x", "/tmp/x/socket", invoking_account()};
    for (const auto* name : {"listen_addresses", "port", "hba_file", "Fsync", "a = b", ""}) {
        config::ClusterSettings settings;
        settings.parameters = {{name, "1"}};
        EXPECT_THROW((void)server_configuration(settings, place), UsageError) << name;
    }
    config::ClusterSettings settings;
    settings.parameters = {{"work_mem", "1MB'\nlisten_addresses = '*"}};
    EXPECT_THROW((void)server_configuration(settings, place), UsageError);
}

TEST(PrivateCluster, TooLittleDiskIsSaidBeforeAnythingIsMade) {
    TemporaryHome home;
    home.settings().minimum_free_megabytes = 1ULL << 40U;
    const auto sentence = sentence_of<PermanentError>([&] { (void)home.cluster().start(); });
    EXPECT_THAT(sentence, HasSubstr("minimum_free_megabytes"));
    EXPECT_FALSE(fs::exists(home.places().cluster()));
}

TEST(PrivateCluster, AFolderWithoutPostgresIsNamed) {
    TemporaryHome home;
    home.settings().bin_folder = home.places().home.string();
    EXPECT_THAT(sentence_of<UsageError>([&] { (void)home.cluster().start(); }),
                HasSubstr(home.places().home.string()));
    EXPECT_FALSE(fs::exists(home.places().cluster()));
}

TEST(PrivateCluster, AFailedInitdbLeavesNothing) {
    TemporaryHome home;
    const auto bin = home.places().home / "bin";
    fs::create_directory(bin);
    for (const auto* program : {"initdb", "pg_ctl", "postgres"}) {
        std::ofstream(bin / program)
            << "#!/bin/sh\n"
               "[ \"$1\" = --version ] && echo 'postgres (PostgreSQL) 15.1' && exit\n"
               "mkdir -p \"$2\" && touch \"$2/half\"; echo 'it broke'; exit 1\n";
        fs::permissions(bin / program, fs::perms(0755));
    }
    home.settings().bin_folder = bin.string();
    EXPECT_THAT(sentence_of<TransientError>([&] { (void)home.cluster().start(); }),
                HasSubstr("it broke"));
    for (const auto& entry : fs::directory_iterator(home.places().home)) {
        EXPECT_THAT(entry.path().filename().string(), testing::AnyOf("bin", "cluster.lock"));
    }
}

TEST(PrivateCluster, DataOfAnotherVersionIsNotTouched) {
    TemporaryHome home;
    (void)home.cluster().start();
    ASSERT_TRUE(home.cluster().stop());
    const auto mark = home.places().cluster() / "data" / "PG_VERSION";
    std::ofstream(mark, std::ios::trunc) << "9\n";
    EXPECT_THAT(sentence_of<UsageError>([&] { (void)home.cluster().start(); }),
                HasSubstr("postgresql-9"));
}

TEST(PrivateCluster, AServerThatDoesNotStartShowsTheEndOfItsLog) {
    TemporaryHome home;
    home.settings().parameters = {{"shared_buffers", "plenty"}};
    EXPECT_THAT(sentence_of<TransientError>([&] { (void)home.cluster().start(); }),
                HasSubstr("invalid value for parameter \"shared_buffers\""));
    home.settings().parameters.clear();
    EXPECT_EQ(value_of(home.cluster().start(), "SELECT 1"), "1") << "the cluster itself is sound";
}

TEST(PrivateCluster, SomethingElseInItsPlaceIsLeftAlone) {
    TemporaryHome home;
    fs::create_directory(home.places().cluster());
    std::ofstream(home.places().cluster() / "letter.txt") << "mine";
    EXPECT_THAT(sentence_of<PermanentError>([&] { (void)home.cluster().start(); }),
                HasSubstr("is not a database cluster of Almagest"));
    EXPECT_TRUE(fs::exists(home.places().cluster() / "letter.txt"));
}

TEST(PrivateCluster, AHomeTooDeepForASocketWorks) {
    TemporaryHome outer;
    auto places = outer.places();
    places.home /= std::string(120, 'd');
    PrivateCluster cluster(outer.settings(), places);
    const auto conninfo = cluster.start();
    EXPECT_EQ(value_of(conninfo, "SELECT 1"), "1");
    EXPECT_TRUE(cluster.stop());
    const auto socket = find_cluster(places)->socket;
    EXPECT_FALSE(socket.string().starts_with(places.home.string()));
    fs::remove_all(socket);
}

TEST(PrivateCluster, AHomeThatNobodyElseReachesStaysClosed) {
    TemporaryHome home(TemporaryHome::Reach::owner);
    const auto conninfo = home.cluster().start();
    EXPECT_EQ(value_of(conninfo, "SELECT 1"), "1");
    EXPECT_EQ(fs::status(home.places().home).permissions(), fs::perms(0700));
    if (geteuid() == 0) {
        ASSERT_TRUE(fs::is_symlink(home.places().cluster()));
        EXPECT_EQ(fs::read_symlink(home.places().cluster()).parent_path(), shared_clusters());
    } else {
        EXPECT_FALSE(fs::is_symlink(home.places().cluster()));
    }
    EXPECT_TRUE(home.cluster().stop());
    EXPECT_EQ(value_of(home.cluster().start(), "SELECT 1"), "1");
}

/// Is the process there, and not only waiting to be collected by its parent?
bool runs(pid_t process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    const std::string line{std::istreambuf_iterator<char>(stat), {}};
    const auto state = line.rfind(") ");
    return state != std::string::npos && line[state + 2] != 'Z';
}

TEST(PrivateCluster, NothingOfADeletedHomeIsReused) {
    TemporaryHome home(TemporaryHome::Reach::owner);
    Connection(home.cluster().start(), "test").transaction([](pqxx::work& work) {
        work.exec("CREATE TABLE star (name text)");
    });
    const auto orphan = postmaster_of(home);
    fs::remove_all(home.places().home);
    fs::create_directory(home.places().home);
    fs::permissions(home.places().home, fs::perms(0700));

    const auto conninfo = home.cluster().start();
    EXPECT_EQ(value_of(conninfo, "SELECT to_regclass('star') IS NULL"), "t");
    EXPECT_NE(postmaster_of(home), orphan);
    if (geteuid() == 0) {  // else its folder went with home, and it ends by itself
        EXPECT_FALSE(runs(orphan)) << "the deleted home's server still runs";
    }
}

}  // namespace
}  // namespace almagest::store
