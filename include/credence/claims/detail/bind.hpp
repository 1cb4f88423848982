// SPDX-License-Identifier: MIT
// The members of an aggregate as a tuple of references: one line for each number of members that braces can initialise,
// because C++20 has no packs in structured bindings (C++26 has).
#pragma once

#include <credence/version.hpp>

#include <tuple>
#include <type_traits>

namespace credence::detail {

// clang-format off
/// Whether there are more members than can be bound.
template <class Aggregate>
inline constexpr bool has_too_many_members = requires {
    Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}};
};

template <class Maybe, class Aggregate = std::remove_const_t<Maybe>>
// NOLINTNEXTLINE(readability-function-cognitive-complexity): one branch for each number of members
[[nodiscard]] constexpr auto bind_members([[maybe_unused]] Maybe& aggregate) noexcept {
    if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A,B,C,D,E,F] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A,B,C,D,E,F); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A,B,C,D,E] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A,B,C,D,E); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A,B,C,D] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A,B,C,D); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A,B,C] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A,B,C); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A,B] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A,B); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,A); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n,o); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m,n] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m,n); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l,m] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l,m); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k,l] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k,l); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j,k] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j,k); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i,j] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i,j); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h,i] = aggregate; return std::tie(a,b,c,d,e,f,g,h,i); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g,h] = aggregate; return std::tie(a,b,c,d,e,f,g,h); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f,g] = aggregate; return std::tie(a,b,c,d,e,f,g); }
    else if constexpr (requires { Aggregate{{},{},{},{},{},{}}; }) { auto& [a,b,c,d,e,f] = aggregate; return std::tie(a,b,c,d,e,f); }
    else if constexpr (requires { Aggregate{{},{},{},{},{}}; }) { auto& [a,b,c,d,e] = aggregate; return std::tie(a,b,c,d,e); }
    else if constexpr (requires { Aggregate{{},{},{},{}}; }) { auto& [a,b,c,d] = aggregate; return std::tie(a,b,c,d); }
    else if constexpr (requires { Aggregate{{},{},{}}; }) { auto& [a,b,c] = aggregate; return std::tie(a,b,c); }
    else if constexpr (requires { Aggregate{{},{}}; }) { auto& [a,b] = aggregate; return std::tie(a,b); }
    else if constexpr (requires { Aggregate{{}}; }) { auto& [a] = aggregate; return std::tie(a); }
    else { return std::tie(); }
}
// clang-format on

}  // namespace credence::detail
