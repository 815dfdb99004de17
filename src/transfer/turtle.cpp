#include "transfer/turtle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace almagest::transfer {
namespace {

using store::ExportTable;

constexpr std::string_view prefixes =
    "@prefix alm: <urn:almagest:schema:> .\n"
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    "@prefix prov: <http://www.w3.org/ns/prov#> .\n"
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n";

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Does text look like a pattern in which 0 stands for any digit?
bool fits(std::string_view text, std::string_view pattern) {
    if (text.size() < pattern.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (pattern[i] == '0' ? !is_digits(text.substr(i, 1)) : text[i] != pattern[i]) return false;
    return true;
}

bool is_decimal(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    return is_digits(text.substr(0, point)) &&
           (point == text.size() || is_digits(text.substr(point + 1)));
}

std::string typed(std::string_view text, std::string_view datatype) {
    return fmt::format("{}^^{}", turtle_string(text), datatype);
}

const std::optional<std::string>& field_of(const ExportTable& table,
                                           const store::Snapshot::Fields& row,
                                           std::string_view column) {
    static const std::optional<std::string> none;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (table.columns[i].name == column) return row[i];
    return none;
}

std::string without_id(const std::string& column) {
    return column.ends_with("_id") ? column.substr(0, column.size() - 3) : column;
}

std::string_view short_name(std::string_view table) {
    return table.substr(table.find('.') + 1);
}

}  // namespace

std::string turtle_string(std::string_view utf8) {
    std::string text = "\"";
    for (const char byte : utf8) {
        const auto value = static_cast<unsigned char>(byte);
        if (byte == '"' || byte == '\\') {
            text += '\\';
            text += byte;
        } else if (byte == '\n') {
            text += "\\n";
        } else if (byte == '\r') {
            text += "\\r";
        } else if (byte == '\t') {
            text += "\\t";
        } else if (value < 0x20 || value == 0x7F) {
            text += fmt::format("\\u{:04X}", value);
        } else {
            text += byte;
        }
    }
    return text + '"';
}

std::string iri_part(std::string_view utf8) {
    std::string part;
    for (const char byte : utf8) {
        const auto value = static_cast<unsigned char>(byte);
        const bool plain = value < 0x80 && (std::isalnum(value) != 0 || byte == '-' ||
                                            byte == '_' || byte == '.' || byte == '~');
        if (plain)
            part += byte;
        else
            part += fmt::format("%{:02X}", value);
    }
    return part;
}

std::string turtle_literal(std::string_view field, std::string_view type) {
    if (type == "bigint" || type == "integer" || type == "smallint") return std::string(field);
    if (type == "boolean") return field == "t" ? "true" : "false";
    if (type == "double precision" || type == "real") {
        const auto text = field == "Infinity" ? "INF" : field == "-Infinity" ? "-INF" : field;
        return typed(text, "xsd:double");
    }
    if (type.starts_with("numeric") && is_decimal(field)) return typed(field, "xsd:decimal");
    if (type == "date" && field.size() == 10 && fits(field, "0000-00-00"))
        return typed(field, "xsd:date");
    if (type == "timestamp with time zone" && field.ends_with("+00") &&
        fits(field, "0000-00-00 00:00:00")) {
        std::string text(field.substr(0, field.size() - 3));
        text[10] = 'T';
        return typed(text + "Z", "xsd:dateTime");
    }
    if (type == "json" || type == "jsonb" || type.ends_with("[]")) return typed(field, "rdf:JSON");
    return turtle_string(field);
}

Turtle::Turtle(const std::vector<ExportTable>& tables, const std::string& base, OnBytes out)
    : base_(base), out_(std::move(out)) {
    for (const auto& table : tables) exported_.insert(table.table);
    out_(prefixes);
}

std::string Turtle::iri(std::string_view table, std::string_view id) const {
    return fmt::format("<{}{}/{}>", base_, iri_part(table), iri_part(id));
}

void Turtle::say(const std::string& subject, std::string_view predicate,
                 const std::string& object) {
    out_(fmt::format("{} {} {} .\n", subject, predicate, object));
    ++triples_;
}

void Turtle::column(const std::string& subject, const ExportTable& table,
                    const store::ExportColumn& column, const std::string& field) {
    const auto property = "alm:" + iri_part(column.name);
    if (column.name == "run_id" || column.name == "source_llm_run_id") {
        say(subject, table.kind == "run" ? "alm:run_id" : "prov:wasGeneratedBy",
            table.kind == "run" ? turtle_string(field) : iri("run", field));
    } else if (exported_.contains(column.references)) {
        say(subject, "alm:" + iri_part(without_id(column.name)),
            iri(short_name(column.references), field));
    } else {
        say(subject, property, turtle_literal(field, column.type));
    }
}

/// "Veyra leads the fleet" as one triple, where it is believed.
void Turtle::plain_triple(const ExportTable& table, const store::Snapshot::Fields& row) {
    const auto& state = field_of(table, row, "promotion_state");
    if (table.kind != "bridge" || table.ends.size() < 2 || table.label.empty() ||
        (state != "promoted" && state != "adjudicated"))
        return;
    std::array<std::string, 2> ends;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const auto column =
            std::find_if(table.columns.begin(), table.columns.end(),
                         [&](const auto& known) { return known.name == table.ends[i]; });
        const auto& id = field_of(table, row, table.ends[i]);
        if (column == table.columns.end() || !id) return;
        ends[i] = iri(short_name(column->references), *id);
    }
    if (const auto& label = field_of(table, row, table.label))
        say(ends[0], fmt::format("<{}relation/{}>", base_, iri_part(*label)), ends[1]);
}

void Turtle::row(const ExportTable& table, const store::Snapshot::Fields& row) {
    const auto subject = iri(table.kind == "alias" ? "dim_entity" : table.short_name(),
                             field_of(table, row, table.key).value_or(""));
    const auto label = table.label.empty() ? std::nullopt : field_of(table, row, table.label);
    if (table.kind == "alias") {
        if (label) say(subject, "skos:altLabel", turtle_string(*label));
        return;
    }
    say(subject, "a", "alm:" + iri_part(table.short_name()));
    say(subject, "a", table.kind == "run" ? "prov:Activity" : "prov:Entity");
    if (label && table.kind != "evidence") say(subject, "rdfs:label", turtle_string(*label));
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (row[i] && *row[i] != "{}") column(subject, table, table.columns[i], *row[i]);
    if (const auto& about = row[table.columns.size()]) {
        const std::size_t slash = about->find('/');
        say(subject, "alm:subject", iri(about->substr(0, slash), about->substr(slash + 1)));
    }
    plain_triple(table, row);

    const auto page = field_of(table, row, "source_page_id");
    if (table.kind == "run") {
        if (const auto& began = field_of(table, row, "started_at"))
            say(subject, "prov:startedAtTime", turtle_literal(*began, "timestamp with time zone"));
        if (const auto& ended = field_of(table, row, "finished_at"))
            say(subject, "prov:endedAtTime", turtle_literal(*ended, "timestamp with time zone"));
        if (const auto& model = field_of(table, row, "model"))
            say(subject, "prov:wasAssociatedWith", iri("model", *model));
        if (page) say(subject, "prov:used", iri("source_page", *page));
    } else if (table.kind == "chunk" && page) {
        say(subject, "prov:wasDerivedFrom", iri("source_page", *page));
    } else if (table.kind == "evidence") {
        if (page) say(subject, "prov:wasQuotedFrom", iri("source_page", *page));
        if (label) say(subject, "prov:value", turtle_string(*label));
        const auto& target = field_of(table, row, "target_table");
        const auto& id = field_of(table, row, "target_id");
        if (target && id) say(iri(short_name(*target), *id), "prov:wasDerivedFrom", subject);
    }
}

}  // namespace almagest::transfer
