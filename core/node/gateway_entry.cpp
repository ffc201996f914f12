// How sessions come and go: who is let in (R29, R31), what everybody is to do when this server is
// lost (R30), and how they are sent away when it goes down (B9).
#include <algorithm>

#include "core/node/gateway.hpp"

namespace hubbub {
namespace {

AdmissionConfig schedule_of(const NodeConfig& config) {
  return config.policy.admission == AdmissionPolicy::slots ? config.admission : AdmissionConfig{};
}

/// Worth telling: what a plan is too long, a client waits longer than it must; what it is too short,
/// others are turned away once.
bool differs(std::uint32_t a, std::uint32_t b) { return (std::max(a, b) - std::min(a, b)) > std::max(a, b) / 8; }

}  // namespace

Gateway::Gateway(Context& context)
    : c_(context),
      watches_(context, *this),
      looks_(context),
      admission_(schedule_of(context.config), context.self()),
      plans_(context, admission_.rate()),
      clocks_(context),
      polls_(context),
      slices_(context) {}

// --- Coming (R29, R31) -------------------------------------------------------------------------------

/// Nothing is known of who comes but that there are many: more handshakes than the schedule will let
/// in soon would only wait for each other.
void Gateway::on(const input::Arrived& a) {
  sessions_.grow_to(a.connection.slot + 1);
  Session& s = sessions_[a.connection.slot];
  HUBBUB_CHECK(s.state == Session::State::free);
  const bool enters = !draining_ && (!admission_.scheduled() || handshakes_ < admission_.handshakes_most());
  c_.out->entries.push_back({a.connection, enters});
  if (!enters) {
    ++c_.counters.dropped;
    return;
  }
  s = Session(Session::State::arriving, a.connection);
  ++handshakes_;
}

void Gateway::enter(Session& s, const input::OpenedWith& with) {
  const input::Opened& o = with.opened;
  if (!token_opens(s, o.connection, with.token)) return;
  if (admission_.scheduled()) {
    if (open_ > c_.config.home.connections_most) return turn_away(s, o.connection, {});
    const auto answer = admission_.judge({o.user, o.resumes, o.ticket}, c_.life, c_.now.mono);
    if (!answer.enters) return turn_away(s, o.connection, answer.advice);
    if (answer.claims) ++c_.counters.slots_claimed;
  }
  if (const std::uint32_t issued = seconds_of(std::chrono::milliseconds(with.token.from_ms)))
    issued_[o.connection.slot] = issued;
  if (with.token.ends())
    tokens_.set(o.connection.slot, std::chrono::milliseconds(with.token.until_ms));
  slices_.began(o.connection.slot, with.key);
  ++c_.counters.entered;
  plans_.entered();
}

/// Without a slot, the plan for whoever found none is all that can be said.
void Gateway::turn_away(Session& s, ConnectionId connection, const Advice& advice) {
  ++c_.counters.turned_away;
  if (!advice.none()) ++c_.counters.slots_given;
  end(s, connection);
  c_.close(connection, CloseCode::overloaded,
           advice.none() ? Advice{.jitter_ms = plans_.on_loss().fleet_spread_ms} : advice);
}

// --- Plans (R30) -------------------------------------------------------------------------------------

void Gateway::renew_plans() {
  if (renew_next_at_ == never) {
    if (draining_ || c_.now.mono < renew_at_) return;
    renew_at_ = c_.now.mono + limits::plan_interval;
    renew_next_ = 0;
  }
  const OnLoss plan = plans_.on_loss();
  for (std::size_t looked = 0; renew_next_ < sessions_.size() && looked < limits::advise_burst; ++looked) {
    if (c_.exhausted()) break;
    c_.work(1);
    Session& s = sessions_[renew_next_];
    const ConnectionId connection{renew_next_++, s.use};
    if (!s.attached() || !differs(plan.spread_ms, s.told_spread_ms)) continue;
    s.told_spread_ms = plan.spread_ms;
    c_.frame(connection, to_client::Advise{.reason = to_client::Advise::Reason::plan, .on_loss = plan});
  }
  renew_next_at_ = renew_next_ < sessions_.size() ? c_.now.mono + limits::advise_interval : never;
}

// --- Going (B9) --------------------------------------------------------------------------------------

/// As fast as the others can take them, and no faster than in drain_waves.
void Gateway::drain() {
  if (draining_) return;
  draining_ = true;
  renew_next_at_ = never;
  const auto fit = static_cast<std::size_t>(plans_.away(open_) / limits::drain_interval);
  drain_wave_ = open_ / std::max(limits::drain_waves, fit) + 1;
  drain_left_ = drain_wave_;
  drain_at_ = c_.now.mono;
}

void Gateway::drain_wave() {
  constexpr Advice soon{.jitter_ms = limits::drain_interval / 1ms};
  for (; drain_next_ < sessions_.size() && drain_left_ > 0; ++drain_next_) {
    if (c_.exhausted()) return;  // the rest of the wave goes with the next step
    Session& s = sessions_[drain_next_];
    c_.work(1);
    if (s.state == Session::State::free || s.state == Session::State::closing ||
        s.state == Session::State::arriving)
      continue;
    const ConnectionId connection{drain_next_, s.use};
    if (admission_.scheduled())
      c_.frame(connection, to_client::Advise{.reason = to_client::Advise::Reason::draining, .advice = soon});
    end(s, connection);
    c_.close(connection, CloseCode::draining);
    --drain_left_;
  }
  drain_left_ = drain_wave_;
  drain_at_ = drain_next_ < sessions_.size() ? c_.now.mono + limits::drain_interval : never;
}

}  // namespace hubbub
