// Questions of a device: for a message by its id, and for what mentions its user. Nobody waits for the
// answers: what is put off is forgotten.
#include "core/base/check.hpp"
#include "sim/clients/device_work.hpp"

namespace hubbub::sim {

void Device::ask_questions() {
  if (!questions_) questions_ = std::make_unique<Questions>();
}

std::optional<Wanted> Device::shown_last() const {
  if (!questions_ || !questions_->last.shown) return {};
  return questions_->last;
}

void Device::remember(const to_client::Event& event) {
  if (questions_) questions_->last = {event.message.id, true, event.conversation, event.message.seq};
}

bool Device::asks() const { return questions_ && questions_->request != 0; }

/// 0: not now.
RequestId Device::ask(Duration now, const Wanted& wanted, DeviceEdge& edge) {
  HUBBUB_CHECK(questions_ != nullptr);
  if (state_ != State::attached || asks()) return 0;
  questions_->wanted = wanted;
  questions_->answer_by = now + edge.settings.answer_timeout;
  return questions_->request = next_request_++;
}

void Device::find(Duration now, const Wanted& wanted, DeviceEdge& edge) {
  if (const RequestId id = ask(now, wanted, edge))
    edge.actions.frames.push_back(to_server::Get{id, wanted.message});
}

void Device::ask_mentions(Duration now, DeviceEdge& edge) {
  if (const RequestId id = ask(now, {}, edge))
    edge.actions.frames.push_back(to_server::Mentions{id, 0, limits::mentions_in_page});
}

void Device::on(Duration now, const to_client::Found& found, DeviceEdge& edge) {
  if (!asks() || questions_->request != found.id) return;
  questions_->request = 0;
  edge.observer.found(now, *this, questions_->wanted, &found);
}

void Device::on(Duration now, const to_client::MentionsPage& page, DeviceEdge& edge) {
  if (!asks() || questions_->request != page.id) return;
  questions_->request = 0;
  edge.observer.mentions(now, *this, page);
}

bool Device::question_error(Duration now, const to_client::Error& error, DeviceEdge& edge) {
  if (!asks() || questions_->request != error.id) return false;
  questions_->request = 0;
  if (error.retry)
    edge.observer.put_off(now, *this, error);
  else if (error.code == ErrorCode::not_found)
    edge.observer.found(now, *this, questions_->wanted, nullptr);
  return true;
}

/// Who polls has other times for what is not answered.
Duration Device::question_deadline() const {
  return asks() && !polls() ? questions_->answer_by : never;
}

std::size_t Device::question_bytes() const { return questions_ ? sizeof(Questions) : 0; }

}  // namespace hubbub::sim
