#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "error/error.h"
#include "store/review.h"

namespace almagest::cli {

using nlohmann::json;

namespace {

constexpr int rows_a_step = 2'000;

struct Reapplication {
    std::string type;
    bool dry_run = false;
};

struct Question {
    std::string type;
    double precision = 0.95;
};

/// {"entity": {"candidate>promoted": 3}} of what moves, type by type.
json moved_items(Session& session, const Reapplication& wish, const std::stop_token& stop) {
    store::Review review(session.connection());
    const auto& governance = session.settings().governance;
    const json dry = wish.dry_run ? store::thresholds_of(governance) : json();
    if (!wish.dry_run)
        store::Knowledge(session.connection()).set_thresholds(session.tenant_id(), governance);
    json moved = json::object();
    const auto types =
        wish.type.empty() ? review.item_types() : std::vector<std::string>{wish.type};
    for (const auto& type : types) {
        store::ReapplyStep step;
        do {
            if (stop.stop_requested()) throw Stopped();
            step = review.reapply(session.tenant_id(), type, step.last_id, rows_a_step, dry);
            for (const auto& [change, count] : step.moved.items()) {
                auto& total = moved[type][change];
                total =
                    (total.is_null() ? 0 : total.get<std::uint64_t>()) + count.get<std::uint64_t>();
            }
        } while (step.last_id != 0);
    }
    return moved;
}

int reapply(Session& session, const Reapplication& wish) {
    const auto moved = moved_items(session, wish, stop_on_signals());
    if (session.json) {
        print_json({{"dry_run", wish.dry_run}, {"moved", moved}});
        return Exit::done;
    }
    auto rows = json::array();
    for (const auto& [type, changes] : moved.items())
        for (const auto& [change, count] : changes.items()) {
            const auto arrow = change.find('>');
            rows.push_back({{"type", type},
                            {"from", change.substr(0, arrow)},
                            {"to", change.substr(arrow + 1)},
                            {"items", count}});
        }
    if (rows.empty()) {
        std::cout << "By these thresholds everything is where it should be.\n";
        return Exit::done;
    }
    std::cout << table_of({"type", "from", "to", "items"}, rows);
    std::cout << (wish.dry_run
                      ? "That is what would move; nothing did. What people decided stays.\n"
                      : "What people decided stayed.\n");
    return Exit::done;
}

std::string percent(double share) {
    return fmt::format("{:.0f} %", share * 100);
}

void print_bands(const json& bands) {
    constexpr double bar_columns = 20;
    for (const auto& band : bands) {
        const double share = band.at("share");
        std::string bar;
        const auto full = static_cast<int>(std::lround(share * bar_columns));
        for (int i = 0; i < static_cast<int>(bar_columns); ++i) bar += i < full ? "█" : "░";
        std::cout << fmt::format(
            "{:.2f} – {:.2f}  {} {:>5}  {:>6} of {:<6} {}\n", band.at("from").get<double>(),
            band.at("to").get<double>(), paint(bar, Colour::green), percent(share),
            cell(band["right"]), cell(band["decisions"]),
            paint(fmt::format("surely {} to {}", percent(band.at("low")), percent(band.at("high"))),
                  Colour::dim));
    }
}

void print_advice(const json& is) {
    const auto wanted = percent(is.at("precision"));
    if (const auto& at = is.at("threshold"); !at.is_null()) {
        std::cout << fmt::format(
            "\nFor a precision of {}: auto_promote_threshold {:.2f}. {} of {} decisions from there "
            "on were right, so at least {} are.\n",
            wanted, at.at("confidence").get<double>(), cell(at["right"]), cell(at["decisions"]),
            percent(at.at("low")));
        return;
    }
    std::cout << fmt::format(
        "\nToo few decisions to promise a precision of {}: it takes {} at the least, all right.\n",
        wanted, cell(is["needed"]));
    if (const auto& at = is.at("estimate"); !at.is_null())
        std::cout << fmt::format(
            "A first guess, not more: from {:.2f} on {} of {} were right; that could be {} too.\n",
            at.at("confidence").get<double>(), cell(at["right"]), cell(at["decisions"]),
            percent(at.at("low")));
}

int calibrate(Session& session, const Question& question) {
    const auto is = store::Review(session.connection())
                        .calibration(session.tenant_id(), question.type, question.precision);
    if (session.json) {
        print_json(is);
        return Exit::done;
    }
    if (is.at("decisions") == 0) {
        std::cout << "Nobody has decided anything yet, so nothing is known about how sure to be. "
                     "Start with: almagest review list\n";
        return Exit::done;
    }
    std::cout << fmt::format("{} decisions, {} of them found the item right\n\n",
                             cell(is["decisions"]), cell(is["right"]));
    print_bands(is.at("bands"));
    print_advice(is);
    std::cout << paint(
        "Only what people looked at counts. Where they saw just what waited, nothing is known of "
        "what was promoted by itself.\n",
        Colour::dim);
    return Exit::done;
}

}  // namespace

void add_thresholds(CLI::App& review, Action& action) {
    auto wish = std::make_shared<Reapplication>();
    auto* again = review.add_subcommand(
        "reapply", "applies the thresholds of the configuration to what is stored");
    again->add_option("--type", wish->type, "only this type of item");
    again->add_flag("--dry-run", wish->dry_run, "only say what would move");
    again->callback(
        [&action, wish] { action = [wish](Session& session) { return reapply(session, *wish); }; });

    auto question = std::make_shared<Question>();
    auto* calibration = review.add_subcommand(
        "calibration", "how often each confidence was right, by what people decided");
    calibration->add_option("--type", question->type, "only this type of item");
    calibration->add_option("--precision", question->precision, "which threshold gives this")
        ->capture_default_str();
    calibration->callback([&action, question] {
        action = [question](Session& session) { return calibrate(session, *question); };
    });
}

}  // namespace almagest::cli
