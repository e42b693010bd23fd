//! [`JobLink`]: what people paste where an id is asked for: an id, or any link of this server.

use brainwrought_core::id::{JobId, ViewId};

/// What a pasted text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JobLink {
    /// 32 hexadecimal digits: the id of a job, or else of a view.
    Id(JobId),
    /// A link to a job, or to one of its files.
    Job(JobId),
    /// A view-only link.
    View(ViewId),
}

impl JobLink {
    /// Reads an id or a link: `…?job_id=ID`, `…/jobs/ID…` or `…/v/ID…`. The host is not looked at: behind a proxy a server
    /// does not know all of its names, and whoever has the id may see the job anyway.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(id) = text.to_ascii_lowercase().parse() {
            return Some(Self::Id(id));
        }
        let address = text.split('#').next().unwrap_or_default();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("job_id="));
        if let Some(id) = asked.and_then(|id| id.parse().ok()) {
            return Some(Self::Job(id));
        }
        let parts: Vec<&str> = path.split('/').collect();
        parts.windows(2).find_map(|two| match two {
            ["jobs", id] => id.parse().ok().map(Self::Job),
            ["v", id] => id.parse().ok().map(Self::View),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_links_are_read_and_nothing_else_is() {
        let id = "0123456789abcdef0123456789abcdef";
        let (job, view) = (id.parse::<JobId>().unwrap(), id.parse::<ViewId>().unwrap());
        for (text, expected) in [
            (format!("  {id}\n"), JobLink::Id(job.clone())),
            (id.to_uppercase(), JobLink::Id(job.clone())),
            (format!("https://a.example/?job_id={id}"), JobLink::Job(job.clone())),
            (format!("https://a.example/video/?tab=x&job_id={id}#top"), JobLink::Job(job.clone())),
            (format!("/jobs/{id}/video.mp4?download"), JobLink::Job(job.clone())),
            (format!("http://127.0.0.1:7860/api/jobs/{id}"), JobLink::Job(job)),
            (format!("a.example/v/{id}"), JobLink::View(view.clone())),
            (format!("https://a.example/base/v/{id}/poster.png"), JobLink::View(view)),
        ] {
            assert_eq!(JobLink::parse(&text), Some(expected), "{text}");
        }
        for wrong in ["", "paper", "https://a.example/", "/jobs/12", "/v/../v", "?job_id=", &id[1..]] {
            assert_eq!(JobLink::parse(wrong), None, "{wrong}");
        }
    }
}
