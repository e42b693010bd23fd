//! [`ServeArgs`]: what was typed about a server.

use std::path::PathBuf;

use brainwrought_http::{CallbackHost, VideoSize};
use brainwrought_stages::parse::MAX_PDF_BYTES;
use clap::Args as ClapArgs;

use crate::byte_size::ByteSize;
use crate::time_span::time_span;

/// The largest file that can be read, in megabytes.
const MAX_PDF_MB: u64 = MAX_PDF_BYTES / 1_000_000;

/// `serve`.
#[derive(Debug, ClapArgs)]
pub(crate) struct ServeArgs {
    /// Listen address; the default accepts connections from this machine only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) bind: std::net::IpAddr,
    /// Listen port [default: $PORT, or 7860]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Accept jobs but run none; workers elsewhere run them
    #[arg(long)]
    pub(crate) no_workers: bool,
    /// Number of tasks to run at once
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,
    #[arg(long, help = format!("Maximum size of a file in megabytes, at most {MAX_PDF_MB}"), value_name = "MB", default_value_t = MAX_PDF_MB, value_parser = clap::value_parser!(u64).range(1..=MAX_PDF_MB))]
    pub(crate) max_upload: u64,
    /// Maximum number of waiting and running jobs; further ones are refused
    #[arg(long, value_name = "JOBS", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_jobs: u32,
    /// Maximum size of a video as WIDTHxHEIGHTxSECONDS; only the product counts
    #[arg(long, value_name = "SIZE", default_value = "2160x3840x60", value_parser = video_size)]
    pub(crate) max_video: VideoSize,
    /// Maximum total storage, such as 20GB; once it is used up, uploads are refused and accepted jobs still finish
    /// [default: `max-storage` in the config file, or no limit]
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_storage: Option<ByteSize>,
    /// Additional host name to accept in requests; may be repeated
    #[arg(long = "host", value_name = "NAME", value_parser = host)]
    pub(crate) hosts: Vec<String>,
    /// Origin that may embed the web UI in a frame; may be repeated
    #[arg(long = "frame-ancestor", value_name = "ORIGIN", value_parser = origin)]
    pub(crate) frame_ancestors: Vec<String>,
    /// Delete jobs this long after they end, such as 12h or 7d [default: never]
    #[arg(long, value_name = "TIME", value_parser = keep)]
    pub(crate) keep: Option<std::time::Duration>,
    /// Folder with finished videos to show on the start page: copies of folders in data/outputs
    #[arg(long, value_name = "FOLDER")]
    pub(crate) examples: Option<PathBuf>,
    /// Host that clients may name in a callback URL, such as hooks.example.com (https) or http://10.0.0.7:8080; may be
    /// repeated [default: `callback-hosts` in the config file]
    #[arg(long = "callback-host", value_name = "HOST")]
    pub(crate) callback_hosts: Vec<CallbackHost>,
    /// Number of trusted reverse proxies whose X-Forwarded-* entries are used; with 0, a proxied request is never treated as
    /// an operator's
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = proxies)]
    pub(crate) proxies: usize,
}

/// The most proxies that a request passes one after the other.
const MAX_PROXIES: usize = 16;

/// The largest video that can be asked for: 8K on either side and an hour.
const MAX_SIDE: u32 = 8192;
const MAX_SECONDS: u32 = 3600;

fn video_size(text: &str) -> Result<VideoSize, String> {
    let numbers: Option<Vec<u32>> = text.split('x').map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[width, height, seconds])
            if (1..=MAX_SIDE).contains(&width)
                && (1..=MAX_SIDE).contains(&height)
                && (1..=MAX_SECONDS).contains(&seconds) =>
        {
            Ok(VideoSize::new(width, height, seconds))
        }
        Some(&[_, _, _]) => {
            Err(format!("the numbers must be from 1 to {MAX_SIDE}, {MAX_SIDE} and {MAX_SECONDS}"))
        }
        _ => Err("expected WIDTHxHEIGHTxSECONDS, such as 1080x1920x180".to_owned()),
    }
}

/// How many proxies a request passes: nobody has more than a few, and an address is no number.
fn proxies(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count <= MAX_PROXIES).ok_or_else(|| {
        format!("expected how many proxies there are, from 0 to {MAX_PROXIES}, not their addresses")
    })
}

/// Longer than any server runs.
const MAX_KEEP: std::time::Duration = std::time::Duration::from_secs(100 * 366 * 24 * 3600);

/// How long finished jobs are kept, at least a minute: a job that is deleted as it ends is no use to anybody.
fn keep(text: &str) -> Result<std::time::Duration, String> {
    let time = time_span(text)?;
    if time > MAX_KEEP {
        Err("expected at most 100 years; leave it out to keep jobs".to_owned())
    } else if time.as_secs() >= 60 {
        Ok(time)
    } else {
        Err("expected at least 1m; leave it out to keep jobs".to_owned())
    }
}

/// The name of a host as it stands in requests, without its port.
fn host(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_ipv6 = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let is_ipv6 = is_ipv6.is_some_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok());
    if is_ipv6 || !text.is_empty() && text.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("expected the name of a host, such as video.example.org, without http:// and port".to_owned())
    }
}

fn origin(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '*');
    if !name.is_empty() && name.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("expected an origin, such as https://example.org".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_values_are_refused_with_the_reason() {
        assert_eq!(proxies("1"), Ok(1));
        for wrong in ["0.0.0.0/0", "18446744073709551615", "-1", "17"] {
            assert!(proxies(wrong).unwrap_err().contains("not their addresses"), "{wrong}");
        }
        assert!(video_size("2160x3840x60").is_ok());
        for wrong in ["4294967295x4294967295x4294967295", "0x1x1", "1080x1920x99999", "1080x1920"] {
            assert!(video_size(wrong).is_err(), "{wrong}");
        }
        assert!(keep("7d").is_ok() && keep("59s").is_err() && keep("101 years").is_err());
    }
}
