#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "store/database.h"

namespace almagest::store {

/// A few connections for many threads. Connects when they are first needed. Thread-safe; must
/// outlive what it lends.
class ConnectionPool {
  public:
    /// At most `size` (at least 1) connections at once.
    ConnectionPool(const Database& database, std::string purpose, std::size_t size);

    /// A connection for as long as this object lives, then back in the pool.
    class Lent {
      public:
        ~Lent();
        Lent(const Lent&) = delete;
        Lent& operator=(const Lent&) = delete;
        [[nodiscard]] Connection& operator*() const { return *connection_; }

      private:
        friend class ConnectionPool;
        Lent(ConnectionPool& pool, std::unique_ptr<Connection> connection);
        ConnectionPool* pool_;
        std::unique_ptr<Connection> connection_;
    };
    /// Waits until one is free.
    [[nodiscard]] Lent lend();

  private:
    void take_back(std::unique_ptr<Connection> connection);

    const Database* database_;
    std::string purpose_;
    std::size_t unmade_;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Connection>> free_;
};

}  // namespace almagest::store
