#include "store/connection_pool.h"

#include <algorithm>
#include <utility>

namespace almagest::store {

ConnectionPool::ConnectionPool(const Database& database, std::string purpose, std::size_t size)
    : database_(&database), purpose_(std::move(purpose)), unmade_(std::max<std::size_t>(1, size)) {}

ConnectionPool::Lent::Lent(ConnectionPool& pool, std::unique_ptr<Connection> connection)
    : pool_(&pool), connection_(std::move(connection)) {}

ConnectionPool::Lent::~Lent() {
    pool_->take_back(std::move(connection_));
}

ConnectionPool::Lent ConnectionPool::lend() {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [this] { return !free_.empty() || unmade_ > 0; });
    if (free_.empty()) {
        free_.push_back(std::make_unique<Connection>(database_->connect(purpose_)));
        --unmade_;  // not before: one that could not be made may be made later
    }
    auto connection = std::move(free_.back());
    free_.pop_back();
    return {*this, std::move(connection)};
}

void ConnectionPool::take_back(std::unique_ptr<Connection> connection) {
    {
        const std::scoped_lock lock(mutex_);
        free_.push_back(std::move(connection));
    }
    freed_.notify_one();
}

}  // namespace almagest::store
