// Asio and Beast themselves, compiled once; everything else includes only their declarations.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
