#include "contract/item_bounds.h"

#include <array>
#include <optional>

#include "text/dates.h"
#include "text/names.h"

namespace almagest::contract {
namespace {

using nlohmann::json;

/// The members that may hold one end, as a model may call them; what is said before what is read.
constexpr std::array start_members{"start_text", "start_date", "start"};
constexpr std::array end_members{"end_text", "end_date", "end"};

struct Claim {
    std::string member;
    std::string text;
};

/// Takes an end's members out of the item; gives the first that says something.
std::optional<Claim> take_claim(json* item, const auto& members) {
    std::optional<Claim> claim;
    for (const char* member : members) {
        const auto found = item->find(member);
        if (found == item->end()) continue;
        const auto text = found->is_string()           ? found->get<std::string>()
                          : found->is_number_integer() ? found->dump()
                                                       : std::string();
        if (!claim && !text.empty()) claim = Claim{member, text};
        item->erase(found);
    }
    return claim;
}

/// The date that a claim names, if the evidence states it.
std::optional<text::DateMention> proved(const std::optional<Claim>& claim,
                                        std::string_view evidence, const text::Calendar& calendar,
                                        const std::optional<text::DateMention>& before) {
    if (!claim) return std::nullopt;
    const auto date = text::read_date(claim->text, calendar);
    if (!date) return std::nullopt;
    for (auto& stated : text::read_dates(evidence, calendar, before)) {
        if (stated.first_day == date->first_day && stated.last_day == date->last_day) return stated;
    }
    const auto places = text::find_words(evidence, claim->text);
    if (places.empty()) return std::nullopt;
    auto stated = *date;
    stated.range = places.front();
    return stated;
}

void write(json* item, const std::string& end, const text::DateMention& date,
           const std::string& day) {
    (*item)[end + "_date"] = day;
    (*item)[end + "_text"] = date.said;
    (*item)[end + "_precision"] = text::to_string(date.precision);
}

std::vector<std::string> names(const std::optional<Claim>& start, const std::optional<Claim>& end) {
    std::vector<std::string> members;
    if (start) members.push_back(start->member);
    if (end) members.push_back(end->member);
    return members;
}

}  // namespace

std::vector<std::string> drop_bounds(json* item) {
    item->erase("start_precision");
    item->erase("end_precision");
    const auto start = take_claim(item, start_members);
    return names(start, take_claim(item, end_members));
}

std::vector<std::string> set_bounds(json* item, std::string_view evidence, text::Range from,
                                    text::Range to, std::string_view wording,
                                    const text::Calendar& calendar,
                                    const std::optional<text::DateMention>& before) {
    item->erase("start_precision");
    item->erase("end_precision");
    auto start_claim = take_claim(item, start_members);
    auto end_claim = take_claim(item, end_members);
    auto start = proved(start_claim, evidence, calendar, before);
    auto end = proved(end_claim, evidence, calendar, before);
    if (start) start_claim.reset();
    if (end) end_claim.reset();
    if (const auto span = text::bounds_for(evidence, from, to, wording, calendar, before)) {
        start = span->bounds.start;
        end = span->bounds.end;
    }
    // ISO days compare as text. An end before its start is a misreading of both.
    if (start && end && end->last_day < start->first_day) start = end = std::nullopt;
    if (start) write(item, "start", *start, start->first_day);
    if (end) write(item, "end", *end, end->last_day);
    return names(start_claim, end_claim);
}

}  // namespace almagest::contract
