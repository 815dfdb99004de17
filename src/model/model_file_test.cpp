#include "model/model_file.h"

#include <gmock/gmock.h>

#include <fstream>

#include "error/error.h"
#include "model/checksum.h"
#include "model/private_file.h"
#include "model/testing/fault_server.h"
#include "system/sha256.h"

namespace almagest::model {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using testing::RawServer;
using testing::TemporaryFolder;

/// A file that looks like a model from outside.
std::string model_bytes(std::size_t size = 5000) {
    std::string bytes = "GGUF";
    while (bytes.size() < size) {
        bytes += static_cast<char>('a' + bytes.size() % 23);
    }
    return bytes;
}

void write(const fs::path& file, const std::string& bytes) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

struct Setting {
    Setting() {
        const auto& root = folder.path();
        places = {root / "home", root / "share", root / "cache"};
        fs::create_directories(places.home);
        settings.model = "default";
    }
    void list(const std::string& bytes) const {
        write(places.share / "scripts/model-server/models.txt",
              "# a comment\ndefault towers.gguf " + std::to_string(bytes.size()) + " " +
                  system::sha256_of(bytes) + "\n");
    }
    [[nodiscard]] std::string error() const {
        try {
            static_cast<void>(find_model(settings, places));
        } catch (const UsageError& error) {
            return error.what();
        }
        ADD_FAILURE() << "nothing was thrown";
        return {};
    }
    TemporaryFolder folder;
    config::Places places;
    config::LlmSettings settings;
};

TEST(Checksum, IsSha256) {
    EXPECT_EQ(system::sha256_of("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const TemporaryFolder folder;
    write(folder.path() / "file", std::string(3'000'000, 'a'));
    EXPECT_EQ(system::sha256_of_file(folder.path() / "file"),
              system::sha256_of(std::string(3'000'000, 'a')));
}

TEST(Checksum, IsRememberedUntilTheFileChanges) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "file";
    const auto store = folder.path() / "known.json";
    write(file, "abc");
    EXPECT_EQ(KnownChecksums(store).of(file), system::sha256_of("abc"));
    // Believed while the file is the same: a doctored memory shows that nothing was hashed.
    auto memory = read_if_there(store);
    memory.replace(memory.find(system::sha256_of("abc")), 64, std::string(64, '7'));
    write_atomically(store, memory);
    EXPECT_EQ(KnownChecksums(store).of(file), std::string(64, '7'));
    write(file, "abcd");
    EXPECT_EQ(KnownChecksums(store).of(file), system::sha256_of("abcd"));
}

TEST(ModelFile, TheListedDefaultIsTakenFromTheCache) {
    const Setting setting;
    setting.list(model_bytes());
    write(setting.places.cache / "models/towers.gguf", model_bytes());
    const auto model = find_model(setting.settings, setting.places);
    EXPECT_EQ(model.path, setting.places.cache / "models/towers.gguf");
    EXPECT_EQ(model.name, "towers");
    EXPECT_EQ(model.sha256, system::sha256_of(model_bytes()));
}

TEST(ModelFile, AMissingDefaultSaysHowToFetchIt) {
    const Setting setting;
    setting.list(model_bytes());
    EXPECT_THAT(setting.error(),
                AllOf(HasSubstr("scripts/fetch-model.sh"), HasSubstr("towers.gguf")));
}

TEST(ModelFile, AWrongChecksumIsRefusedWithBothSums) {
    const Setting setting;
    setting.list(model_bytes());
    auto damaged = model_bytes();
    damaged[2000] = '!';
    write(setting.places.cache / "models/towers.gguf", damaged);
    EXPECT_THAT(setting.error(), AllOf(HasSubstr(system::sha256_of(damaged)),
                                       HasSubstr(system::sha256_of(model_bytes()))));
    write(setting.places.cache / "models/towers.gguf", model_bytes().substr(0, 100));
    EXPECT_THAT(setting.error(), HasSubstr("100 bytes"));
}

TEST(ModelFile, APathMustBeAModelThatIsThere) {
    Setting setting;
    const auto file = setting.folder.path() / "Own Model.GGUF";
    setting.settings.model = file.string();
    EXPECT_THAT(setting.error(), HasSubstr("does not exist"));
    write(file, "PK\3\4 something else");
    EXPECT_THAT(setting.error(), HasSubstr("GGUF"));
    write(file, model_bytes());
    EXPECT_EQ(find_model(setting.settings, setting.places).name, "own model");
    setting.settings.model_sha256 = std::string(64, '0');
    EXPECT_THAT(setting.error(), HasSubstr("llm.model_sha256"));
}

TEST(ModelFile, AUrlIsTakenOnce) {
    Setting setting;
    LoopbackServer server;
    std::atomic<int> asked{0};
    server.server.Get("/some/towers.gguf",
                      [&](const httplib::Request&, httplib::Response& response) {
                          ++asked;
                          response.set_content(model_bytes(), "application/octet-stream");
                      });
    server.start();
    setting.settings.model = server.url("/some/towers.gguf?download=true");
    setting.settings.model_sha256 = system::sha256_of(model_bytes());
    EXPECT_EQ(find_model(setting.settings, setting.places).name, "towers");
    EXPECT_EQ(find_model(setting.settings, setting.places).sha256,
              system::sha256_of(model_bytes()));
    EXPECT_EQ(asked, 1);
}

TEST(ModelFile, ADownloadThatWasCutOffGoesOnWhereItStopped) {
    Setting setting;
    setting.settings.connect_timeout = setting.settings.first_byte_timeout =
        std::chrono::seconds(20);
    const auto bytes = model_bytes();
    setting.settings.model_sha256 = system::sha256_of(bytes);
    std::string range;
    LoopbackServer server;
    bool cut = true;
    server.server.Get(
        "/towers.gguf", [&](const httplib::Request& request, httplib::Response& response) {
            if (cut) {
                response.set_content_provider(
                    bytes.size(), "application/octet-stream",
                    [&](std::size_t offset, std::size_t, httplib::DataSink& sink) {
                        if (offset > 0) {
                            return false;
                        }
                        return sink.write(bytes.data(), 2000);
                    });
                return;
            }
            range = request.get_header_value("Range");
            response.set_content(bytes, "application/octet-stream");  // httplib cuts the range out
        });
    server.start();
    setting.settings.model = server.url("/towers.gguf");
    EXPECT_THROW(static_cast<void>(find_model(setting.settings, setting.places)), TransientError);
    cut = false;
    EXPECT_EQ(find_model(setting.settings, setting.places).sha256, system::sha256_of(bytes));
    EXPECT_EQ(range, "bytes=2000-");
}

TEST(ModelFile, AServerWithoutRangesSendsTheWholeFileAgain) {
    Setting setting;
    const auto bytes = model_bytes();
    setting.settings.model_sha256 = system::sha256_of(bytes);
    const auto whole =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" + bytes;
    RawServer server(whole, RawServer::Then::close);
    setting.settings.model = server.url() + "/towers.gguf";
    write(setting.places.models() / system::sha256_of(setting.settings.model).substr(0, 12) /
              "towers.gguf.partial",
          "GGUF and something of another version");
    EXPECT_EQ(find_model(setting.settings, setting.places).sha256, system::sha256_of(bytes));
}

TEST(ModelFile, AUrlWithoutAFileIsRefused) {
    Setting setting;
    LoopbackServer server;
    server.start();
    setting.settings.model = server.url("/none.gguf");
    EXPECT_THAT(setting.error(), HasSubstr("404"));
    setting.settings.model = server.url("/");
    EXPECT_THAT(setting.error(), HasSubstr("no file name"));
}

}  // namespace
}  // namespace almagest::model
