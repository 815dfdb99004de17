// Times the chunker and the tokenizer on documents of prose, one thread:
//
//   chunking chunk DOCUMENTS MAXIMUM OVERLAP [VOCABULARY]    and writes the chunks to stdout
//   chunking count DOCUMENTS VOCABULARY
//   chunking ids VOCABULARY       ids of the texts on stdin, each a line in hexadecimal
//   chunking sentences            ranges of the sentences of such texts, in code points
//
// DOCUMENTS are parted by form feeds. Without a vocabulary tokens are estimated. Timings go to
// stderr, the seconds of each of five runs in a line.

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "error/error.h"
#include "text/bpe_tokens.h"
#include "text/chunker.h"
#include "text/sentences.h"

namespace {

using namespace almagest::text;  // NOLINT(google-build-using-namespace): a program of one file

std::vector<std::string> documents_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream content;
    if (!(content << in.rdbuf())) {
        throw almagest::UsageError("the documents " + path + " cannot be read");
    }
    std::vector<std::string> documents;
    std::istringstream all(content.str());
    for (std::string document; std::getline(all, document, '\f');) documents.push_back(document);
    return documents;
}

void time_runs(const std::function<void()>& run) {
    constexpr int runs = 5;
    for (int i = 0; i < runs; ++i) {
        const auto began = std::chrono::steady_clock::now();
        run();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        std::cerr << took.count() << (i + 1 < runs ? " " : "\n");
    }
}

void chunk(const std::vector<std::string>& documents, const ChunkPolicy& policy,
           const TokenCounter& counter) {
    std::vector<std::vector<Chunk>> chunks;
    time_runs([&] {
        chunks.clear();
        for (const auto& document : documents) {
            chunks.push_back(chunk_text(document, policy, counter));
        }
    });
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        for (const auto& [range, fresh, tokens] : chunks[i]) {
            std::cout << i << ' ' << range.start << ' ' << fresh << ' ' << range.end << ' '
                      << tokens << '\n';
        }
    }
}

void count(const std::vector<std::string>& documents, const TokenCounter& counter) {
    std::size_t tokens = 0;
    time_runs([&] {
        tokens = 0;
        for (const auto& document : documents) tokens += counter.count(document);
    });
    std::cout << tokens << '\n';
}

std::string text_of(const std::string& hexadecimal) {
    constexpr int base = 16;
    std::string text;
    for (std::size_t at = 0; at + 1 < hexadecimal.size(); at += 2) {
        text += static_cast<char>(std::stoi(hexadecimal.substr(at, 2), nullptr, base));
    }
    return text;
}

int run(const std::vector<std::string>& arguments) {
    const auto is = [&](const char* name, std::size_t least) {
        return !arguments.empty() && arguments[0] == name && arguments.size() > least;
    };
    if (is("chunk", 3)) {
        const std::size_t maximum = std::stoul(arguments[2]);
        const ChunkPolicy policy{maximum, std::stoul(arguments[3]), maximum / 4};
        std::unique_ptr<TokenCounter> counter = std::make_unique<EstimatedTokens>();
        if (arguments.size() > 4) counter = load_bpe_tokens(arguments[4], "");
        chunk(documents_of(arguments[1]), policy, *counter);
    } else if (is("count", 2)) {
        count(documents_of(arguments[1]), *load_bpe_tokens(arguments[2], ""));
    } else if (is("ids", 1)) {
        const auto tokens = load_bpe_tokens(arguments[1], "");
        for (std::string line; std::getline(std::cin, line);) {
            for (const auto id : tokens->encode(text_of(line))) std::cout << id << ' ';
            std::cout << '\n';
        }
    } else if (is("sentences", 0)) {
        for (std::string line; std::getline(std::cin, line);) {
            for (const auto& [start, end] : sentences(text_of(line))) {
                std::cout << start << ' ' << end << ' ';
            }
            std::cout << '\n';
        }
    } else {
        throw almagest::UsageError(
            "chunking takes chunk DOCUMENTS MAXIMUM OVERLAP [VOCABULARY], count DOCUMENTS "
            "VOCABULARY, ids VOCABULARY or sentences");
    }
    return EXIT_SUCCESS;
}

}  // namespace

int main(int count_of_arguments, char** arguments) {
    try {
        return run({arguments + 1, arguments + count_of_arguments});
    } catch (const std::exception& error) {
        std::cerr << "chunking: " << error.what() << '\n';
        return 2;
    }
}
