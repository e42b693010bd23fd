//! [`Prices`]: what models cost, as far as anybody wrote it down.

use std::collections::BTreeMap;

use brainwrought_core::budget::Cost;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one model costs, in US dollars. What is left out costs nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Price {
    /// Dollars per million input tokens.
    pub input_tokens: f64,
    /// Dollars per million cached input tokens; the price of other input tokens if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached_tokens: Option<f64>,
    /// Dollars per million output tokens, including reasoning tokens.
    pub output_tokens: f64,
    /// Dollars per million characters of spoken text.
    pub characters: f64,
    /// Dollars per picture.
    pub image: f64,
    /// Dollars per second of video.
    pub video_second: f64,
    /// Dollars per call, whatever it does.
    pub call: f64,
}

/// What models cost, by `provider/model`, or `provider/*` for all models of a provider that have no entry of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prices(pub BTreeMap<String, Price>);

/// The most that a call can cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bill {
    /// No more than this.
    AtMost(Cost),
    /// Nobody wrote down what it costs. A job with a limit does not make such a call.
    Unknown,
}

/// Tokens of input and output: dollars a million for fresh input, cached input and output.
const TOKENS: [(&str, f64, f64, f64); 20] = [
    ("openai/gpt-5", 1.25, 0.125, 10.0),
    ("openai/gpt-5.1", 1.25, 0.125, 10.0),
    ("openai/gpt-5-mini", 0.25, 0.025, 2.0),
    ("openai/gpt-5-nano", 0.05, 0.005, 0.4),
    ("openai/gpt-4.1", 2.0, 0.5, 8.0),
    ("openai/gpt-4.1-mini", 0.4, 0.1, 1.6),
    ("openai/gpt-4.1-nano", 0.1, 0.025, 0.4),
    ("openai/gpt-4o", 2.5, 1.25, 10.0),
    ("openai/gpt-4o-mini", 0.15, 0.075, 0.6),
    // The dearer of two steps, which begins at 200,000 tokens of input.
    ("gemini/gemini-2.5-pro", 2.5, 0.625, 15.0),
    ("gemini/gemini-2.5-flash", 0.3, 0.075, 2.5),
    ("gemini/gemini-2.5-flash-lite", 0.1, 0.025, 0.4),
    ("gemini/gemini-3-pro-preview", 4.0, 0.4, 18.0),
    ("anthropic/claude-opus-4-1", 15.0, 1.5, 75.0),
    ("anthropic/claude-opus-4-5", 5.0, 0.5, 25.0),
    ("anthropic/claude-sonnet-4", 3.0, 0.3, 15.0),
    ("anthropic/claude-sonnet-4-5", 3.0, 0.3, 15.0),
    ("anthropic/claude-haiku-4-5", 1.0, 0.1, 5.0),
    ("anthropic/claude-3-5-haiku", 0.8, 0.08, 4.0),
    ("anthropic/claude-3-7-sonnet", 3.0, 0.3, 15.0),
];

impl Default for Prices {
    /// The list prices of common models as far as they were known in November 2026, rounded up where a provider counts in
    /// other units. They are estimates: providers change them, and what a user writes down wins.
    fn default() -> Self {
        let free = Price::default();
        let tokens = TOKENS.map(|(name, input_tokens, cached, output_tokens)| {
            (name, Price { input_tokens, cached_tokens: Some(cached), output_tokens, ..free })
        });
        let others = [
            ("openai/tts-1", Price { characters: 15.0, ..free }),
            ("openai/tts-1-hd", Price { characters: 30.0, ..free }),
            // Sold by the minute of speech, which has some 900 characters.
            ("openai/gpt-4o-mini-tts", Price { characters: 20.0, ..free }),
            // The largest picture at the highest quality.
            ("openai/gpt-image-1", Price { image: 0.25, ..free }),
            ("openai/gpt-image-1-mini", Price { image: 0.06, ..free }),
            ("gemini/gemini-2.5-flash-image", Price { image: 0.04, ..free }),
            ("gemini/imagen-4.0-generate-001", Price { image: 0.04, ..free }),
            // Sold in credits; the price of the smallest plan.
            ("elevenlabs/eleven_multilingual_v2", Price { characters: 300.0, ..free }),
            ("elevenlabs/eleven_v3", Price { characters: 300.0, ..free }),
            ("elevenlabs/eleven_flash_v2_5", Price { characters: 150.0, ..free }),
            ("elevenlabs/eleven_turbo_v2_5", Price { characters: 150.0, ..free }),
            ("elevenlabs/sound-generation", Price { call: 0.12, ..free }),
            ("tavily/*", Price { call: 0.016, ..free }),
            ("pexels/*", free),
            ("pixabay/*", free),
        ];
        Self(tokens.into_iter().chain(others).map(|(name, price)| (name.to_owned(), price)).collect())
    }
}

impl Prices {
    /// Finds the price of `provider/model`: that of the model, of the model without the date at its end, or of all models
    /// of the provider.
    pub fn find(&self, name: &str) -> Option<&Price> {
        let all = name.split_once('/').map(|(provider, _)| format!("{provider}/*"));
        self.0.get(name).or_else(|| self.0.get(undated(name))).or_else(|| self.0.get(&all?))
    }

    /// These prices, and where they say nothing, those of `other`.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        for (name, price) in other.0 {
            self.0.entry(name).or_insert(price);
        }
        self
    }
}

impl Price {
    /// What tokens cost. `cached` of the `input` tokens were known to the provider.
    pub fn tokens(&self, input: u64, cached: u64, output: u64) -> Cost {
        let cached = cached.min(input);
        let known = self.cached_tokens.unwrap_or(self.input_tokens);
        let dollars = (input - cached) as f64 * self.input_tokens
            + cached as f64 * known
            + output as f64 * self.output_tokens;
        Cost::from_usd(dollars / 1e6 + self.call)
    }

    /// What it costs to speak a text of so many characters.
    pub fn speech(&self, characters: u64) -> Cost {
        Cost::from_usd(characters as f64 * self.characters / 1e6 + self.call)
    }

    /// What pictures cost.
    pub fn images(&self, count: u64) -> Cost {
        Cost::from_usd(count as f64 * self.image + self.call)
    }

    /// What a video of so many seconds costs.
    pub fn video(&self, seconds: f64) -> Cost {
        Cost::from_usd(seconds * self.video_second + self.call)
    }

    /// What a call costs that is sold by the piece.
    pub fn one_call(&self) -> Cost {
        Cost::from_usd(self.call)
    }

    /// Tells whether every figure is a price: a number that is not negative.
    pub fn is_sound(&self) -> bool {
        let cached = self.cached_tokens.unwrap_or_default();
        [
            self.input_tokens,
            cached,
            self.output_tokens,
            self.characters,
            self.image,
            self.video_second,
            self.call,
        ]
        .iter()
        .all(|price| price.is_finite() && *price >= 0.0)
    }
}

/// The name of a model without `-2025-08-07`, `-20250807` or `-latest`.
fn undated(name: &str) -> &str {
    if let Some(name) = name.strip_suffix("-latest") {
        return name;
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    let date = &name[stem.len()..];
    let digits: String = date.chars().filter(char::is_ascii_digit).collect();
    // A version may stand before the date: `claude-opus-4-1-20250805`.
    let length = match (date.len(), digits.get(digits.len().saturating_sub(8)..)) {
        (9.., Some(last)) if date.ends_with(last) && last.starts_with("20") => 9,
        (11.., Some(last)) if last.starts_with("20") => 11,
        _ => return name,
    };
    &name[..name.len() - length]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_by_name_without_its_date_and_by_its_provider() {
        let prices = Prices::default();
        let mini = prices.find("openai/gpt-5-mini").unwrap();
        assert_eq!(prices.find("openai/gpt-5-mini-2025-08-07"), Some(mini));
        assert_ne!(prices.find("openai/gpt-5"), Some(mini));
        assert_eq!(prices.find("openai/gpt-5-pro"), None);
        let opus = prices.find("anthropic/claude-opus-4-1").unwrap();
        assert_eq!(prices.find("anthropic/claude-opus-4-1-20250805"), Some(opus));
        assert!(prices.find("anthropic/claude-3-5-haiku-latest").is_some());
        assert_eq!(prices.find("pexels/videos"), Some(&Price::default()));
        for odd in
            ["openai/", "openai/--------------", "openai/é-2025-08-07", "", "/", "20250807", "a-2025-08"]
        {
            assert_eq!(prices.find(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_price_of_the_user_wins() {
        let mine = Price { input_tokens: 9.0, ..Price::default() };
        let prices = Prices([("openai/gpt-5".to_owned(), mine)].into()).or(Prices::default());
        assert_eq!(prices.find("openai/gpt-5"), Some(&mine));
        assert!(prices.find("openai/gpt-5-mini").is_some());
        assert!(prices.0.values().all(Price::is_sound));
    }

    #[test]
    fn sums_are_right() {
        let price = Price {
            input_tokens: 1.0,
            cached_tokens: Some(0.1),
            output_tokens: 10.0,
            characters: 15.0,
            image: 0.04,
            video_second: 0.5,
            call: 0.0,
        };
        assert_eq!(price.tokens(1_000, 400, 100), Cost(600 + 40 + 1_000));
        // More cached than there was is a slip of the provider.
        assert_eq!(price.tokens(1_000, 4_000, 0), Cost(100));
        assert_eq!(price.speech(1_000), Cost(15_000));
        assert_eq!(price.images(2), Cost(80_000));
        assert_eq!(price.video(2.5), Cost(1_250_000));
    }

    #[test]
    fn prices_are_written_by_hand() {
        let text = r#"{ "openai/x": { "input-tokens": 0.5, "output-tokens": 2 } }"#;
        let prices: Prices = serde_json::from_str(text).unwrap();
        assert_eq!(prices.find("openai/x").map(|price| price.tokens(2_000_000, 0, 0)), Some(Cost(1_000_000)));
        assert!(serde_json::from_str::<Prices>(r#"{ "x/y": { "input": 1 } }"#).is_err());
        assert!(!Price { call: -1.0, ..Price::default() }.is_sound());
    }
}
