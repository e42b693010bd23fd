//! The form that takes a PDF and how its video should be.

use std::time::Duration;

use brainwrought_stages::standard::background_styles;
use maud::{Markup, html};

use crate::video_options::VOICES;

/// Draws the form.
pub(super) fn render(base: &str, limit_megabytes: u64, keep: Option<Duration>) -> Markup {
    html! {
        div.stage {
            div {
                h1 { "Your paper, " em { "but loud." } }
                p.lead { "Drop a PDF. Get a vertical video with a hook, a fast voice, word-by-word captions, the figures, and " mark { "the page of every claim" } "." }
                form #upload.card method="post" action={ (base) "/jobs" } enctype="multipart/form-data" data-megabytes=(limit_megabytes) {
                    label.drop #drop for="pdf" {
                        span.drop-icon aria-hidden="true" { "⇪" }
                        span.drop-title #chosen { "Choose a PDF or drop it here" }
                        span.drop-hint { "up to " (limit_megabytes) " MB, without a password" }
                        input #pdf type="file" name="pdf" accept="application/pdf,.pdf" required;
                    }
                    fieldset.lengths {
                        legend { "Length" }
                        @for (seconds, note) in [(30, "teaser"), (55, "usual"), (90, "deep cut")] {
                            label.pick {
                                input type="radio" name="length" value=(seconds) checked[seconds == 55];
                                span { b { (seconds) " s" } small { (note) } }
                            }
                        }
                    }
                    details.more {
                        summary { "More options" }
                        div.grid {
                            (select("layout", "Layout", &[("a", "Card over motion"), ("b", "Half page, half motion")]))
                            (backgrounds())
                            (select("intensity", "Motion", &[("2", "Lively"), ("0", "Calm"), ("1", "Gentle"), ("3", "Wild")]))
                            (voices())
                            (select("captions", "Captions", &[("pop", "Pop"), ("plain", "Plain"), ("off", "Off")]))
                            (select("slang", "Slang", &[("1", "A little"), ("0", "None"), ("2", "Some"), ("3", "No cap")]))
                            (select("memes", "Memes", &[("1", "A few"), ("0", "None"), ("2", "Some"), ("3", "Many")]))
                            (select("dialogue", "Speakers", &[("false", "One explains"), ("true", "Two talk")]))
                            (select("music", "Music", &[("bed", "Quiet bed"), ("none", "None")]))
                            (select("effects", "Sounds", &[("on", "Effects"), ("off", "None")]))
                            p.field {
                                label for="seed" { "Seed" }
                                input #seed name="seed" type="number" min="0" step="1" inputmode="numeric" placeholder="from the PDF";
                            }
                        }
                    }
                    p.alert #upload-error role="alert" hidden {}
                    progress #upload-progress max="100" value="0" aria-label="Upload" hidden {}
                    button.primary #start type="submit" { "Start" }
                    p.hint.kept { (stay(keep)) }
                }
            }
            (phone_demo())
        }
    }
}

fn select(name: &str, label: &str, choices: &[(&str, &str)]) -> Markup {
    html! {
        p.field {
            label for=(name) { (label) }
            select id=(name) name=(name) { @for (value, text) in choices { option value=(value) { (text) } } }
        }
    }
}

fn backgrounds() -> Markup {
    let styles = background_styles();
    let mut choices = vec![("auto", "Surprise me")];
    choices.extend(styles.iter().map(|style| (*style, *style)));
    select("background", "Background", &choices)
}

fn voices() -> Markup {
    select("voice", "Voice", &VOICES.map(|voice| (voice, voice)))
}

/// Says how long what is sent stays.
fn stay(keep: Option<Duration>) -> String {
    let Some(keep) = keep else {
        return "Your PDF and its video stay here until you delete them.".to_owned();
    };
    let hours = keep.as_secs().div_ceil(3600);
    let (count, unit) = if hours >= 48 { (hours / 24, "day") } else { (hours.max(1), "hour") };
    let plural = if count == 1 { "" } else { "s" };
    format!("Your PDF and its video are deleted {count} {unit}{plural} after it is done, or when you say so.")
}

/// What a video looks like, drawn with style sheets alone.
fn phone_demo() -> Markup {
    html! {
        div.duo aria-hidden="true" {
            div.page { b { "Your Paper: A Long Title With a Colon" } @for _ in 0..12 { i {} } }
            div.phone.demo {
                div.lanes {}
                div.sheet { i {} i {} i {} i {} }
                p.caption { span { "YOUR" } " " span { "PAPER," } " " span { "BUT" } " " span { "LOUD" } }
                span.chip { "p. 7" }
            }
        }
    }
}
