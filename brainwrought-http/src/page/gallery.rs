//! The videos that show what to expect, below the form.

use maud::{Markup, html};

use crate::Example;

/// Draws the gallery; nothing where there are no examples.
pub(super) fn render(base: &str, examples: &[Example]) -> Markup {
    html! {
        @if !examples.is_empty() {
            section.gallery aria-labelledby="gallery" {
                h2 #gallery { "Already " em { "loud" } }
                ul {
                    @for example in examples {
                        li {
                            div.phone {
                                video controls playsinline preload="none" src=(file(base, example, "video.mp4"))
                                    poster=(file(base, example, "poster.png")) aria-label=(example.title) {
                                    track kind="captions" label="Captions" srclang=(example.language) src=(file(base, example, "captions.vtt"));
                                    a href=(file(base, example, "video.mp4")) { (example.title) }
                                }
                            }
                            h3 { (example.title) }
                            p.hint { (facts(example)) }
                        }
                    }
                }
            }
        }
    }
}

fn file(base: &str, example: &Example, name: &str) -> String {
    format!("{base}/examples/{}/{name}", example.name)
}

fn facts(example: &Example) -> String {
    let pages = example.pages.map(|pages| format!("{pages} {}", if pages == 1 { "page" } else { "pages" }));
    let length = example.seconds.map(|seconds| format!("{seconds} s"));
    [pages, length].into_iter().flatten().collect::<Vec<_>>().join(" → ")
}
