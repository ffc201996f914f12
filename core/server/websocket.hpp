// The sockets: HTTP and WebSocket on one port, by Asio and Beast.
//
// A socket arrives here raw. Its HTTP request is answered (`/healthz`, `/readyz`, an error as
// JSON), or it is upgraded at `/ws` and becomes a Connection of a node's loop. Header size and
// every phase's time are bounded, so that a slow or silent peer costs a socket and some kilobytes
// for ten seconds, no more.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace hubbub::server {

class Clients;

/// With a concrete executor: the polymorphic one costs memory in every operation.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// Takes the socket over. On the thread of the loop that owns `clients`, which must live until the
/// socket's io_context has run out of work or is destroyed.
void serve_socket(Socket socket, Clients& clients);

}  // namespace hubbub::server
