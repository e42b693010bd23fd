//! [`Player`]: the video player in its phone frame, on the page of a job and on the page that is shared.

use maud::{Markup, html};

/// A video that can be played.
#[derive(Debug, Clone, Copy)]
pub(super) struct Player<'a> {
    /// What the video is about.
    pub(super) title: &'a str,
    /// The address of the video.
    pub(super) video: &'a str,
    pub(super) poster: Option<&'a str>,
    pub(super) captions: Option<&'a str>,
    /// The language of the captions.
    pub(super) language: &'a str,
}

impl Player<'_> {
    /// Draws the player.
    pub(super) fn render(&self) -> Markup {
        html! {
            div.phone {
                video controls playsinline preload="metadata" src=(self.video) poster=[self.poster] aria-label={ "Video: " (self.title) } {
                    @if let Some(captions) = self.captions { track kind="captions" label="Captions" srclang=(self.language) src=(captions); }
                    "Your browser cannot play this video; " a href=(self.video) { "download it" } "."
                }
            }
        }
    }
}

/// Draws the two things that people do with a finished video. `share` is the address of the page that is shared.
pub(super) fn share_and_download(share: &str, video: &str) -> Markup {
    html! {
        ul.downloads {
            li { a.primary href={ (video) "?download" } download="" { "Download" } }
            li { a.primary.outlined #share href=(share) data-share="" { "Share" } }
        }
    }
}
