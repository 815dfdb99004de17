#include "review/reviewers.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <sstream>

#include "error/error.h"
#include "model/private_file.h"
#include "system/secret.h"
#include "telemetry/log.h"

namespace almagest::review {
namespace {

constexpr std::size_t longest_name = 200;

bool is_printable_ascii(char c) {
    return c > ' ' && c < '\x7f';
}

void refuse_what_others_can_read(const std::filesystem::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) == 0 && (found.st_mode & 077U) != 0)
        throw UsageError(fmt::format(
            "the reviewers' tokens in {} can be read by others; run chmod 600 on it, and change "
            "them if somebody may have read them",
            file.string()));
}

Reviewer reviewer_of(const std::string& line, const std::string& origin) {
    std::istringstream words(line);
    std::string role;
    Reviewer reviewer;
    words >> role >> reviewer.token >> std::ws;
    std::getline(words, reviewer.name);
    while (!reviewer.name.empty() && (reviewer.name.back() == ' ' || reviewer.name.back() == '\r'))
        reviewer.name.pop_back();
    if (role != name_of(Role::reader) && role != name_of(Role::reviewer))
        throw UsageError(fmt::format(
            "{} does not begin with reader or reviewer; write ROLE TOKEN NAME", origin));
    reviewer.role = role == name_of(Role::reviewer) ? Role::reviewer : Role::reader;
    return reviewer;
}

}  // namespace

const char* name_of(Role role) {
    return role == Role::reviewer ? "reviewer" : "reader";
}

void Reviewers::add(Reviewer reviewer, const std::string& origin) {
    if (reviewer.token.size() < kShortestToken ||
        !std::all_of(reviewer.token.begin(), reviewer.token.end(), is_printable_ascii))
        throw UsageError(
            fmt::format("{} has no token of at least {} printable ASCII characters; `openssl rand "
                        "-hex 32` makes one",
                        origin, kShortestToken));
    if (reviewer.name.empty() || reviewer.name.size() > longest_name)
        throw UsageError(
            fmt::format("{} names nobody, or in more than {} bytes; write ROLE TOKEN NAME", origin,
                        longest_name));
    for (const auto& other : all_)
        if (other.token == reviewer.token || other.name == reviewer.name)
            throw UsageError(fmt::format(
                "{} repeats another's name or token; each person has one of their own", origin));
    telemetry::never_log(reviewer.token);
    all_.push_back(std::move(reviewer));
}

Reviewers Reviewers::of_token(const std::string& token, const std::string& name) {
    Reviewers reviewers;
    reviewers.add({name, Role::reviewer, token}, "ALMAGEST_SERVE_TOKEN");
    return reviewers;
}

Reviewers Reviewers::of_file(const std::filesystem::path& file, const std::string& name) {
    if (!std::filesystem::exists(file)) {
        model::make_private_folder(file.parent_path());
        model::write_atomically(
            file, fmt::format("# Who may open the review page: ROLE TOKEN NAME, a line a person. A "
                              "reader looks, a\n# reviewer also decides. `almagest serve` reads "
                              "this when it starts.\nreviewer {} {}\n",
                              system::random_secret(), name));
    }
    refuse_what_others_can_read(file);
    Reviewers reviewers;
    std::istringstream content(model::read_if_there(file));
    int number = 0;
    for (std::string line; std::getline(content, line);) {
        ++number;
        const auto start = line.find_first_not_of(" \t\r");
        if (start == std::string::npos || line[start] == '#') continue;
        const auto origin = fmt::format("line {} of {}", number, file.string());
        reviewers.add(reviewer_of(line, origin), origin);
    }
    if (reviewers.all_.empty())
        throw UsageError(fmt::format(
            "{} names nobody; remove it and a new one is made, or write ROLE TOKEN NAME into it",
            file.string()));
    return reviewers;
}

const Reviewer* Reviewers::of_secret(std::string_view token) const {
    const Reviewer* found = nullptr;
    for (const auto& reviewer : all_)
        if (system::is_same_secret(reviewer.token, token)) found = &reviewer;
    return found;
}

}  // namespace almagest::review
