//! Buckets, against a real S3 server, and against one that fails on purpose.

mod failing;
mod failing_server;
mod real;
