//! What is shown while each line is said, for scripts that no model directed: chosen from the words of the line and the
//! document, and placed so that the picture keeps up with the voice.

mod amounts;
mod clauses;
mod enumeration;
mod meaning;
mod phrase;
mod planner;
mod relations;

pub(crate) use self::planner::direct;
