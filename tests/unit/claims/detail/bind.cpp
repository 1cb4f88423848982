// SPDX-License-Identifier: MIT
// The members of an aggregate as references: their number, their order, and that they refer to the members themselves.
#include <credence/claims/detail/bind.hpp>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using credence::detail::bind_members;
using credence::detail::has_too_many_members;

namespace {

struct None {};
struct One {
    int a;
};
struct Inner {
    int a, b, c;
};
struct Nested {
    Inner inner;
    std::vector<std::string> list;
    std::map<std::string, int> map;
    std::optional<Inner> maybe;
    std::array<int, 3> array;
    bool last = true;
};
struct Thirty2 {
    int m00, m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11, m12, m13, m14, m15;
    int m16, m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31;
};
struct Thirty3 {
    Thirty2 first;
    int m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11, m12, m13, m14, m15, m16;
    int m17, m18, m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32;
};

template <class Aggregate>
constexpr std::size_t count = std::tuple_size_v<decltype(bind_members(std::declval<Aggregate&>()))>;

}  // namespace

TEST_CASE("members are counted, a nested struct as one") {
    CHECK(count<None> == 0);
    CHECK(count<One> == 1);
    CHECK(count<Inner> == 3);
    CHECK(count<Nested> == 6);
    CHECK(count<Thirty2> == 32);
    CHECK_FALSE(has_too_many_members<Thirty2>);
    CHECK(has_too_many_members<Thirty3>);
}

TEST_CASE("bound members are the object's own, first to last") {
    Thirty2 object{};
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        ((std::get<Index>(bind_members(object)) = static_cast<int>(Index)), ...);
    }(std::make_index_sequence<32>{});
    CHECK(object.m00 == 0);
    CHECK(object.m09 == 9);
    CHECK(object.m25 == 25);
    CHECK(object.m26 == 26);
    CHECK(object.m31 == 31);
}

TEST_CASE("members of a const object are const") {
    const Nested object{};
    auto members = bind_members(object);
    STATIC_REQUIRE(std::is_same_v<std::tuple_element_t<0, decltype(members)>, const Inner&>);
    CHECK(&std::get<1>(members) == &object.list);
    CHECK(std::get<5>(members));
}
