add_library(almagest_options INTERFACE)
target_compile_options(almagest_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror
                       # g++ 12 sees uninitialised members of std::optional and std::regex where
                       # there are none, once it inlines enough (-O1 with sanitizers, -O2)
                       -Wno-maybe-uninitialized)
target_include_directories(almagest_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(almagest_options INTERFACE Threads::Threads)
if(ALMAGEST_SANITIZE)
  target_compile_options(almagest_options INTERFACE -fsanitize=${ALMAGEST_SANITIZE}
                         -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(almagest_options INTERFACE -fsanitize=${ALMAGEST_SANITIZE})
endif()

# almagest_room(NAME text USES error ... LIBRARIES ...)
# The room in this folder: library almagest_<name> of every .cpp, and, of every *_test.cpp, the
# test program <name>_test.
function(almagest_room)
  cmake_parse_arguments(ROOM "" "NAME" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM ROOM_USES PREPEND almagest_)

  if(sources)
    add_library(almagest_${ROOM_NAME} STATIC ${sources})
    target_link_libraries(almagest_${ROOM_NAME} PUBLIC ${ROOM_USES} ${ROOM_LIBRARIES}
                          PRIVATE almagest_options)
    target_include_directories(almagest_${ROOM_NAME} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  else()
    add_library(almagest_${ROOM_NAME} INTERFACE)
    target_link_libraries(almagest_${ROOM_NAME} INTERFACE ${ROOM_USES} ${ROOM_LIBRARIES})
    target_include_directories(almagest_${ROOM_NAME} INTERFACE ${CMAKE_SOURCE_DIR}/src)
  endif()

  if(tests AND ALMAGEST_BUILD_TESTS)
    add_executable(${ROOM_NAME}_test ${tests})
    target_link_libraries(${ROOM_NAME}_test PRIVATE almagest_${ROOM_NAME} almagest_options
                          GTest::gmock GTest::gtest_main)
    target_compile_definitions(${ROOM_NAME}_test PRIVATE
                               ALMAGEST_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    gtest_discover_tests(${ROOM_NAME}_test TEST_PREFIX ${ROOM_NAME}. DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
