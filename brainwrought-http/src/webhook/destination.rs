//! [`resolve`]: the addresses that a webhook may connect to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use url::{Host, Url};

/// The longest that a name may take to resolve.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a host cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoDestination {
    #[error("its host has no address just now")]
    Unresolved,
    #[error("its host leads to an address inside a private network or this machine")]
    Inside,
}

/// Resolves the host of a URL that the operator allows. An address that stands in the URL itself is the operator's own
/// choice; a name leads to addresses of the public Internet only, whatever a name server says.
pub(super) async fn resolve(url: &Url) -> Result<Vec<SocketAddr>, NoDestination> {
    let port = url.port_or_known_default().ok_or(NoDestination::Unresolved)?;
    let name = match url.host() {
        Some(Host::Ipv4(address)) => return Ok(vec![SocketAddr::from((address, port))]),
        Some(Host::Ipv6(address)) => return Ok(vec![SocketAddr::from((address, port))]),
        Some(Host::Domain(name)) => name,
        None => return Err(NoDestination::Unresolved),
    };
    let lookup = tokio::time::timeout(RESOLVE_TIMEOUT, tokio::net::lookup_host((name, port))).await;
    let found = lookup.ok().and_then(Result::ok).ok_or(NoDestination::Unresolved)?;
    public_only(found)
}

/// Leaves out addresses inside. A name that leads to nothing else is refused.
fn public_only(found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, NoDestination> {
    let (public, inside): (Vec<SocketAddr>, Vec<SocketAddr>) =
        found.partition(|address| is_public(address.ip()));
    match (public.is_empty(), inside.is_empty()) {
        (false, _) => Ok(public),
        (true, false) => Err(NoDestination::Inside),
        (true, true) => Err(NoDestination::Unresolved),
    }
}

/// Tells whether an address is one of the public Internet, by the IANA special-purpose address registries.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        // "This network", and addresses reserved for the future with the broadcast address.
        || a == 0
        || a >= 240
        // Shared address space of carriers (RFC 6598); some clouds have their metadata there.
        || (a == 100 && (64..128).contains(&b))
        // Protocol assignments (RFC 6890), the former 6to4 relays (RFC 7526), and benchmarks (RFC 2544).
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && matches!(b, 18 | 19))
        // The host of virtual machines at Azure, which hands out their settings.
        || address == Ipv4Addr::new(168, 63, 129, 16);
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    // NAT64 (RFC 6052) carries an IPv4 address; networks without IPv4 reach others by it.
    if (a, b, c, d, e, f) == (0x64, 0xff9b, 0, 0, 0, 0) {
        let [w, x] = g.to_be_bytes();
        let [y, z] = h.to_be_bytes();
        return is_public_v4(Ipv4Addr::new(w, x, y, z));
    }
    // Global unicast is 2000::/3 alone, so mapped, local, link-local and multicast addresses are none.
    let is_special = (a & 0xe000) != 0x2000
        // Protocol assignments with Teredo and ORCHID (2001::/23), documentation, 6to4, and documentation again.
        || (a == 0x2001 && b < 0x200)
        || (a, b) == (0x2001, 0xdb8)
        || a == 0x2002
        || (a == 0x3fff && b < 0x1000);
    !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_are_told_from_public_ones() {
        for inside in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.9.9.9",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for public in
            ["8.8.8.8", "100.63.0.1", "172.32.0.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "2001:4860::8"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn of_a_name_with_both_only_public_addresses_are_called() {
        let at = |text: &str| SocketAddr::new(text.parse().unwrap(), 443);
        let mixed = [at("10.0.0.1"), at("8.8.8.8"), at("::1")];
        assert_eq!(public_only(mixed.into_iter()), Ok(vec![at("8.8.8.8")]));
        assert_eq!(public_only([at("10.0.0.1")].into_iter()), Err(NoDestination::Inside));
        assert_eq!(public_only(std::iter::empty()), Err(NoDestination::Unresolved));
    }

    #[tokio::test]
    async fn a_name_for_this_machine_leads_nowhere() {
        let url = "https://localhost/".parse().unwrap();
        assert_eq!(resolve(&url).await, Err(NoDestination::Inside));
        let own = "http://127.0.0.1:9/".parse().unwrap();
        assert_eq!(resolve(&own).await, Ok(vec!["127.0.0.1:9".parse().unwrap()]));
    }
}
