//! [`TrendLexicon`]: the expressions that are built in.

use async_trait::async_trait;
use brainwrought_core::stage::StageContext;

use super::super::seeded::Seeded;
use super::source::{TrendError, TrendSource, TrendTopic};
use super::trend::{MAX_TRENDS, Trend};
use crate::language::{Expression, LanguageData};

/// The expressions that are built in, written for this program: a few for each script, by its seed.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrendLexicon;

impl TrendLexicon {
    /// Its name as a source.
    pub(super) const NAME: &str = "lexicon";

    /// The expressions for a topic: of its language, no stronger than its level, another choice for another seed.
    pub(super) fn chosen(self, topic: &TrendTopic) -> Vec<Trend> {
        let language = topic.language.split('-').next().unwrap_or_default();
        let all = &LanguageData::of(language).trends;
        let mut fitting: Vec<&Expression> = all.iter().filter(|entry| entry.level <= topic.slang).collect();
        Seeded::new(topic.seed).shuffle(&mut fitting);
        fitting
            .iter()
            .take(MAX_TRENDS)
            .map(|entry| Trend::new(&entry.phrase, &entry.meaning, Self::NAME))
            .collect()
    }
}

#[async_trait]
impl TrendSource for TrendLexicon {
    fn name(&self) -> &str {
        Self::NAME
    }

    async fn fetch(&self, topic: &TrendTopic, _: &StageContext) -> Result<Vec<Trend>, TrendError> {
        Ok(self.chosen(topic))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trend::kept;
    use super::*;

    #[test]
    fn every_entry_would_be_kept_from_a_stranger_too() {
        for language in LanguageData::all() {
            for Expression { level, phrase, meaning } in &language.trends {
                let trend = Trend::new(phrase, meaning, TrendLexicon::NAME);
                assert_eq!(kept(std::slice::from_ref(&trend)), [trend], "{} {level}", language.code);
                assert!((1..=3).contains(level));
            }
        }
    }

    #[test]
    fn the_choice_follows_language_level_and_seed() {
        let topic = |language: &str, slang, seed| TrendTopic {
            subject: String::new(),
            language: language.to_owned(),
            slang,
            seed,
        };
        let chosen = |language: &str, slang, seed| TrendLexicon.chosen(&topic(language, slang, seed));
        assert_eq!(chosen("en", 2, 1), chosen("en", 2, 1));
        assert_ne!(chosen("en", 2, 1), chosen("en", 2, 2));
        assert_eq!(chosen("en", 1, 1).len(), MAX_TRENDS);
        assert!(chosen("de-AT", 1, 1).iter().any(|trend| trend.phrase == "Plot-Twist"));
        assert!(chosen("ja", 3, 1).is_empty() && chosen("en", 0, 1).is_empty());
    }
}
