#include "work/intake_ledger.h"

#include <utility>

#include "error/error.h"
#include "telemetry/log.h"
#include "text/code_points.h"

namespace almagest::work {
namespace {

constexpr std::size_t kPagesAtOnce = 500;
constexpr std::size_t kBytesAtOnce = 8UL << 20U;
constexpr std::size_t kMostRefusals = 1000;

/// Names of files and words out of them may be any bytes; what is told and kept is UTF-8.
std::string as_utf8(std::string text) {
    const bool is_text = text::is_utf8(text);
    for (char& byte : text) {
        const auto value = static_cast<unsigned char>(byte);
        if (value < 0x20 || (value >= 0x80 && !is_text)) byte = '?';
    }
    return text;
}

/// A known page costs nothing, not even a line.
void tell(const store::IngestedPage& page, const std::string& locator) {
    if (!page.is_new) return;
    telemetry::log(
        telemetry::Level::info, "page taken in", {page.correlation_id, {}, {}, {}},
        {{"source_page_id", page.source_page_id}, {"version", page.version}, {"locator", locator}});
}

}  // namespace

std::string_view name_of(text::MediaType type) {
    switch (type) {
        case text::MediaType::html:
            return "text/html";
        case text::MediaType::markdown:
            return "text/markdown";
        case text::MediaType::pdf:
            return "application/pdf";
        case text::MediaType::wikitext:
            return "text/x-wiki";
        case text::MediaType::plain_text:
            break;
    }
    return "text/plain";
}

void IntakeLedger::page(std::string path, store::NewPage page) {
    waiting_bytes_ += page.raw.size() + page.text.size();
    paths_.push_back(std::move(path));
    pages_.push_back(std::move(page));
    if (pages_.size() >= kPagesAtOnce || waiting_bytes_ >= kBytesAtOnce) flush();
}

void IntakeLedger::known(const store::IngestedPage& page) {
    taken_.source_page_ids.push_back(page.source_page_id);
    taken_.jobs += store_->begin_reading(page.source_page_id);
}

void IntakeLedger::refuse(const std::string& path, const std::string& reason,
                          const std::string& locator) {
    if (++taken_.refusals > kMostRefusals) return;
    const Refusal refusal{as_utf8(path), as_utf8(reason)};
    telemetry::log(telemetry::Level::warning, "not taken in", {},
                   {{"path", refusal.path}, {"reason", refusal.reason}});
    if (!locator.empty() && locator.size() <= 4000 && locator == as_utf8(locator))
        store_->refuse(tenant_id_, locator, refusal.reason);
    taken_.refused.push_back(refusal);
}

void IntakeLedger::redirect(store::Redirect redirect) {
    redirects_.push_back(std::move(redirect));
    if (redirects_.size() >= kPagesAtOnce) flush();
}

void IntakeLedger::keep(const std::vector<store::NewPage>& pages,
                        const std::vector<std::string>& paths) {
    const auto batch = store_->take_in(tenant_id_, pages);
    taken_.jobs += batch.jobs;
    for (std::size_t i = 0; i < pages.size(); ++i) {
        if (!batch.faults[i].empty()) {
            refuse(paths[i], batch.faults[i]);
            continue;
        }
        taken_.source_page_ids.push_back(batch.pages[i].source_page_id);
        taken_.new_pages += batch.pages[i].is_new ? 1 : 0;
        taken_.bytes += pages[i].raw.size();
        tell(batch.pages[i], pages[i].locator);
    }
}

/// One of them cannot be stored: the others can.
void IntakeLedger::keep_each() {
    for (std::size_t i = 0; i < pages_.size(); ++i) {
        try {
            keep({pages_[i]}, {paths_[i]});
        } catch (const PermanentError& error) {
            refuse(paths_[i], error.what());
        } catch (const UsageError& error) {
            refuse(paths_[i], error.what());
        }
    }
}

void IntakeLedger::flush() {
    if (!redirects_.empty()) {
        store_->note_redirects(tenant_id_, redirects_);
        taken_.redirects += redirects_.size();
        redirects_.clear();
    }
    if (!pages_.empty()) {
        try {
            keep(pages_, paths_);
        } catch (const PermanentError&) {
            keep_each();
        } catch (const UsageError&) {
            keep_each();
        }
    }
    paths_.clear();
    pages_.clear();
    waiting_bytes_ = 0;
}

TakenIn IntakeLedger::close() {
    flush();
    return std::move(taken_);
}

}  // namespace almagest::work
