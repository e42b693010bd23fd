//! What `?status=…&limit=…&offset=…` asks for.

use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::JobFilter;

use crate::ApiError;

/// How many jobs a list shows when it is not told.
const USUAL_LIMIT: usize = 50;

/// How many jobs a list shows at most, so that one request cannot ask for everything there ever was.
const MAX_LIMIT: usize = 500;

/// Reads a query. Several statuses are given one after another: `status=RUNNING&status=FAILED`.
pub(crate) fn parse(query: &str) -> Result<JobFilter, ApiError> {
    let mut filter = JobFilter { limit: Some(USUAL_LIMIT), ..JobFilter::default() };
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match key {
            "limit" => filter.limit = Some(number(key, value)?.min(MAX_LIMIT)),
            "offset" => filter.offset = number(key, value)?,
            "status" => filter.statuses.push(status(value)?),
            _ => {
                return Err(ApiError::WrongQuery(format!(
                    "`{key}` is none of `limit`, `offset` and `status`"
                )));
            }
        }
    }
    Ok(filter)
}

fn number(key: &str, value: &str) -> Result<usize, ApiError> {
    value.parse().map_err(|_| ApiError::WrongQuery(format!("`{key}` takes a number, not `{value}`")))
}

fn status(value: &str) -> Result<JobStatus, ApiError> {
    // The names are those of the stored job, in upper case; a person may type them in lower case.
    serde_json::from_value(value.to_uppercase().into()).map_err(|_| {
        let known = "PENDING, RUNNING, INTERRUPTED, COMPLETED, FAILED, CANCELLED";
        ApiError::WrongQuery(format!("`{value}` is no status; statuses are {known}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_bounded() {
        assert_eq!(parse("").unwrap().limit, Some(USUAL_LIMIT));
        assert_eq!(parse("limit=999999&offset=7").unwrap().limit, Some(MAX_LIMIT));
        assert_eq!(parse("limit=3&offset=7").unwrap().offset, 7);
    }

    #[test]
    fn statuses_add_up() {
        let filter = parse("status=running&status=FAILED").unwrap();
        assert_eq!(filter.statuses, [JobStatus::Running, JobStatus::Failed]);
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        for (query, named) in [("limit=x", "`x`"), ("status=", "statuses are"), ("sort=up", "`sort`")] {
            let error = parse(query).unwrap_err().to_string();
            assert!(error.contains(named), "{query}: {error}");
        }
    }
}
