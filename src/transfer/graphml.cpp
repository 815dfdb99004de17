#include "transfer/graphml.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace almagest::transfer {
namespace {

using store::ExportTable;

std::string graph_type(const std::string& type) {
    if (type == "bigint" || type == "integer" || type == "smallint") return "long";
    if (type == "double precision" || type == "real") return "double";
    if (type == "boolean") return "boolean";
    return "string";
}

std::size_t place_of(const ExportTable& table, std::string_view column) {
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (table.columns[i].name == column) return i;
    return table.columns.size();
}

/// The id of the node that a foreign key leads to.
std::string node_of(const ExportTable& table, const store::Snapshot::Fields& row,
                    const std::string& column) {
    const std::size_t place = place_of(table, column);
    if (place >= table.columns.size() || !row[place]) return "";
    const auto& references = table.columns[place].references;
    return fmt::format("{}.{}", references.substr(references.find('.') + 1), *row[place]);
}

std::string id_of(const ExportTable& table, const store::Snapshot::Fields& row) {
    return fmt::format("{}.{}", table.short_name(), row[place_of(table, table.key)].value_or(""));
}

}  // namespace

std::string xml_text(std::string_view utf8) {
    std::string text;
    text.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const char byte = utf8[i];
        const auto value = static_cast<unsigned char>(byte);
        if (byte == '&') {
            text += "&amp;";
        } else if (byte == '<') {
            text += "&lt;";
        } else if (byte == '>') {
            text += "&gt;";
        } else if (byte == '"') {
            text += "&quot;";
        } else if (byte == '\t' || byte == '\n' || byte == '\r') {
            text += fmt::format("&#{};", static_cast<int>(value));
        } else if (value < 0x20) {
            text += "\xE2\x90";
            text += static_cast<char>(0x80 + value);
        } else if (value == 0xEF && utf8.substr(i + 1, 2) >= "\xBF\xBE") {
            text += "\xEF\xBF\xBD";
            i += 2;
        } else {
            text += byte;
        }
    }
    return text;
}

GraphMl::GraphMl(const std::vector<ExportTable>& tables, OnBytes out) : out_(std::move(out)) {
    // One key a name, as readers expect; where types differ, text holds them all.
    std::map<std::string, std::string> keys{
        {"table", "string"}, {"label", "string"}, {"aliases", "string"}, {"evidence", "string"}};
    for (const auto& table : tables) {
        for (const auto& column : table.columns) {
            const auto type = graph_type(column.type);
            const auto [known, is_new] = keys.emplace(column.name, type);
            if (!is_new && known->second != type) known->second = "string";
        }
    }
    out_(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
        "xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns "
        "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n");
    for (const auto& [name, type] : keys)
        out_(fmt::format("  <key id=\"{0}\" for=\"all\" attr.name=\"{0}\" attr.type=\"{1}\"/>\n",
                         xml_text(name), type));
    out_("  <graph id=\"almagest\" edgedefault=\"directed\">\n");
}

bool GraphMl::is_edge(const ExportTable& table) {
    return table.kind == "bridge" && table.ends.size() >= 2;
}

void GraphMl::datum(std::string_view key, std::string_view value) {
    out_(fmt::format("<data key=\"{}\">{}</data>", xml_text(key), xml_text(value)));
}

void GraphMl::data(const ExportTable& table, const store::Snapshot::Fields& row) {
    datum("table", table.short_name());
    if (const auto label = place_of(table, table.label); label < table.columns.size() && row[label])
        datum("label", *row[label]);
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (row[i] && *row[i] != "{}") datum(table.columns[i].name, *row[i]);
    // After the columns: subject_node, evidence, aliases.
    const std::size_t after = table.columns.size();
    if (row[after + 1]) datum("evidence", *row[after + 1]);
    if (row[after + 2]) datum("aliases", *row[after + 2]);
}

void GraphMl::element(const ExportTable& table, const store::Snapshot::Fields& row) {
    const auto id = xml_text(id_of(table, row));
    if (is_edge(table)) {
        const auto from = node_of(table, row, table.ends[0]);
        const auto to = node_of(table, row, table.ends[1]);
        if (from.empty() || to.empty()) return;
        out_(fmt::format("    <edge id=\"{}\" source=\"{}\" target=\"{}\">", id, xml_text(from),
                         xml_text(to)));
        data(table, row);
        out_("</edge>\n");
        ++edges_;
    } else {
        out_(fmt::format("    <node id=\"{}\">", id));
        data(table, row);
        out_("</node>\n");
        ++nodes_;
    }
}

void GraphMl::subject_edges(const ExportTable& table, const store::Snapshot::Fields& row) {
    const auto id = id_of(table, row);
    std::vector<std::pair<std::string, std::string>> subjects;
    if (auto subject = row[table.columns.size()]) {
        std::replace(subject->begin(), subject->end(), '/', '.');
        subjects.emplace_back("subject", *subject);
    }
    for (const auto& end : table.ends)
        if (auto node = node_of(table, row, end); !node.empty()) subjects.emplace_back(end, node);
    for (const auto& [role, subject] : subjects) {
        out_(fmt::format("    <edge id=\"{}\" source=\"{}\" target=\"{}\">",
                         xml_text(fmt::format("{}.{}", id, role)), xml_text(subject),
                         xml_text(id)));
        datum("table", table.short_name());
        datum("label", role);
        out_("</edge>\n");
        ++edges_;
    }
}

void GraphMl::finish() {
    out_("  </graph>\n</graphml>\n");
}

}  // namespace almagest::transfer
