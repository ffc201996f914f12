#include "core/node/contacts.hpp"

#include <algorithm>
#include <utility>

#include "core/node/calls.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

using What = to_server::ContactChange::What;

// --- Answers -----------------------------------------------------------------------------------------

/// The call is done: said when no conversation has to be told of it any more.
void Contacts::answer(const Caller& caller, std::uint64_t number, std::uint64_t next) {
  const peer::Request& r = caller.request;
  if (caller.contact != nullptr && caller.contact->owed)
    return caller.contact->wait({r.session, caller.change.id, number, next});
  c_.emit(caller.partition, r.session.node,
          peer::Answer{r.session, to_client::Ok{.id = caller.change.id, .number = number, .next = next}});
}

// --- Calls (R2 to R4) ----------------------------------------------------------------------------------

void Contacts::on(const peer::Request& r) {
  if (c_.partition(shard_of(r.from.user)).state != Partition::State::open) return turn_away_own(c_, r);
  if (const auto* change = std::get_if<to_server::ContactChange>(&r.call)) return call(r, *change);
  call(r, std::get<to_server::Contacts>(r.call));
}

void Contacts::call(const peer::Request& r, const to_server::ContactChange& change) {
  const Duration age = std::chrono::milliseconds(r.age_ms) + c_.waited();
  if (age > limits::request_age && c_.config.policy.expired_work == ExpiredWorkPolicy::drop) {
    ++c_.counters.expired;
    return turn_away_own(c_, r);
  }
  Partition& p = c_.partition(shard_of(r.from.user));
  User* user = c_.need(r.from.user);
  if (user == nullptr) return;
  Contact* contact = nullptr;
  if (change.what != What::visible) {
    contact = c_.need(ContactKey{r.from.user, change.user});
    if (contact == nullptr) return;
  }
  if (calling_device(c_, r, *user) == nullptr) return;
  const Caller caller{r, change, p, *user, user->calls(r.from.device), contact};
  const std::uint64_t digest = digest_of(change);
  const auto again = [&](std::uint64_t number) { answer(caller, number, change.number + 1); };
  if (!is_new_own_call(c_, r, caller.calls, change, digest, again)) return;
  if (p.full()) return turn_away_own(c_, r);
  if (const auto detail = too_many(caller))
    return refuse_own(c_, r, ErrorCode::too_large, false, 0, *detail);
  const rows::Remembered what{.number = change.number, .key = change.key, .digest = digest};
  caller.calls.accept(what);
  c_.put(p, rows::remembered_call(r.from, caller.calls.slot(change.number)),
         rows::RememberedRow{.what = what});
  this->change(caller);
  answer(caller, change.number, change.number + 1);
}

std::optional<std::string_view> Contacts::too_many(const Caller& caller) const {
  const auto adds = [&](What what, bool is_one) { return caller.change.what == what && !is_one; };
  const Contact* contact = caller.contact;
  if (contact == nullptr) return {};
  if (adds(What::contact, contact->contact) && caller.user.contacts >= limits::contacts)
    return "you have 10,000 contacts, and more cannot be kept: drop some first";
  if (adds(What::block, contact->blocked) && caller.user.blocks().blocked >= limits::blocked_users)
    return "you have blocked 10,000 users, and more cannot be kept: unblock some first";
  return {};
}

void Contacts::change(const Caller& caller) {
  const to_server::ContactChange& change = caller.change;
  const ContactKey key{caller.request.from.user, change.user};
  User& user = caller.user;
  switch (change.what) {
    case What::contact:
    case What::uncontact: {
      const bool becomes = change.what == What::contact;
      if (caller.contact->contact != becomes) user.contacts += becomes ? 1 : -1;
      caller.contact->contact = becomes;
      caller.contact->name = change.name;
      put(caller.partition, key, *caller.contact);
      break;
    }
    case What::block: set_blocked(caller, true); break;
    case What::unblock: set_blocked(caller, false); break;
    case What::visible: user.only_contacts = change.visible_to == VisibleTo::contacts; break;
  }
  c_.put(caller.partition, rows::user(key.user), user.row(to_ms(c_.now.wall)));
  const Slot slot = c_.users.find(key.user);
  if (change.what == What::block) presences_.hide(slot, key.other);
  if (user.only_contacts && (change.what == What::visible || change.what == What::uncontact))
    presences_.judge_again(slot);
}

void Contacts::set_blocked(const Caller& caller, bool blocked) {
  Contact& contact = *caller.contact;
  if (contact.blocked == blocked) return;
  const ContactKey key{caller.request.from.user, caller.change.user};
  contact.blocked = blocked;
  Blocks& blocks = caller.user.changed_blocks();
  contact.number = ++blocks.last;
  const bool was_owed = contact.owed;
  contact.owed = c_.config.policy.blocks == BlockPolicy::once_stored;
  blocked ? ++blocks.blocked : --blocks.blocked;
  if (contact.owed && !was_owed)
    c_.put(caller.partition, rows::block_owed(key.user, key.other), rows::BlockOwedRow{});
  put(caller.partition, key, contact);
  tell(c_.contacts.find(key));
}

void Contacts::put(Partition& p, const ContactKey& key, const Contact& contact) {
  if (contact.nothing())
    c_.erase(p, rows::contact(key.user, key.other));
  else
    c_.put(p, rows::contact(key.user, key.other), contact.row());
}

// --- Telling the conversation ----------------------------------------------------------------------------

void Contacts::tell(Slot slot) {
  auto& entry = c_.contacts[slot];
  Contact& contact = entry.record;
  const auto& [user, other] = entry.key;
  const NodeId owner = c_.owner(shard_of(ConversationId::direct(user, other)));
  if (c_.up(owner))
    c_.emit(c_.partition(shard_of(user)), owner,
            peer::SetBlock{user, other, contact.number, contact.blocked});
  if (!contact.owed || std::exchange(contact.retrying, true)) return;
  retries_.push({slot, entry.use, c_.now.mono + limits::block_retry});
}

void Contacts::on(const peer::BlockStored& m) {
  const Slot slot = c_.contacts.find(ContactKey{m.user, m.other});
  if (slot == c_.contacts.none || !c_.contacts[slot].loaded) return;
  Contact& contact = c_.contacts[slot].record;
  if (!contact.owed || m.number < contact.number) return;
  if (m.number == contact.number) return stored(slot);
  // It knows a number of this user's that is not known here: embedded, the store has lost its end.
  // The block goes on under a number above all.
  Partition& p = c_.partition(shard_of(m.user));
  if (!c_.sure(p)) return;
  User* user = c_.need(m.user);
  if (user == nullptr || p.full()) return;
  std::uint32_t& last = user->changed_blocks().last;
  last = static_cast<std::uint32_t>(std::max<std::uint64_t>(last, m.number) + 1);
  contact.number = last;
  c_.contacts.touch(slot, c_.now.mono);
  c_.put(p, rows::user(m.user), user->row(to_ms(c_.now.wall)));
  put(p, {m.user, m.other}, contact);
  tell(slot);
}

void Contacts::stored(Slot slot) {
  Contact& contact = c_.contacts[slot].record;
  const ContactKey key = c_.contacts[slot].key;
  Partition& p = c_.partition(shard_of(key.user));
  // What they are told is durable elsewhere; it depends on nothing that is written below.
  for (const Contact::Waiting& w : contact.waiting)
    c_.emit(p, w.session.node,
            peer::Answer{w.session,
                         to_client::Ok{.id = w.request, .number = w.number, .next = w.next}});
  contact.waiting.clear();
  contact.owed = false;
  c_.contacts.touch(slot, c_.now.mono);
  c_.erase(p, rows::block_owed(key.user, key.other));
  put(p, key, contact);
}

// --- Pages -------------------------------------------------------------------------------------------

void Contacts::call(const peer::Request& r, const to_server::Contacts& wanted) {
  const User* user = c_.need(r.from.user);
  if (user == nullptr) return;
  const rows::Bounds all = rows::contacts_of(r.from.user);
  rows::Key from = all.from;
  if (wanted.after != UserId{}) from = rows::contact(r.from.user, wanted.after).next();
  const auto limit = std::clamp<std::uint32_t>(wanted.limit, 1, limits::contacts_in_page);
  c_.read(reads::ContactsPage{r.session, wanted.id, r.from.user, user->visible_to(), limit}, from,
          all.to, limit);
}

void Contacts::page_read(const reads::ContactsPage& page, std::string_view rows, bool more) {
  const std::span<ContactOf> found = c_.scratch.array<ContactOf>(limits::contacts_in_page);
  std::size_t count = 0;
  BatchReader reader(rows);
  RowWrite row;
  rows::Key last;
  while (reader.next(row)) {
    c_.work(1);
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    const auto* of = parsed ? std::get_if<rows::ContactRow>(&parsed->row) : nullptr;
    if (of == nullptr) return c_.unreadable();
    last = rows::contact(page.user, parsed->other);
    if (of->contact || of->blocked) found[count++] = {parsed->other, of->contact, of->blocked, of->name};
  }
  // A page names where the next begins, so it names at least one.
  if (count == 0 && more)
    return void(c_.read(page, last.next(), rows::contacts_of(page.user).to, page.limit));
  c_.emit(c_.partition(shard_of(page.user)), page.session.node,
          peer::Answer{page.session, to_client::ContactsPage{page.request, page.visible_to,
                                                             found.first(count), more}});
}

// --- Sweeps and turns --------------------------------------------------------------------------------

void Contacts::owing_read(PartitionId partition, std::string_view rows, bool more) {
  BatchReader reader(rows);
  RowWrite row;
  rows::Key last;
  while (reader.next(row)) {
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    if (!parsed) return c_.unreadable();
    c_.work(1);
    const ContactKey key{parsed->device.user, parsed->other};
    last = rows::block_owed(key.user, key.other);
    if (c_.contacts.find(key) == c_.contacts.none)
      c_.load<reads::Kind::contact>(c_.contacts, key);
  }
  if (more) owing_sweeps_.go_on(partition, last);
}

void Contacts::timers() {
  while (!retries_.empty() && retries_.front().due <= c_.now.mono && !c_.exhausted()) {
    const Retry retry = retries_.pop();
    c_.work(1);
    if (!c_.contacts.is(retry.slot, retry.use)) continue;
    c_.contacts[retry.slot].record.retrying = false;
    if (c_.contacts[retry.slot].record.owed) tell(retry.slot);
  }
}

std::uint64_t Contacts::owed() const {
  std::uint64_t owed = 0;
  for (Slot slot = 0; slot < c_.contacts.end(); ++slot)
    if (c_.contacts[slot].in_use && c_.contacts[slot].record.owed) ++owed;
  return owed;
}

}  // namespace hubbub
