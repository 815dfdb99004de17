#include "review/web_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

namespace almagest::review {

WebMetrics::WebMetrics()
    : requests_(metrics_.counters("almagest_web_requests_total", "Requests answered.",
                                  {"route", "status"})),
      durations_(metrics_.histograms("almagest_web_request_duration_seconds",
                                     "How long answers took.", {"route"},
                                     {0.005, 0.02, 0.05, 0.1, 0.25, 1, 5})),
      decisions_(metrics_.counters("almagest_review_decisions_total",
                                   "Items that reviewers decided.", {"decision"})) {}

void WebMetrics::answered(const std::string& route, int status,
                          std::chrono::duration<double> took) {
    requests_.of({route, std::to_string(status)}).Increment();
    durations_.of({route}).Observe(took.count());
}

void WebMetrics::decided(const std::string& decision, std::size_t items) {
    decisions_.of({decision}).Increment(static_cast<double>(items));
}

}  // namespace almagest::review
