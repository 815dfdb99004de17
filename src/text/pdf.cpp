#include "text/pdf.h"

#include <fmt/format.h>
#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>

#include "error/error.h"
#include "text/code_points.h"
#include "text/page_writer.h"
#include "text/plain_text.h"

namespace almagest::text {
namespace {

constexpr int kMostPages = 20'000;

std::string utf8_of(const poppler::ustring& text) {
    const auto bytes = text.to_utf8();
    std::string utf8(bytes.begin(), bytes.end());
    return is_utf8(utf8) ? utf8 : std::string();
}

}  // namespace

PdfText read_pdf(std::string_view bytes, std::size_t most_bytes) {
    static std::mutex one_at_a_time;  // the library's error function and fonts are global
    const std::scoped_lock lock(one_at_a_time);
    poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw PermanentError("it is a PDF of more than 2 GiB");
    const std::unique_ptr<poppler::document> document(
        poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size())));
    if (document == nullptr)
        throw PermanentError("it is a PDF that is damaged: it has no readable table of its parts");
    if (document->is_locked())
        throw PermanentError("it is a PDF that is encrypted; save it without a password first");
    const int pages = document->pages();
    if (pages > kMostPages)
        throw PermanentError(
            fmt::format("it is a PDF of {} pages, more than {}", pages, kMostPages));
    std::string text;
    for (int number = 0; number < pages; ++number) {
        const std::unique_ptr<poppler::page> page(document->create_page(number));
        if (page == nullptr) continue;
        text += utf8_of(page->text(poppler::rectf(), poppler::page::non_raw_non_physical_layout));
        text += "\n\n";
        if (text.size() > most_bytes)
            throw PermanentError(
                fmt::format("it is a PDF with more than {} bytes of text", most_bytes));
    }
    std::replace(text.begin(), text.end(), '\f', '\n');
    PlainText plain = read_plain_text(text);
    if (plain.text.empty())
        throw PermanentError(
            "it is a PDF without text, perhaps of scanned pages; recognise its text first");
    std::string title = collapsed(utf8_of(document->get_title()));
    return {title.empty() ? std::move(plain.title) : std::move(title), std::move(plain.text)};
}

}  // namespace almagest::text
