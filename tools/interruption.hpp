// Ctrl-C, SIGTERM and SIGHUP: what runs ends with what there is, and tells it; a second one ends
// the program at once.
#pragma once

#include <atomic>

namespace hubbub::tools {

/// From here on the three signals are taken. Who ignores SIGHUP (nohup) goes on ignoring it.
void take_interruptions();

/// From here on they end the program again.
void leave_interruptions();

/// Did one come?
const std::atomic<bool>& interrupted();

/// `status`, with that of an interruption told by its signal, as a shell does: 128 + signal.
int with_signal(int status);

}  // namespace hubbub::tools
