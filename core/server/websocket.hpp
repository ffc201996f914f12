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

class NodeLoop;

/// With a concrete executor: the polymorphic one costs memory in every operation.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// The sub-protocol this server speaks.
inline constexpr char sub_protocol[] = "hubbub.v1.json";

/// Takes the socket over. On the loop's thread.
void serve_socket(Socket socket, NodeLoop& loop);

}  // namespace hubbub::server
