//! [`ClientId`]: a client as far as limits are concerned.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use brainwrought_core::id::Digest;

/// A client as far as limits are concerned: an address, or the network that one customer usually has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ClientId {
    /// An IPv4 address, or the first 64 bits of an IPv6 address: a customer has all the others below them.
    Address(IpAddr),
    /// Whom a proxy names by something else than an address, such as `unknown` or `_hidden`: the proxy's network, and the
    /// start of the name's digest.
    Named(IpAddr, u64),
    /// Whoever comes when nobody knows from where, or when the table is full.
    Somebody,
}

impl ClientId {
    /// The client at an address.
    pub(crate) fn at(address: IpAddr) -> Self {
        Self::Address(network(address))
    }

    /// The client that a proxy tells of in an entry of `X-Forwarded-For`. An entry may have a port, quotes, or the brackets
    /// of an IPv6 address. What is no address is a name, good for the `proxy` that gave it alone.
    pub(crate) fn forwarded(entry: &str, proxy: IpAddr) -> Self {
        match address_in(entry) {
            Some(address) => Self::at(address),
            None => {
                let digest = Digest::of(entry.as_bytes());
                let name = digest.as_str().get(..16).and_then(|hex| u64::from_str_radix(hex, 16).ok());
                Self::Named(network(proxy), name.unwrap_or_default())
            }
        }
    }
}

/// The network that one customer usually has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

/// Reads `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:80`, quoted or not (RFC 7239,
/// section 6). A port is that of the connection, and another for each.
fn address_in(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let entry = entry.strip_prefix('"').and_then(|entry| entry.strip_suffix('"')).unwrap_or(entry).trim();
    let is_port =
        |port: &str| !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = entry.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let is_whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return if is_whole { without_zone(address).parse::<Ipv6Addr>().ok().map(IpAddr::V6) } else { None };
    }
    without_zone(entry).parse().ok().or_else(|| {
        let (address, port) = entry.split_once(':')?;
        if is_port(port) { address.parse::<Ipv4Addr>().ok().map(IpAddr::V4) } else { None }
    })
}

/// An address without the name of the interface that it belongs to (RFC 4007, section 11).
fn without_zone(address: &str) -> &str {
    address.split_once('%').map_or(address, |(address, _)| address)
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Named(proxy, name) => write!(f, "{proxy} {name:016x}"),
            Self::Somebody => f.write_str("somebody"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(text: &str) -> ClientId {
        ClientId::at(text.parse().unwrap())
    }

    #[test]
    fn entries_of_proxies_are_read_in_every_form() {
        let proxy = "192.0.2.9".parse().unwrap();
        let forwarded = |entry: &str| ClientId::forwarded(entry, proxy);
        for entry in ["7.7.7.7", "7.7.7.7:1", " \"7.7.7.7\" ", "\"7.7.7.7:65535\"", "[::ffff:7.7.7.7]:1"] {
            assert_eq!(forwarded(entry), client("7.7.7.7"), "{entry}");
        }
        for entry in
            ["2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80", "\"[2001:db8::1]:80\"", "2001:db8::1%eth0"]
        {
            assert_eq!(forwarded(entry), client("2001:db8::1"), "{entry}");
        }
        let mut named = std::collections::BTreeSet::from([client("192.0.2.9"), ClientId::Somebody]);
        for entry in
            ["unknown", "_hidden", "7.7.7.7:", "7.7.7.7:x", "[7.7.7.7]", "[2001:db8::1]x", "7.7.7", "\""]
        {
            assert!(named.insert(forwarded(entry)), "{entry} is one with another");
        }
        let elsewhere = ClientId::forwarded("unknown", "192.0.2.8".parse().unwrap());
        assert!(named.insert(elsewhere) && forwarded("unknown") == forwarded("unknown"));
        assert_ne!(elsewhere.to_string(), forwarded("unknown").to_string());
    }

    #[test]
    fn a_network_is_one_client() {
        assert_eq!(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
    }
}
