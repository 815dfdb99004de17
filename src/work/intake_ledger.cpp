#include "work/intake_ledger.h"

#include <utility>

#include "error/error.h"
#include "telemetry/log.h"
#include "text/code_points.h"

namespace almagest::work {
namespace {

constexpr std::size_t kPagesAtOnce = 500;
constexpr std::size_t kBytesAtOnce = 4UL << 20U;
constexpr std::size_t kWriters = 2;  // one keeps one of the server's cores busy
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

IntakeLedger::IntakeLedger(PageStore& store, int tenant_id, const OpenStore& open)
    : store_(&store), tenant_id_(tenant_id) {
    if (open) writers_.emplace(tenant_id, open, kWriters);
}

void IntakeLedger::page(std::string path, store::NewPage page) {
    ++pages_;
    waiting_bytes_ += page.raw.size() + page.text.size();
    waiting_.paths.push_back(std::move(path));
    waiting_.pages.push_back(std::move(page));
    if (waiting_.pages.size() >= kPagesAtOnce || waiting_bytes_ >= kBytesAtOnce) hand_over();
}

void IntakeLedger::known(const store::IngestedPage& page) {
    ++pages_;
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

void IntakeLedger::skip(const std::string& path, const std::string& reason) {
    if (++taken_.skips > kMostRefusals) return;
    const Refusal skipped{as_utf8(path), as_utf8(reason)};
    telemetry::log(telemetry::Level::info, "skipped", {},
                   {{"path", skipped.path}, {"reason", skipped.reason}});
    taken_.skipped.push_back(skipped);
}

void IntakeLedger::redirect(store::Redirect redirect) {
    redirects_.push_back(std::move(redirect));
    if (redirects_.size() >= kPagesAtOnce) note_redirects();
}

void IntakeLedger::note_redirects() {
    if (redirects_.empty()) return;
    store_->note_redirects(tenant_id_, redirects_);
    taken_.redirects += redirects_.size();
    redirects_.clear();
}

void IntakeLedger::count(const std::vector<StoredBatch>& batches) {
    for (const auto& batch : batches) {
        taken_.jobs += batch.jobs;
        for (const auto& stored : batch.pages) {
            if (!stored.fault.empty()) {
                refuse(stored.path, stored.fault);
                continue;
            }
            taken_.source_page_ids.push_back(stored.page.source_page_id);
            taken_.new_pages += stored.page.is_new ? 1 : 0;
            taken_.bytes += stored.bytes;
            tell(stored.page, stored.locator);
        }
    }
}

void IntakeLedger::hand_over() {
    if (writers_) {
        writers_->store(std::exchange(waiting_, {}));
        count(writers_->stored());
        handed_over_ = true;
    } else {
        count({store_batch(
            [this](int tenant_id, const auto& pages) { return store_->take_in(tenant_id, pages); },
            tenant_id_, std::exchange(waiting_, {}))});
    }
    waiting_bytes_ = 0;
}

TakenIn IntakeLedger::close() {
    // A few pages are not worth connections of their own.
    if (!handed_over_) writers_.reset();
    if (!waiting_.pages.empty()) hand_over();
    if (writers_) count(writers_->finish());
    note_redirects();
    return std::move(taken_);
}

}  // namespace almagest::work
