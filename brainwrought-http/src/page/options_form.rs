//! [`OptionsForm`]: everything that can be chosen about a video, with samples of voices, backgrounds and captions.

use brainwrought_core::budget::Cost;
use brainwrought_stages::background::{Colours, STYLES};
use brainwrought_stages::frame::{CaptionStyle, Characters};
use brainwrought_stages::standard::Style;
use maud::{Markup, html};

use crate::own_music;
use crate::previews::{VoiceChoice, sample_file};
use crate::video_options::{MAX_LENGTH, MAX_LEXICON, MIN_LENGTH, VideoOptions, choices_of};

/// Everything that can be chosen about a video.
#[derive(Debug, Clone)]
pub(super) struct OptionsForm<'a> {
    pub(super) base: &'a str,
    pub(super) voices: &'a [VoiceChoice],
    /// What is chosen at first.
    pub(super) chosen: VideoOptions,
    /// Whether the server uses paid services.
    pub(super) spending: Spending,
    /// All options are shown at once, not behind a summary.
    pub(super) is_open: bool,
}

/// Whether the server uses paid services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spending {
    /// Everything is made without them.
    Free,
    /// It does, up to a limit for each video, if it has one.
    Paid(Option<Cost>),
}

/// Choices of a list: values and their names.
type Choices<'a> = &'a [(&'a str, &'a str)];

const LEVELS: [&str; 4] = ["0", "1", "2", "3"];

impl OptionsForm<'_> {
    /// Draws the length, and the other options behind it.
    pub(super) fn render(&self) -> Markup {
        html! {
            (self.length())
            (self.styles())
            details.more open[self.is_open] {
                summary { "More options" }
                (self.backgrounds())
                (self.captions())
                (self.voices())
                (self.lists())
                (self.pronunciation())
            }
        }
    }

    fn length(&self) -> Markup {
        html! {
            div.length {
                label for="length" { "Length in seconds" }
                input #length-slider type="range" min=(MIN_LENGTH) max=(MAX_LENGTH) step="5" value=(self.chosen.length) aria-label="Length in seconds" hidden;
                input #length name="length" type="number" min=(MIN_LENGTH) max=(MAX_LENGTH) step="1" value=(self.chosen.length) inputmode="numeric" required;
                small { "From " (MIN_LENGTH) " to " (MAX_LENGTH) " seconds." }
            }
        }
    }

    /// Styles are links, so that they work without scripts; with them, they fill in the form and nothing is loaded.
    fn styles(&self) -> Markup {
        html! {
            nav.styles aria-labelledby="styles-title" {
                span #styles-title { "Style" }
                @for (name, style) in Style::names().filter_map(|name| Some((name, Style::named(name)?))) {
                    a href={ "?style=" (name) } title=[style.summary.as_deref()]
                        data-choices=(serde_json::Value::Object(choices_of(&style)).to_string()) { (capital(name)) }
                }
                small #style-summary aria-live="polite" { "A style fills in the options below." }
            }
        }
    }

    fn backgrounds(&self) -> Markup {
        html! {
            fieldset.samples.backgrounds {
                legend { "Background" }
                div.sample {
                    span.shuffle aria-hidden="true" { "?" }
                    (pick("background", "auto", &self.chosen.background, "Surprise me", ""))
                }
                @for style in STYLES {
                    div.sample {
                        video.preview muted loop playsinline controls preload="none" src={ (self.base) "/samples/backgrounds/" (style.name) ".mp4" }
                            aria-label={ "Sample of the background " (style.name) } data-sample="" {}
                        (pick("background", style.name, &self.chosen.background, &capital(style.name), style.summary))
                    }
                }
            }
        }
    }

    fn captions(&self) -> Markup {
        html! {
            fieldset.samples.captions {
                legend { "Captions" }
                @for style in CaptionStyle::ALL {
                    div.sample {
                        @if *style == CaptionStyle::Off {
                            span.shuffle.nothing aria-hidden="true" {}
                        } @else {
                            video.preview muted loop playsinline controls preload="none" src={ (self.base) "/samples/captions/" (style.name()) ".mp4" }
                                aria-label={ "Sample of the captions " (style.name()) } data-sample="" {}
                        }
                        (pick("captions", style.name(), self.chosen.captions.name(), &capital(&style.name().replace('-', " ")), style.summary()))
                    }
                }
            }
        }
    }

    fn voices(&self) -> Markup {
        html! {
            fieldset.samples.voices {
                legend { "Voice" }
                div.sample { (pick("voice", "auto", &self.chosen.voice, "Automatic", "best for the language")) }
                @for voice in self.voices {
                    div.sample {
                        (pick("voice", &voice.name, &self.chosen.voice, &voice.label, &voice.detail))
                        @if voice.has_sample {
                            a.listen href={ (self.base) "/samples/voices/" (sample_file(&voice.name)) } data-listen="" aria-label={ "Listen to " (voice.label) } { "Listen" }
                        }
                    }
                }
            }
        }
    }

    fn lists(&self) -> Markup {
        let chosen = &self.chosen;
        let level = |level: u8| LEVELS[usize::from(level).min(LEVELS.len() - 1)];
        let described = self.voices.iter().map(|voice| format!("{} ({})", voice.label, voice.detail));
        let described: Vec<String> = described.collect();
        let mut second: Vec<(&str, &str)> = vec![("auto", "Automatic")];
        let names = self.voices.iter().map(|voice| voice.name.as_str());
        second.extend(names.zip(described.iter().map(String::as_str)));
        let characters = Characters::ALL.iter().map(|pair| (pair.name(), pair.label()));
        let characters: Vec<(&str, &str)> = characters.collect();
        let colours = Colours::ALL.iter().map(|colours| (colours.name(), colours.label()));
        let colours: Vec<(&str, &str)> = colours.collect();
        let mut music = vec![
            ("bed", "As it fits"),
            ("bright", "Bright"),
            ("focus", "Focused"),
            ("calm", "Calm"),
            ("none", "None"),
        ];
        if chosen.own_music.is_some() {
            music.push(("own", "Your own, as before"));
        }
        html! {
            div.grid {
                (select("layout", "Layout", chosen.layout.name(), &[("card", "Card over motion"), ("split", "Page above, motion below")]))
                (select("intensity", "Motion", level(chosen.intensity), &[("0", "Calm"), ("1", "Gentle"), ("2", "Lively"), ("3", "Wild")]))
                (select("colours", "Colours", chosen.colours.name(), &colours))
                (select("slang", "Slang", level(chosen.slang), &[("0", "None"), ("1", "A little"), ("2", "Some"), ("3", "A lot")]))
                (select("memes", "Memes", level(chosen.memes), &[("0", "None"), ("1", "A few"), ("2", "Some"), ("3", "Many")]))
                (select("dialogue", "Speakers", if chosen.dialogue { "true" } else { "false" }, &[("false", "One explains"), ("true", "Two talk")]))
                div.only-dialogue { (select("characters", "Characters", chosen.characters.name(), &characters)) }
                div.only-dialogue { (select("voice2", "Second voice", &chosen.voice2, &second)) }
                (select("effects", "Sound effects", &chosen.effects, &[("on", "On"), ("off", "Off")]))
                (select("ocr", "Read scans", chosen.ocr.name(), &[("auto", "Where needed"), ("always", "On every page"), ("never", "Never")]))
                (select("music", "Music", &chosen.music, &music))
                p.field {
                    label for="music-file" { "Your own music" }
                    input #music-file type="file" name="music" accept="audio/*,.mp3,.wav,.flac,.ogg" aria-describedby="music-hint";
                    small #music-hint { "MP3, WAV, FLAC or Ogg, up to " (own_music::MAX_BYTES / 1_000_000) " MB. Use music you have the rights to." }
                }
                @if let Spending::Paid(allowed) = self.spending {
                    p.field {
                        label for="max-cost" { "Cost limit in US dollars" }
                        input #max-cost name="max-cost" type="number" min="0" step="0.01" max=[allowed.map(Cost::usd)] value=[chosen.max_cost] inputmode="decimal"
                            placeholder=(allowed.map_or_else(|| "no limit".to_owned(), |allowed| format!("{:.2}", allowed.usd())));
                        small { "This server uses paid services. A video that would cost more stops." }
                    }
                }
                p.field {
                    label for="seed" { "Seed" }
                    input #seed name="seed" type="number" min="0" step="1" value=[chosen.seed] inputmode="numeric" placeholder="from the file";
                }
            }
        }
    }

    fn pronunciation(&self) -> Markup {
        html! {
            p.field {
                label for="lexicon" { "Pronunciation" }
                textarea #lexicon name="lexicon" rows="3" maxlength=(MAX_LEXICON) spellcheck="false" placeholder="CUDA = koo duh" aria-describedby="lexicon-hint" { (self.chosen.lexicon) }
                small #lexicon-hint { "One word per line, with how to say it." }
            }
        }
    }
}

/// A choice on a card of its own.
fn pick(name: &str, value: &str, chosen: &str, label: &str, detail: &str) -> Markup {
    html! {
        label.pick {
            input type="radio" name=(name) value=(value) checked[value == chosen];
            span { b { (label) } @if !detail.is_empty() { " " small { (detail) } } }
        }
    }
}

fn select(name: &str, label: &str, chosen: &str, choices: Choices<'_>) -> Markup {
    html! {
        p.field {
            label for=(name) { (label) }
            select id=(name) name=(name) { @for (value, text) in choices { option value=(value) selected[*value == chosen] { (text) } } }
        }
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
