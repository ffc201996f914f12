#include "core/node/session.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace hubbub {
namespace {

TEST(Session, TakesWhatTheBudgetOfAClientHasForIt) { EXPECT_EQ(sizeof(Session), 64u); }

/// A device acknowledges what it was sent, in order or again, and is sent more; its inbox's numbers
/// begin anew, and it starts again from where it was. What a new owner is told in its place must be
/// something that it said, of these numbers.
RC_GTEST_PROP(Session, SaysAgainOnlyWhatTheDeviceSaid, ()) {
  Session session;
  Incarnation incarnation = 1;
  Sequence held = *rc::gen::inRange<Sequence>(0, 50);
  std::set<Sequence> said = {held};
  session.begin(incarnation, held);
  const int steps = *rc::gen::inRange(0, 60);
  for (int step = 0; step < steps; ++step) {
    switch (*rc::gen::inRange(0, 6)) {
      case 0: incarnation += 1; said.clear(); session.move(incarnation, held); break;
      case 1: held -= *rc::gen::inRange<Sequence>(0, held + 1); said.insert(held); session.move(incarnation, held); break;
      case 2: {
        const Sequence through = *rc::gen::inRange<Sequence>(0, held + 1);
        said.insert(through);
        session.acknowledge(incarnation, through);
        RC_ASSERT(session.acknowledged().has_value());
        RC_ASSERT(*session.acknowledged() >= through);
        break;
      }
      case 3: session.acknowledge(incarnation + 7, held); break;
      default: held += *rc::gen::inRange<Sequence>(0, 100); session.move(incarnation, held);
    }
    RC_ASSERT(session.held() == held);
    RC_ASSERT(session.incarnation() == incarnation);
    if (session.acknowledged()) RC_ASSERT(said.contains(*session.acknowledged()));
    if (said.empty()) RC_ASSERT(!session.acknowledged().has_value());
  }
}

TEST(Session, WhoIsSentMoreThanCanBeCountedHasSaidNothing) {
  Session session;
  session.begin(1, 0);
  session.move(1, UINT64_MAX);
  EXPECT_FALSE(session.acknowledged().has_value());
}

TEST(Session, MayTypeOnceInAnInterval) {
  Session session;
  EXPECT_TRUE(session.may_type(100s, 3s));
  EXPECT_FALSE(session.may_type(102'800ms, 3s));
  EXPECT_TRUE(session.may_type(103s, 3s));
  EXPECT_FALSE(session.may_type(104s, 3s));
}

}  // namespace
}  // namespace hubbub
