#include "telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>

namespace almagest::telemetry {
namespace {

/// As JSON writes it, for one text that is not UTF-8 makes Prometheus refuse all the others.
std::string valid_utf8(const std::string& text) {
    using nlohmann::json;
    return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace))
        .get<std::string>();
}

/// Makes a family with its first series, where it has no labels: a counter that is there and zero
/// tells more than none.
template <class Owned, class Built, class... More>
auto& keep(std::mutex& mutex, std::vector<std::unique_ptr<Owned>>& all, Built& built,
           std::vector<std::string> names, More... more) {
    const bool has_labels = !names.empty();
    auto family = std::make_unique<Owned>(built, std::move(names), std::move(more)...);
    if (!has_labels) static_cast<void>(family->of({}));
    const std::scoped_lock lock(mutex);
    return *all.emplace_back(std::move(family));
}

}  // namespace

template <class Metric>
Metric& Family<Metric>::of(const LabelValues& values) {
    if (values.size() != names_.size())
        throw std::invalid_argument(family_->GetName() + " wants a value for each of its labels");
    {
        const std::shared_lock lock(mutex_);
        if (const auto known = known_.find(values); known != known_.end()) return *known->second;
    }
    const std::unique_lock lock(mutex_);
    if (const auto known = known_.find(values); known != known_.end()) return *known->second;
    if (known_.size() < kMostSeries) return add(values);
    const LabelValues other(names_.size(), kOther);
    const auto known = known_.find(other);
    return known != known_.end() ? *known->second : add(other);
}

template <class Metric>
Metric& Family<Metric>::add(const LabelValues& values) {
    prometheus::Labels labels;
    for (std::size_t i = 0; i < names_.size(); ++i) labels[names_[i]] = valid_utf8(values[i]);
    Metric* metric = nullptr;
    if constexpr (std::is_same_v<Metric, prometheus::Histogram>)
        metric = &family_->Add(labels, bounds_);
    else
        metric = &family_->Add(labels);
    known_.emplace(values, metric);
    return *metric;
}

template <class Metric>
void Family<Metric>::clear() {
    const std::unique_lock lock(mutex_);
    for (const auto& [values, metric] : known_) family_->Remove(metric);
    known_.clear();
}

template class Family<prometheus::Counter>;
template class Family<prometheus::Gauge>;
template class Family<prometheus::Histogram>;

Counters& Metrics::counters(const std::string& name, const std::string& help,
                            std::vector<std::string> label_names) {
    return keep(mutex_, counters_,
                prometheus::BuildCounter().Name(name).Help(help).Register(registry_),
                std::move(label_names));
}

Gauges& Metrics::gauges(const std::string& name, const std::string& help,
                        std::vector<std::string> label_names) {
    return keep(mutex_, gauges_, prometheus::BuildGauge().Name(name).Help(help).Register(registry_),
                std::move(label_names));
}

Histograms& Metrics::histograms(const std::string& name, const std::string& help,
                                std::vector<std::string> label_names, std::vector<double> bounds) {
    return keep(mutex_, histograms_,
                prometheus::BuildHistogram().Name(name).Help(help).Register(registry_),
                std::move(label_names), std::move(bounds));
}

std::string Metrics::text() const {
    auto families = registry_.Collect();
    for (auto& family : families)
        std::sort(family.metric.begin(), family.metric.end(),
                  [](const auto& one, const auto& other) { return one.label < other.label; });
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace almagest::telemetry
