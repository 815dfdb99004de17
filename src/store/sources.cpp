#include "store/sources.h"

#include <pqxx/pqxx>

#include "store/arguments.h"
#include "system/sha256.h"

namespace almagest::store {
namespace {

constexpr std::uint32_t oid_of_bytea = 17;
constexpr std::uint32_t oid_of_text = 25;

void append_number(std::string& bytes, std::size_t number) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(number >> shift);
}

/// An array as PostgreSQL sends and takes it, without quoting: pages are long.
template <class Member>
pqxx::binarystring binary_array(std::uint32_t oid, const std::vector<NewPage>& pages,
                                const Member& member) {
    std::string bytes;
    append_number(bytes, 1);  // dimensions
    append_number(bytes, 0);  // no nulls
    append_number(bytes, oid);
    append_number(bytes, pages.size());
    append_number(bytes, 1);  // lowest subscript
    for (const auto& page : pages) {
        const std::string& value = page.*member;
        append_number(bytes, value.size());
        bytes += value;
    }
    return pqxx::binarystring(bytes);
}

template <class Value>
std::vector<std::string> each(const std::vector<NewPage>& pages, const Value& value) {
    std::vector<std::string> values;
    values.reserve(pages.size());
    for (const auto& page : pages) values.push_back(value(page));
    return values;
}

/// The server's rows for them; `tenant_id` is that of all.
pqxx::result stored(pqxx::work& work, int tenant_id, const std::vector<NewPage>& pages) {
    const auto arguments =
        Arguments()
            .add(tenant_id)
            .add_array(each(pages, [](const auto& page) { return page.locator; }))
            .add_array(each(pages, [](const auto& page) { return page.media_type; }))
            .add_array(each(pages, [](const auto& page) { return page.charset; }))
            .add_array(each(pages, [](const auto& page) { return page.title; }))
            .add_array(each(pages, [](const auto& page) { return system::sha256_of(page.raw); }))
            .add_array(each(pages, [](const auto& page) {
                return page.headers.is_null() ? "{}" : page.headers.dump();
            }));
    return work.exec_params(
        "SELECT source_page_id, version, is_new, correlation_id, fault FROM "
        "ingest.usp_ingest_pages($1::int, $2::text[], $3::text[], $4::text[], $5::text[], "
        "$8::text[], $9::bytea[], $6::text[], $7::jsonb[]) ORDER BY ordinal",
        pqxx::prepare::make_dynamic_params(arguments.pointers()),
        binary_array(oid_of_text, pages, &NewPage::text),
        binary_array(oid_of_bytea, pages, &NewPage::raw));
}

int begun(pqxx::work& work, const std::vector<std::int64_t>& source_page_ids) {
    return Arguments()
        .add_array(source_page_ids)
        .run1(work, "SELECT ingest.usp_begin_reading_pages($1::bigint[])")[0]
        .as<int>();
}

}  // namespace

Sources::Batch Sources::take_in(int tenant_id, const std::vector<NewPage>& pages) {
    Batch batch;
    if (pages.empty()) return batch;
    connection_->transaction([&](pqxx::work& work) {
        batch = {};
        std::vector<std::int64_t> ids;
        for (const auto& row : stored(work, tenant_id, pages)) {
            if (!row[4].is_null()) {
                batch.faults.push_back(row[4].as<std::string>());
                batch.pages.emplace_back();
                continue;
            }
            batch.faults.emplace_back();
            batch.pages.push_back({row[0].as<std::int64_t>(), row[1].as<int>(), row[2].as<bool>(),
                                   row[3].as<std::string>()});
            ids.push_back(batch.pages.back().source_page_id);
        }
        if (!ids.empty()) batch.jobs = begun(work, ids);
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
    connection_->transaction([&](pqxx::work& work) { jobs = begun(work, {source_page_id}); });
    return jobs;
}

}  // namespace almagest::store
