//! [`Capabilities`]: what a server takes, learned from what it refused.

use std::sync::{Mutex, PoisonError};

/// What a server is asked for in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RequestFormat {
    /// How the form of an answer is asked for.
    pub(super) form: Form,
    /// Whether temperature and seed are sent.
    pub(super) tunes: bool,
    /// Whether the answer comes as a stream.
    pub(super) streams: bool,
    /// Whether the limit of the answer has its newer name, `max_completion_tokens`.
    pub(super) names_limit_anew: bool,
}

/// How the form of an answer is asked for, the strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The server keeps the model to the schema.
    Schema,
    /// The server keeps the model to a looser form, and words tell the schema.
    Loose,
    /// Words alone.
    Words,
}

/// What one server takes. Each refusal leads one rung down, and the rung is remembered for the calls that follow.
#[derive(Debug)]
pub(super) struct Capabilities {
    manner: Mutex<RequestFormat>,
    /// Whether the server may be one whose refusals say nothing.
    is_foreign: bool,
}

impl RequestFormat {
    /// What today's hosted models take.
    pub(super) const HOSTED: Self =
        Self { form: Form::Schema, tunes: true, streams: true, names_limit_anew: true };
    /// What most servers of one's own take.
    pub(super) const FOREIGN: Self =
        Self { form: Form::Schema, tunes: true, streams: true, names_limit_anew: false };
}

impl Capabilities {
    pub(super) fn new(manner: RequestFormat, is_foreign: bool) -> Self {
        Self { manner: Mutex::new(manner), is_foreign }
    }

    pub(super) fn manner(&self) -> RequestFormat {
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns from the refusal of a request that was made in the manner `used`; false when there is nothing to learn, and
    /// sending the request in another manner cannot help.
    pub(super) fn learn(&self, used: RequestFormat, said: &str, has_form: bool) -> bool {
        let mut manner = self.manner.lock().unwrap_or_else(PoisonError::into_inner);
        if *manner != used {
            // Another call has learned in the meantime.
            return true;
        }
        let said = said.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if used.tunes && says(&["temperature", "seed"]) {
            manner.tunes = false;
        } else if says(&["max_completion_tokens"]) && (used.names_limit_anew || says(&["max_tokens"])) {
            manner.names_limit_anew = !used.names_limit_anew;
        } else if used.streams && says(&["stream"]) {
            manner.streams = false;
        } else if has_form
            && (self.is_foreign || says(&["schema", "format", "json", "grammar", "output_config", "tool"]))
        {
            manner.form = match used.form {
                Form::Schema => Form::Loose,
                Form::Loose => Form::Words,
                Form::Words => return false,
            };
        } else {
            return false;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_leads_one_rung_down() {
        let ladder = Capabilities::new(RequestFormat::FOREIGN, true);
        let refuse = |said: &str| ladder.learn(ladder.manner(), said, true);
        assert!(refuse("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead"));
        assert!(ladder.manner().names_limit_anew);
        assert!(refuse("temperature does not support 0.2"));
        assert!(!ladder.manner().tunes);
        assert!(refuse("stream_options is not known"));
        assert!(!ladder.manner().streams);
        assert!(refuse("no") && ladder.manner().form == Form::Loose);
        assert!(refuse("no") && ladder.manner().form == Form::Words);
        assert!(!refuse("no"));
    }

    #[test]
    fn a_hosted_model_is_asked_for_less_only_when_it_says_so() {
        let ladder = Capabilities::new(RequestFormat::HOSTED, false);
        assert!(!ladder.learn(RequestFormat::HOSTED, "you exceeded the length of messages", true));
        assert!(!ladder.learn(RequestFormat::HOSTED, "response_format is not supported", false));
        assert!(ladder.learn(RequestFormat::HOSTED, "response_format is not supported", true));
        // A call that began before that learns from it, too.
        assert!(ladder.learn(RequestFormat::HOSTED, "", false));
        assert_eq!(ladder.manner().form, Form::Loose);
    }
}
