//! [`Parts`]: what all hosted voices have.

use std::sync::Arc;

use brainwrought_core::budget::Cost;
use brainwrought_core::data::Language;

use super::super::Engine;
use crate::provider::{Bill, Price, ProviderClient};

/// Grows whenever the same settings would ask for the same line in another way, or place its words elsewhere.
const SYNTHESIS: u32 = 1;

/// What all hosted voices have.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) name: String,
    pub(super) client: ProviderClient,
    pub(super) price: Option<Price>,
    pub(super) reference: Option<Arc<dyn Engine>>,
    pub(super) language: Language,
}

impl Parts {
    /// The most that a text can cost.
    pub(super) fn bill(&self, text: &str) -> Bill {
        Bill::by(self.price.as_ref(), |price| price.speech(text.chars().count() as u64))
    }

    /// What a text did cost.
    pub(super) fn cost(&self, text: &str) -> Cost {
        let price = self.price.unwrap_or_default();
        price.speech(text.chars().count() as u64)
    }

    /// Who says it by which settings.
    pub(super) fn identity(&self, settings: &str) -> String {
        let reference = self.reference.as_ref().map(|engine| engine.identity()).unwrap_or_default();
        format!(
            "{} {settings} at {} synthesis {SYNTHESIS}, aligned by {reference}",
            self.name,
            self.client.who()
        )
    }
}
