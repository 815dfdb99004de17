#include "store/sources.h"

#include <algorithm>
#include <numeric>
#include <pqxx/pqxx>

#include "store/arguments.h"
#include "system/sha256.h"

namespace almagest::store {
namespace {

IngestedPage stored(pqxx::work& work, const NewPage& page) {
    const auto arguments =
        Arguments()
            .add(page.tenant_id)
            .add(page.locator)
            .add(page.media_type)
            .add(page.charset)
            .add(page.title)
            .add(page.text)
            .add(system::sha256_of(page.raw))
            .add(page.headers.is_null() ? nlohmann::json::object() : page.headers);
    const auto row = work.exec_params1(
        "SELECT source_page_id, version, is_new, correlation_id FROM "
        "ingest.usp_ingest_page($1::int, $2::text, $3::text, $4::text, $5::text, $6::text, "
        "$9::bytea, $7::text, $8::jsonb)",
        pqxx::prepare::make_dynamic_params(arguments.pointers()), pqxx::binarystring(page.raw));
    return {row[0].as<std::int64_t>(), row[1].as<int>(), row[2].as<bool>(),
            row[3].as<std::string>()};
}

int begun(pqxx::work& work, std::int64_t source_page_id) {
    return Arguments()
        .add(source_page_id)
        .run1(work, "SELECT ingest.usp_begin_reading($1::bigint)")[0]
        .as<int>();
}

/// Locators in one order, so that two who take the same pages in wait and do not deadlock.
std::vector<std::size_t> in_lock_order(const std::vector<NewPage>& pages) {
    std::vector<std::size_t> order(pages.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&pages](std::size_t left, std::size_t right) {
        return pages[left].locator < pages[right].locator;
    });
    return order;
}

}  // namespace

Sources::Batch Sources::take_in(const std::vector<NewPage>& pages) {
    Batch batch;
    connection_->transaction([&](pqxx::work& work) {
        batch = {};
        batch.pages.resize(pages.size());
        for (const std::size_t i : in_lock_order(pages)) batch.pages[i] = stored(work, pages[i]);
        for (const auto& page : batch.pages) batch.jobs += begun(work, page.source_page_id);
    });
    return batch;
}

void Sources::refuse(int tenant_id, const std::string& locator, const std::string& reason) {
    const auto arguments = Arguments().add(tenant_id).add(locator).add(reason);
    connection_->transaction([&](pqxx::work& work) {
        (void)arguments.run(work, "SELECT ingest.usp_refuse_source($1::int, $2::text, $3::text)");
    });
}

void Sources::note_redirects(int tenant_id, const std::vector<Redirect>& redirects) {
    auto list = nlohmann::json::array();
    for (const auto& redirect : redirects)
        list.push_back({{"locator", redirect.locator},
                        {"from_title", redirect.from_title},
                        {"to_title", redirect.to_title}});
    const auto arguments = Arguments().add(tenant_id).add(list);
    connection_->transaction([&](pqxx::work& work) {
        (void)arguments.run(work, "SELECT ingest.usp_note_redirects($1::int, $2::jsonb)");
    });
}

std::optional<LastFetch> Sources::last_fetch(int tenant_id, const std::string& locator) {
    pqxx::result rows;
    const auto arguments = Arguments().add(tenant_id).add(locator);
    connection_->transaction([&](pqxx::work& work) {
        rows = arguments.run(work,
                             "SELECT source_page_id, version, correlation_id, headers FROM "
                             "ingest.fn_last_fetch($1::int, $2::text)");
    });
    if (rows.empty()) return std::nullopt;
    return LastFetch{
        {rows[0][0].as<std::int64_t>(), rows[0][1].as<int>(), false, rows[0][2].as<std::string>()},
        json_of(rows[0][3])};
}

int Sources::begin_reading(std::int64_t source_page_id) {
    int jobs = 0;
    connection_->transaction([&](pqxx::work& work) { jobs = begun(work, source_page_id); });
    return jobs;
}

}  // namespace almagest::store
