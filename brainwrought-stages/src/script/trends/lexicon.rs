//! [`TrendLexicon`]: the expressions that are built in.

use async_trait::async_trait;
use brainwrought_core::stage::StageContext;

use super::super::seeded::Seeded;
use super::source::{TrendError, TrendSource, TrendTopic};
use super::trend::{MOST, Trend};

/// The expressions that are built in, written for this program: a few for each script, by its seed.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrendLexicon;

/// Language, the level from which it is used, the phrase, and what it means.
type Entry = (&'static str, u8, &'static str, &'static str);

const ENTRIES: [Entry; 96] = [
    ("en", 1, "plot twist", "before something that changes the picture"),
    ("en", 1, "let that sink in", "after something big"),
    ("en", 1, "wild, right", "after something surprising"),
    ("en", 1, "here's the kicker", "before the best part"),
    ("en", 1, "chef's kiss", "perfectly done"),
    ("en", 1, "game changer", "something that changes everything"),
    ("en", 1, "red flag", "a sign of trouble"),
    ("en", 1, "green flag", "a good sign"),
    ("en", 1, "mic drop", "after a closing point"),
    ("en", 1, "hot take", "an opinion that others will fight"),
    ("en", 1, "spoiler alert", "before giving the ending away"),
    ("en", 1, "rent free", "something one cannot stop thinking of"),
    ("en", 1, "the math is mathing", "the numbers work out"),
    ("en", 1, "the math isn't mathing", "the numbers do not work out"),
    ("en", 1, "it hits different", "it is better than the usual"),
    ("en", 1, "living for this", "liking it a lot"),
    ("en", 1, "we love to see it", "approval of a good result"),
    ("en", 1, "not me doing that", "mock surprise at oneself"),
    ("en", 1, "say less", "understood at once"),
    ("en", 1, "big if true", "important should it hold"),
    ("en", 1, "trust the process", "patience with a slow method"),
    ("en", 1, "understood the assignment", "did exactly what was wanted"),
    ("en", 1, "core memory unlocked", "something never to be forgotten"),
    ("en", 1, "tell me without telling me", "something shown rather than said"),
    ("en", 2, "no cap", "truly, no exaggeration"),
    ("en", 2, "lowkey", "a little, or quietly"),
    ("en", 2, "highkey", "openly and very much"),
    ("en", 2, "main character energy", "behaving as the centre of the story"),
    ("en", 2, "glow up", "a change much for the better"),
    ("en", 2, "it's giving", "it looks or feels like"),
    ("en", 2, "ate and left no crumbs", "did it perfectly"),
    ("en", 2, "that goes hard", "that is impressive"),
    ("en", 2, "vibe check", "a look at how things really are"),
    ("en", 2, "side quest", "something on the way that is not the goal"),
    ("en", 2, "final boss", "the hardest part"),
    ("en", 2, "speedrun", "doing something as fast as can be"),
    ("en", 2, "nerfed", "made weaker"),
    ("en", 2, "buffed", "made stronger"),
    ("en", 2, "patch notes", "what was changed"),
    ("en", 2, "cheat code", "a trick that makes it easy"),
    ("en", 2, "NPC behaviour", "acting without thinking"),
    ("en", 2, "lore", "the story behind something"),
    ("en", 2, "canon event", "something that had to happen"),
    ("en", 2, "in my something era", "a phase of doing one thing"),
    ("en", 2, "delulu", "believing without reason"),
    ("en", 2, "slaps", "is very good"),
    ("en", 2, "mid", "average, not impressive"),
    ("en", 2, "W", "a win"),
    ("en", 2, "L", "a loss"),
    ("en", 2, "touch grass", "go outside, away from the screen"),
    ("en", 2, "brain rot", "what endless short videos do"),
    ("en", 2, "do it for the plot", "do it because it makes a story"),
    ("en", 3, "bro really said", "mock outrage at a claim"),
    ("en", 3, "rizz", "charm"),
    ("en", 3, "sigma", "one who goes alone and wins"),
    ("en", 3, "aura points", "a made-up count of coolness"),
    ("en", 3, "let him cook", "let somebody finish what they do well"),
    ("en", 3, "we are so back", "things are good again"),
    ("en", 3, "it's so over", "things are lost"),
    ("en", 3, "absolute cinema", "it looks and feels grand"),
    ("en", 3, "chat, is this real", "disbelief, asked of an audience"),
    ("en", 3, "locked in", "fully concentrated"),
    ("en", 3, "crash out", "lose control of oneself"),
    ("en", 3, "diabolical", "outrageous, and a little admired"),
    ("en", 3, "cooked", "in hopeless trouble"),
    ("en", 3, "unhinged", "wildly out of proportion"),
    ("en", 3, "galaxy brain", "an idea too clever by far"),
    ("en", 3, "big brain time", "before a clever idea"),
    ("de", 1, "Plot-Twist", "vor einer überraschenden Wendung"),
    ("de", 1, "lass das mal sacken", "nach etwas Großem"),
    ("de", 1, "läuft bei dir", "es klappt gut, auch spöttisch"),
    ("de", 1, "Ehrenmove", "eine anständige Tat"),
    ("de", 2, "safe", "ganz sicher, einverstanden"),
    ("de", 2, "wild", "überraschend oder verrückt"),
    ("de", 3, "auf Lock", "ganz entspannt"),
    ("es", 1, "ojo al dato", "antes de un dato que sorprende"),
    ("es", 1, "giro de guion", "antes de un cambio inesperado"),
    ("es", 1, "la clave", "antes de lo más importante"),
    ("es", 2, "de locos", "algo increíble"),
    ("es", 2, "en plan", "para explicar con otras palabras"),
    ("es", 3, "brutal", "impresionante"),
    ("fr", 1, "accroche-toi", "avant quelque chose d'étonnant"),
    ("fr", 1, "retournement de situation", "avant un changement inattendu"),
    ("fr", 1, "le truc de fou", "une chose incroyable"),
    ("fr", 2, "stylé", "réussi, impressionnant"),
    ("fr", 2, "en vrai", "pour dire la vérité"),
    ("fr", 3, "c'est carré", "tout est en ordre"),
    ("pt", 1, "olha só", "antes de algo que surpreende"),
    ("pt", 1, "reviravolta", "uma mudança inesperada"),
    ("pt", 2, "sem caô", "de verdade"),
    ("pt", 2, "mandou bem", "fez bem feito"),
    ("pt", 3, "brabo demais", "muito impressionante"),
    ("tr", 1, "sıkı dur", "şaşırtıcı bir şeyden önce"),
    ("tr", 1, "işin sırrı", "en önemli noktadan önce"),
    ("tr", 2, "efsane", "çok iyi"),
    ("tr", 3, "yok artık", "inanılmaz bir şeyden sonra"),
];

impl TrendLexicon {
    /// Its name as a source.
    pub(super) const NAME: &str = "lexicon";

    /// The expressions for a topic: of its language, no stronger than its level, another choice for another seed.
    pub(super) fn chosen(self, topic: &TrendTopic) -> Vec<Trend> {
        let language = topic.language.split('-').next().unwrap_or_default();
        let mut fitting: Vec<&Entry> =
            ENTRIES.iter().filter(|entry| entry.0 == language && entry.1 <= topic.slang).collect();
        Seeded::new(topic.seed).shuffle(&mut fitting);
        fitting.iter().take(MOST).map(|entry| Trend::new(entry.2, entry.3, Self::NAME)).collect()
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
        for (language, level, phrase, meaning) in ENTRIES {
            let trend = Trend::new(phrase, meaning, TrendLexicon::NAME);
            assert_eq!(kept(std::slice::from_ref(&trend)), [trend], "{language} {level}");
            assert!((1..=3).contains(&level));
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
        assert_eq!(chosen("en", 1, 1).len(), MOST);
        assert!(chosen("de-AT", 1, 1).iter().any(|trend| trend.phrase == "Plot-Twist"));
        assert!(chosen("ja", 3, 1).is_empty() && chosen("en", 0, 1).is_empty());
    }
}
