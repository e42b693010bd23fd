//! [`ServeArgs`]: what was typed about a server.

use std::path::PathBuf;

use brainwrought_http::{CallbackHost, VideoSize};
use clap::Args as ClapArgs;

use crate::byte_size::ByteSize;

/// `serve`.
#[derive(Debug, ClapArgs)]
pub(crate) struct ServeArgs {
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) bind: std::net::IpAddr,
    /// The port [default: $PORT, or 7860]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Only take jobs; workers elsewhere do them
    #[arg(long)]
    pub(crate) no_workers: bool,
    /// How many tasks at once
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,
    /// The largest PDF, in megabytes
    #[arg(long, value_name = "MB", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) max_upload: u64,
    /// How many jobs may wait and run before new ones are refused
    #[arg(long, value_name = "JOBS", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_jobs: u32,
    /// The largest video as WIDTHxHEIGHTxSECONDS; one that is larger in one way may be smaller in another
    #[arg(long, value_name = "SIZE", default_value = "2160x3840x60", value_parser = video_size)]
    pub(crate) max_video: VideoSize,
    /// The most to store of everything, such as 20GB; uploads beyond it are refused, jobs that were accepted are finished
    /// [default: `max-storage` in the config file, or no limit]
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_storage: Option<ByteSize>,
    /// A host name to answer to, beside those of this machine; may be given several times
    #[arg(long = "host", value_name = "NAME")]
    pub(crate) hosts: Vec<String>,
    /// An origin that may show the page in a frame; may be given several times
    #[arg(long = "frame-ancestor", value_name = "ORIGIN", value_parser = origin)]
    pub(crate) frame_ancestors: Vec<String>,
    /// Remove jobs that are over after so long, such as 12h or 7d; without it they stay
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) keep: Option<std::time::Duration>,
    /// Show the finished videos in this folder on the start page; copies of folders of data/outputs
    #[arg(long, value_name = "FOLDER")]
    pub(crate) examples: Option<PathBuf>,
    /// A host that clients may have called once their job has ended, such as hooks.example.com (by https) or
    /// http://10.0.0.7:8080; may be given several times [default: `callback-hosts` in the config file]
    #[arg(long = "callback-host", value_name = "HOST")]
    pub(crate) callback_hosts: Vec<CallbackHost>,
    /// The number of trusted reverse proxies in front; without it, a request that shows signs of one is never an operator's
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) proxies: usize,
}

fn video_size(text: &str) -> Result<VideoSize, String> {
    let numbers: Option<Vec<u32>> = text.split('x').map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[width, height, seconds]) if width > 0 && height > 0 && seconds > 0 => {
            Ok(VideoSize::new(width, height, seconds))
        }
        _ => Err("give width, height and seconds, such as 1080x1920x180".to_owned()),
    }
}

fn origin(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '*');
    if !name.is_empty() && name.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("give an origin, such as https://example.org".to_owned())
    }
}
