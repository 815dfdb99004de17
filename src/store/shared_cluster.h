#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "store/temporary_home.h"

namespace almagest::store {

/// One private cluster for all tests of this program, made when the first asks and removed at the
/// end; each test gets a database of its own.
class SharedCluster : public testing::Environment {
  public:
    /// conninfo of a new empty database.
    [[nodiscard]] static std::string empty_database();
    /// conninfo of a new database that is migrated to this tree's database/.
    [[nodiscard]] static std::string migrated_database();
    /// The running cluster's home.
    [[nodiscard]] static TemporaryHome& home();

    void TearDown() override;

  private:
    static std::unique_ptr<TemporaryHome> home_;
};

}  // namespace almagest::store
