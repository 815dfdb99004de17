#pragma once

#include <prometheus/registry.h>

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace almagest::telemetry {

/// The values of a family's labels, in the order of its label names. Any text may be one: bytes
/// that are not UTF-8 are replaced.
using LabelValues = std::vector<std::string>;

/// The metrics of one name that differ by their labels' values. A family holds at most
/// `kMostSeries` combinations; further ones count as one whose labels all read "other", so that
/// data cannot make the process grow. Thread-safe; a known combination costs a shared lock, a
/// look-up and an atomic.
template <class Metric>
class Family {
  public:
    static constexpr std::size_t kMostSeries = 1000;
    static constexpr const char* kOther = "other";

    Family(prometheus::Family<Metric>& family, std::vector<std::string> names,
           std::vector<double> bounds = {})
        : family_(&family), names_(std::move(names)), bounds_(std::move(bounds)) {}

    /// Throws std::invalid_argument unless there is a value for each name.
    [[nodiscard]] Metric& of(const LabelValues& values);
    /// Forgets every combination; references given out before are dead.
    void clear();

  private:
    [[nodiscard]] Metric& add(const LabelValues& values);

    prometheus::Family<Metric>* family_;
    std::vector<std::string> names_;
    std::vector<double> bounds_;  // of a histogram
    std::shared_mutex mutex_;
    std::map<LabelValues, Metric*> known_;
};
using Counters = Family<prometheus::Counter>;
using Gauges = Family<prometheus::Gauge>;
using Histograms = Family<prometheus::Histogram>;

/// A set of families and their text for Prometheus. Names and help are constants of the program.
/// Families live as long as the set. Thread-safe.
class Metrics {
  public:
    [[nodiscard]] Counters& counters(const std::string& name, const std::string& help,
                                     std::vector<std::string> label_names = {});
    [[nodiscard]] Gauges& gauges(const std::string& name, const std::string& help,
                                 std::vector<std::string> label_names = {});
    /// `bounds`: upper bounds of the buckets, rising; the one of infinity comes by itself.
    [[nodiscard]] Histograms& histograms(const std::string& name, const std::string& help,
                                         std::vector<std::string> label_names,
                                         std::vector<double> bounds);

    /// Exposition format 0.0.4, sorted by name within each kind.
    [[nodiscard]] std::string text() const;
    static constexpr const char* kMediaType = "text/plain; version=0.0.4; charset=utf-8";

  private:
    prometheus::Registry registry_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Counters>> counters_;
    std::vector<std::unique_ptr<Gauges>> gauges_;
    std::vector<std::unique_ptr<Histograms>> histograms_;
};

}  // namespace almagest::telemetry
